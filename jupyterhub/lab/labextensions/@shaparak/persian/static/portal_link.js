/* Plugin that puts a link to the portal's dashboard into the top bar. */

const ICON = `
  <svg viewBox="0 -14 120 120" aria-hidden="true">
    <g id="shaparak-wing">
      <path fill="#3a63d6" d="M60 48C61 32 72 11 93 8c9-1.3 14.5 3 15 9.5C108.5 33 96 49.5 76 53c-7 1.2-14-1.5-16-5Z"/>
      <path fill="#0f9aa0" d="M60 54c4-1.5 14-1.200 22 3.5 8.500 5 11.5 13 9 20-2.7 7.5-11.5 9.5-18.500 4.5C65 76.700 60.500 65 60 54Z"/>
    </g>
    <use href="#shaparak-wing" transform="matrix(-1 0 0 1 120 0)"/>
  </svg>`;

const TEXTS = {
  fa: { name: "شاپرک", title: "رفتن به داشبورد شاپرک" },
  en: { name: "Shaparak", title: "Go to the Shaparak dashboard" },
};

function linkTo(dashboard, { name, title }) {
  const link = document.createElement("a");
  link.className = "shaparak-link";
  link.href = dashboard;
  link.title = title;
  link.innerHTML = ICON;
  const label = document.createElement("span");
  label.textContent = name;
  link.append(label);
  return link;
}

/** Return the dashboard's address, or null if the server was not told a web address. */
function dashboardOf(portalUrl) {
  return /^https?:\/\//.test(portalUrl) ? new URL("/dashboard/", portalUrl).href : null;
}

export async function makePlugin(requirePackage) {
  const [{ PageConfig }, { ITranslator }, { Widget }] = await Promise.all(
    ["@jupyterlab/coreutils", "@jupyterlab/translation", "@lumino/widgets"].map(requirePackage),
  );
  return {
    id: "@shaparak/persian:portal-link",
    description: "Puts a link to the portal's dashboard into the top bar.",
    autoStart: true,
    optional: [ITranslator],
    activate: (app, translator) => {
      const dashboard = dashboardOf(PageConfig.getOption("shaparakPortalUrl"));
      if (!dashboard) {
        return;
      }
      const isPersian = (translator?.languageCode ?? "").startsWith("fa");
      const widget = new Widget({ node: linkTo(dashboard, isPersian ? TEXTS.fa : TEXTS.en) });
      widget.id = "shaparak-portal-link";
      // On a phone Notebook shows its menus, and not the bar above them.
      app.shell.add(widget, app.name === "JupyterLab" ? "top" : "menu", { rank: 1 });
    },
  };
}
