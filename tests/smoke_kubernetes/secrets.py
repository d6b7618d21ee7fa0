"""Secrets of an installation, as docs/kubernetes.md has them made."""

from __future__ import annotations

from deploy.secret_generation import hexadecimal, rsa_private_key, webhook_secret
from tests.smoke_kubernetes.cluster import Namespace


def create_secrets(namespace: Namespace) -> None:
    """Create the three Secrets, with new values and for the databases of the components."""
    portal_password, hub_password, redis_password = (hexadecimal() for _ in range(3))
    secrets = {
        "shaparak-portal": {
            "SECRET_KEY": hexadecimal(),
            "OIDC_PRIVATE_KEY": rsa_private_key().strip().replace("\n", "\\n"),
            "DATABASE_URL": f"postgres://shaparak:{portal_password}@postgres:5432/shaparak",
            "REDIS_URL": f"redis://:{redis_password}@redis:6379/0",
        },
        "shaparak-hub": {
            "hub.services.portal.apiToken": hexadecimal(),
            "OIDC_CLIENT_SECRET": hexadecimal(),
            "WEBHOOK_SECRET": webhook_secret(),
            "hub.config.CryptKeeper.keys": hexadecimal(),
            "hub.config.JupyterHub.cookie_secret": hexadecimal(),
            "CONFIGPROXY_AUTH_TOKEN": hexadecimal(),
            "HUB_DATABASE_URL": (
                f"postgresql+psycopg://jupyterhub:{hub_password}@postgres:5432/jupyterhub"
            ),
        },
        "shaparak-databases": {
            "POSTGRES_PASSWORD": portal_password,
            "HUB_DATABASE_PASSWORD": hub_password,
            "REDIS_PASSWORD": redis_password,
        },
    }
    for name, values in secrets.items():
        lines = "".join(f"{key}={value}\n" for key, value in values.items())
        namespace.kubectl(
            "create", "secret", "generic", name, "--from-env-file=/dev/stdin", given=lines
        )
