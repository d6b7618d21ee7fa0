"""Codes of all failures of a start, as stored in rows and used in logs and documents."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FailureCode(models.TextChoices):
    ACCOUNT_INACTIVE = "account_inactive", _("Account inactive")
    HUB_AWAY = "hub_away", _("JupyterHub unreachable")
    HUB_BUSY = "hub_busy", _("JupyterHub busy")
    HUB_FULL = "hub_full", _("JupyterHub at capacity")
    HUB_BROKEN_ANSWER = "hub_broken_answer", _("Unexpected answer from JupyterHub")
    TOKEN_REFUSED = "token_refused", _("Portal's token rejected")
    SCOPE_MISSING = "scope_missing", _("Portal's token lacks a permission")
    HUB_REFUSED = "hub_refused", _("Refused by JupyterHub")
    HUB_USER_NOT_MADE = "hub_user_not_made", _("JupyterHub user not created")
    REFUSED_BY_HOOK = "refused_by_hook", _("Refused by a JupyterHub rule")
    ENDED_FROM_OUTSIDE = "ended_from_outside", _("Stopped from outside")
    IMAGE_MISSING = "image_missing", _("Image missing")
    IMAGE_UNUSABLE = "image_unusable", _("Image unusable")
    DOCKER_AWAY = "docker_away", _("Docker unreachable")
    DOCKER_REFUSED = "docker_refused", _("Refused by Docker")
    NETWORK_TROUBLE = "network_trouble", _("Network problem")
    CONTAINER_LEFT_OVER = "container_left_over", _("Old container not removed")
    VOLUME_TROUBLE = "volume_trouble", _("Volume problem")
    NO_SPACE = "no_space", _("No disk space")
    HOME_FULL = "home_full", _("User's storage full")
    NO_MEMORY = "no_memory", _("Not enough memory")
    HOST_EXHAUSTED = "host_exhausted", _("Host at capacity")
    START_TIMEOUT = "start_timeout", _("Start took too long")
    PROCESS_EXITED = "process_exited", _("Server stopped right after its start")
    LAB_SILENT = "lab_silent", _("JupyterLab not responding")
    UNKNOWN = "unknown", _("Unknown")
