from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JupyterIntegrationConfig(AppConfig):
    name = "jupyter_integration"
    verbose_name = _("Servers")

    def ready(self) -> None:
        # Models exist only now; importing connects the receivers.
        import_module("jupyter_integration.receivers")
