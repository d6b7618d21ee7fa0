"""Error pages of the proxy, for a Hub or a server that does not answer."""

from __future__ import annotations

import jinja2

from deploy.local.install import REPOSITORY
from deploy.local.trial import Trial

# Status codes by the name of the proxy's page; "error" is for all other codes.
PAGES = {"404": 404, "503": 503, "error": 500}


def write_proxy_pages(trial: Trial) -> None:
    """Render the Hub's error page in advance: the proxy needs it while the Hub cannot render it."""
    loader = jinja2.FileSystemLoader(REPOSITORY / "jupyterhub" / "templates")
    template = jinja2.Environment(loader=loader, autoescape=True).get_template("error.html")
    trial.proxy_pages.mkdir(parents=True, exist_ok=True)
    for name, status_code in PAGES.items():
        page = template.render(status_code=status_code, portal_url=trial.portal_url)
        (trial.proxy_pages / f"{name}.html").write_text(page, encoding="utf-8")
