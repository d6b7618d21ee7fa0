/*
 * Container of webpack's module federation, as JupyterLab and Notebook load a prebuilt extension.
 * It is written by hand, so nothing has to be built. Both first call init() of every container,
 * with the packages that they share, and then get().
 * https://webpack.js.org/concepts/module-federation/#dynamic-remote-containers
 */
(() => {
  const here = document.currentScript.src;
  const fileUrl = (name) => new URL(name, here).href;

  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = fileUrl("persian.css");
  document.head.append(style);

  // The modules load while the browser still reads JupyterLab's own scripts.
  const modules = ["markdown_directions", "editor_directions", "portal_link"].map(
    (name) => import(fileUrl(`${name}.js`)),
  );
  Promise.all(modules).catch(() => {}); // get() reports it

  let shareScope;

  /** Return a package of JupyterLab. Throws an Error if the page does not share it. */
  async function requirePackage(name) {
    const versions = Object.values(shareScope[name] ?? {});
    // Other prebuilt extensions may bring one of their own. The page uses that which is loaded.
    const shared = versions.find((version) => version.loaded) ?? versions[0];
    if (!shared) {
      throw new Error(`${name} is not shared`);
    }
    return (await shared.get())();
  }

  /** Return the plugins of the modules that load. One that does not leaves the others alone. */
  async function loadPlugins() {
    const plugins = await Promise.allSettled(
      modules.map(async (module) => (await module).makePlugin(requirePackage)),
    );
    for (const { status, reason } of plugins) {
      if (status === "rejected") {
        console.warn("A part of @shaparak/persian does not load:", reason);
      }
    }
    return plugins.filter(({ value }) => value).map(({ value }) => value);
  }

  window._JUPYTERLAB = window._JUPYTERLAB ?? {};
  window._JUPYTERLAB["@shaparak/persian"] = {
    init: (scope) => {
      shareScope = scope;
    },
    get: async () => {
      const plugins = await loadPlugins();
      return () => ({ __esModule: true, default: plugins });
    },
  };
})();
