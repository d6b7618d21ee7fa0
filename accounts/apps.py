from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Users")

    def ready(self) -> None:
        # Models exist only now; importing connects the receivers.
        for log in ("sign_ins", "second_factors", "own_changes", "changes_of_rows"):
            import_module(f"accounts.audit_receivers.{log}")
        import_module("accounts.session_receivers")
        import_module("accounts.second_factor.receivers")
