"""Names that KubeSpawner gives to a user's pod and claim (jupyterhub/pods.py).

The portal issues the Hub's names, so it needs only a part of slugs.py of KubeSpawner 7.1: most
names stay as they are.
"""

from hashlib import sha256

_HASH_LENGTH = 8
_LONGEST_LABEL = 32  # characters, if it has a hash


def pod_of(hub_username: str) -> str:
    return f"jupyter-{_slug_of(hub_username)}"


def home_selector_of(hub_username: str) -> str:
    """Return the label of the home: Zero to JupyterHub gives the claim another name."""
    return f"hub.jupyter.org/username={_slug_of(hub_username, longest=_LONGEST_LABEL)}"


def claims_of(hub_username: str) -> set[str]:
    """Return the names that the home may have: Zero to JupyterHub calls it differently."""
    slug = _slug_of(hub_username)
    return {f"home-{slug}", f"claim-{slug}"}


def _slug_of(hub_username: str, *, longest: int = 48) -> str:
    if "--" not in hub_username and not hub_username.endswith("-"):
        return hub_username
    words = "-".join(word for word in hub_username.split("-") if word)
    words = words[: longest - _HASH_LENGTH - 3].rstrip("-")
    return f"{words}---{sha256(hub_username.encode()).hexdigest()[:_HASH_LENGTH]}"
