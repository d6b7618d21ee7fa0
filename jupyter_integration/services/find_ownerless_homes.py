"""Homes of deleted accounts: their Hub names were issued and have no owner any more."""

from collections.abc import Iterable

from accounts.models import IssuedHubUsername, User
from jupyter_integration.failures.pod_names import claims_of
from jupyter_integration.models import HubRevocation

VOLUME_PREFIX = "shaparak-home-"
"""Of the volumes in containers; jupyterhub/containers.py names them."""


def find_ownerless(names: Iterable[str]) -> list[str]:
    """Return which of these Hub names belonged to a deleted account, sorted.

    Left out: names that the portal never issued, because their files may be somebody's; and names
    whose user the Hub has not forgotten yet, because their server may run.
    """
    ownerless = set(IssuedHubUsername.objects.filter(issued_to=None).values_list("name", flat=True))
    ownerless -= set(User.objects.values_list("hub_username", flat=True))
    ownerless -= set(HubRevocation.objects.values_list("hub_username", flat=True))
    return sorted(ownerless & set(names))


def find_ownerless_claims(claims: Iterable[str]) -> list[str]:
    """Return which of these claims of Kubernetes are homes of deleted accounts, sorted."""
    given = set(claims)
    names = IssuedHubUsername.objects.filter(issued_to=None).values_list("name", flat=True)
    found = {name: given & claims_of(name) for name in names}
    ownerless = find_ownerless(name for name, homes in found.items() if homes)
    return sorted(claim for name in ownerless for claim in found[name])


def volume_of(hub_username: str) -> str:
    """Return the volume's name; DockerSpawner 14 writes a hyphen as "-2d"."""
    return VOLUME_PREFIX + hub_username.replace("-", "-2d")


def hub_username_of(volume: str) -> str:
    """Return the Hub name of a volume's name, "" for another volume."""
    if not volume.startswith(VOLUME_PREFIX):
        return ""
    return volume.removeprefix(VOLUME_PREFIX).replace("-2d", "-")
