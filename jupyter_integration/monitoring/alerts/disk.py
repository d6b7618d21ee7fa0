"""Alerts about the disk that homes fill."""

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _

from jupyter_integration.monitoring.alerts.alert import Alert, Severity
from jupyter_integration.monitoring.alerts.commands import disk_usage
from jupyter_integration.monitoring.system_state import SystemState
from portal.persian.sizes import size


def disk_alerts(state: SystemState) -> Iterator[Alert]:
    disk = state.disk
    if disk is not None and (disk.is_nearly_full or disk.is_low):
        sentence = (
            _(
                "The disk is nearly full: %(free)s of %(total)s are free. "
                "A full disk stops everything."
            )
            if disk.is_nearly_full
            else _("The disk is filling up: %(free)s of %(total)s are free.")
        )
        yield Alert(
            Severity.CRITICAL if disk.is_nearly_full else Severity.WARNING,
            sentence % {"free": size(disk.free), "total": size(disk.total)},
            _(
                "See what uses it, and remove what is not needed: "
                "old images, old backups, large homes."
            ),
            disk_usage(),
        )
    elif disk is not None and disk.is_low_on_files:
        yield Alert(
            Severity.WARNING,
            _("The disk can hold few more files, although it has space."),
            _("Find the home with very many files."),
            disk_usage(),
        )
    if state.home_size is None and not settings.TRIAL:
        yield Alert(
            Severity.INFO,
            _("Homes have no size limit: one person can fill the disk for all."),
            _(
                "Set the setting below once the disk of homes has quotas; "
                "the operating manual explains how."
            ),
            "HOME_SIZE=5G",
        )
