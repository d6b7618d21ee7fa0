"""Revocation of service tokens that the configuration does not have any more."""

from __future__ import annotations

from typing import Any

from jupyterhub import orm

# The Hub's note on tokens that come from its configuration.
FROM_CONFIGURATION = "from config"


def revoke_former_tokens(app: Any) -> None:
    """Delete the services' tokens that were in the configuration once and are not now.

    The Hub itself only adds tokens (6.1.1): a leaked token would stay valid for ever.
    """
    for service in app.db.query(orm.Service):
        current = [token for token, name in app.service_tokens.items() if name == service.name]
        for stored in list(service.api_tokens):
            if stored.note == FROM_CONFIGURATION and not any(map(stored.match, current)):
                app.log.info("Revoked a former token of %s", service.name)
                app.db.delete(stored)
    app.db.commit()
