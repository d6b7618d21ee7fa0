from importlib import import_module

from django.apps import AppConfig
from django.core.checks import Tags, register

from portal.checks import addresses, limits, mode, secrets, sign_up, support


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        for check in (
            secrets.check_secrets,
            addresses.check_addresses,
            addresses.check_lab_origins,
            limits.check_limits,
            support.check_support_addresses,
            secrets.check_signing_key,
            secrets.check_webhook_secrets,
            sign_up.check_sign_up,
            mode.check_mode,
        ):
            register(check, Tags.security)
        # Connects the receivers; imported here, since its cache needs the complete settings.
        import_module("portal.heartbeats")
