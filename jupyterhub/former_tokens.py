"""A service's token counts until another one takes its place, and no longer."""

from __future__ import annotations

from typing import Any

from jupyterhub import orm

# What the Hub notes on tokens that it takes from its configuration.
FROM_CONFIGURATION = "from config"


def revoke_former_tokens(app: Any) -> None:
    """Delete from the Hub's database the tokens that its configuration once gave to a service, and
    does not any more. The Hub itself only adds: a token that leaked would count for ever.
    """
    for service in app.db.query(orm.Service):
        current = [token for token, name in app.service_tokens.items() if name == service.name]
        for known in list(service.api_tokens):
            if known.note == FROM_CONFIGURATION and not any(map(known.match, current)):
                app.log.info("A former token of %s is revoked", service.name)
                app.db.delete(known)
    app.db.commit()
