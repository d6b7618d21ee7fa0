"""What the proxy shows while the Hub, or somebody's server, does not answer."""

from __future__ import annotations

import jinja2

from deploy.local.install import REPOSITORY
from deploy.local.trial import Trial

# The codes that the proxy has a page for; "error" is its page for any other.
PAGES = {"404": 404, "503": 503, "error": 500}


def write_proxy_pages(trial: Trial) -> None:
    """The Hub's own error page, made beforehand: it is needed when nothing can make it."""
    loader = jinja2.FileSystemLoader(REPOSITORY / "jupyterhub" / "templates")
    template = jinja2.Environment(loader=loader, autoescape=True).get_template("error.html")
    trial.proxy_pages.mkdir(parents=True, exist_ok=True)
    for name, status_code in PAGES.items():
        page = template.render(status_code=status_code, portal_url=trial.portal_url)
        (trial.proxy_pages / f"{name}.html").write_text(page, encoding="utf-8")
