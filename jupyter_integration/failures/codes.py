"""The name of every way in which a start fails, as rows, logs and documents have it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FailureCode(models.TextChoices):
    ACCOUNT_INACTIVE = "account_inactive", _("Account inactive")
    HUB_AWAY = "hub_away", _("Hub away")
    HUB_BUSY = "hub_busy", _("Hub busy")
    HUB_FULL = "hub_full", _("Hub full")
    HUB_BROKEN_ANSWER = "hub_broken_answer", _("Hub's answer not understood")
    TOKEN_REFUSED = "token_refused", _("Portal's token refused")
    SCOPE_MISSING = "scope_missing", _("Portal's token lacks a right")
    HUB_REFUSED = "hub_refused", _("Hub refused")
    HUB_USER_NOT_MADE = "hub_user_not_made", _("Hub user not made")
    REFUSED_BY_HOOK = "refused_by_hook", _("Refused by the Hub's rules")
    ENDED_FROM_OUTSIDE = "ended_from_outside", _("Ended by somebody else")
    IMAGE_MISSING = "image_missing", _("Image missing")
    IMAGE_UNUSABLE = "image_unusable", _("Image unusable")
    DOCKER_AWAY = "docker_away", _("Docker away")
    DOCKER_REFUSED = "docker_refused", _("Docker refused")
    NETWORK_TROUBLE = "network_trouble", _("Network trouble")
    CONTAINER_LEFT_OVER = "container_left_over", _("Old container in the way")
    VOLUME_TROUBLE = "volume_trouble", _("Volume trouble")
    NO_SPACE = "no_space", _("No disk space")
    HOME_FULL = "home_full", _("User's space used up")
    NO_MEMORY = "no_memory", _("No memory")
    HOST_EXHAUSTED = "host_exhausted", _("Host at its limits")
    START_TIMEOUT = "start_timeout", _("Start took too long")
    PROCESS_EXITED = "process_exited", _("Server ended at once")
    LAB_SILENT = "lab_silent", _("Lab does not answer")
    UNKNOWN = "unknown", _("Unknown")
