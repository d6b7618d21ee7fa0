// The proxy in front of the Hub and of users' servers: configurable-http-proxy with rules for web
// origins.
//
//   node lab_proxy.mjs --ip 127.0.0.1 --port 8000 --api-ip 127.0.0.1 --api-port 8001
//       [--error-path FOLDER | --error-target URL]
//
// Its environment:
//
//   CONFIGPROXY_AUTH_TOKEN   the secret of its API
//   HUB_URL                  the Hub's address in browsers
//   LAB_SUBDOMAINS           true: each user's server has a host name of its own, and the Hub's
//                            pages are shown under the Hub's name only.
//                            false: all share one web origin. A service worker of one user's server
//                            could answer in the place of all others, and would stay in the browser
//                            for the next person. None can be installed, and sign-in and sign-out
//                            clear what pages have stored.
import { parseArgs } from "node:util";

import { ConfigurableProxy } from "configurable-http-proxy/lib/configproxy.js";
import { defaultLogger } from "configurable-http-proxy/lib/log.js";

// Calls of programs, which use the proxy by any name. They carry no cookies.
const FOR_PROGRAMS = /^\/hub\/api(\/|\?|$)/;

// The Hub's addresses at which a browser's person may change.
const CHANGES_OF_PERSON = /^\/hub\/(logout|oauth_callback)(\?|$)/;

// The Hub's name is the only one under which its pages find their cookies.
class ProxyOfManyOrigins extends ConfigurableProxy {
  constructor(hubUrl, options) {
    super({ ...options, hostRouting: true });
    this.hubUrl = hubUrl.replace(/\/+$/, "");
    this.hubHost = new URL(hubUrl).hostname;
  }

  async handleProxyWeb(request, response) {
    const host = (request.headers.host ?? "").split(":")[0];
    const belongsToHub = request.url.startsWith("/hub/") && !FOR_PROGRAMS.test(request.url);
    if (host === this.hubHost || !belongsToHub) return super.handleProxyWeb(request, response);
    // 307 keeps the method; the Hub then refuses a form that another origin has sent.
    response.writeHead(307, { Location: this.hubUrl + request.url }).end();
  }
}

class ProxyOfOneOrigin extends ConfigurableProxy {
  constructor(options) {
    super(options);
    this.proxy.on("proxyRes", (answer, request) => {
      delete answer.headers["service-worker-allowed"];
      if (CHANGES_OF_PERSON.test(request.url)) answer.headers["clear-site-data"] = '"storage"';
    });
  }

  handleProxyWeb(request, response) {
    // Browsers send this header with the script of a service worker, and pages cannot change it.
    if (request.headers["service-worker"] === undefined)
      return super.handleProxyWeb(request, response);
    response.writeHead(403, { "Content-Type": "text/plain" });
    response.end("Service workers are not allowed: all notebooks share this host name.\n");
  }
}

const text = { type: "string" };
const { values } = parseArgs({
  options: {
    ip: text,
    port: text,
    "api-ip": text,
    "api-port": text,
    "error-path": text,
    "error-target": text,
    "log-level": { type: "string", default: "warn" },
  },
});
const options = {
  log: defaultLogger({ level: values["log-level"] }),
  authToken: process.env.CONFIGPROXY_AUTH_TOKEN,
  errorPath: values["error-path"],
  errorTarget: values["error-target"],
  // As the package's own program sets them.
  xfwd: true,
  prependPath: true,
  includePrefix: true,
};
if (!options.authToken) {
  console.error("CONFIGPROXY_AUTH_TOKEN is not set.");
  process.exit(1);
}
const { HUB_URL, LAB_SUBDOMAINS } = process.env;
const proxy = /^(false|0|no|off)$/i.test(LAB_SUBDOMAINS ?? "")
  ? new ProxyOfOneOrigin(options)
  : new ProxyOfManyOrigins(HUB_URL, options);
proxy.proxyServer.listen(Number(values.port), values.ip);
proxy.apiServer.listen(Number(values["api-port"]), values["api-ip"]);

for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(2));
// A browser that leaves while its websocket is refused ends in an exception that nothing catches:
// https://github.com/sagemathinc/http-proxy-3/issues/51
process.on("uncaughtException", (error) => options.log.error(`Uncaught exception: ${error.stack}`));
