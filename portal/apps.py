from importlib import import_module

from django.apps import AppConfig
from django.core.checks import Tags, register

from portal import checks


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        for check in (
            checks.check_secrets,
            checks.check_addresses,
            checks.check_lab_origins,
            checks.check_limits,
            checks.check_support_addresses,
            checks.check_signing_key,
            checks.check_webhook_secrets,
            checks.check_sign_up,
            checks.check_mode,
        ):
            register(check, Tags.security)
        # Connects the receivers; imported here, since its cache needs the complete settings.
        import_module("portal.heartbeats")
