"""Names that KubeSpawner gives to a user's pod and claim (jupyterhub/pods.py).

The portal issues the Hub's names, so it needs only a part of slugs.py of KubeSpawner 7.1: most
names stay as they are.
"""

from hashlib import sha256

_HASH_LENGTH = 8


def pod_of(hub_username: str) -> str:
    return f"jupyter-{_slug_of(hub_username)}"


def claim_of(hub_username: str) -> str:
    return f"home-{_slug_of(hub_username)}"


def claims_of(hub_username: str) -> set[str]:
    """Return the names that the home may have: Zero to JupyterHub calls it differently."""
    return {claim_of(hub_username), f"claim-{_slug_of(hub_username)}"}


def _slug_of(hub_username: str) -> str:
    if "--" not in hub_username and not hub_username.endswith("-"):
        return hub_username
    words = "-".join(word for word in hub_username.split("-") if word)
    return f"{words}---{sha256(hub_username.encode()).hexdigest()[:_HASH_LENGTH]}"
