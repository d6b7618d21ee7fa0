"""Tokens of a browser's session on the Hub, of which each Lab's cookie is one.

The cookie `jupyterhub-session-id` proves nothing: every Lab's server receives it, and may set
another one for the visitor. The Hub therefore keeps the id in a signed cookie too, which no server
receives, and ends tokens only by that one, or by account and id together.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from jupyterhub import orm
from jupyterhub.handlers.base import BaseHandler

LONGEST_COOKIE_AGE_DAYS = 31.0
"""For ending sessions: the Hub itself accepts its cookie for a working day only."""


def own_cookie_name(handler: BaseHandler, name: str) -> str:
    """Return the name with `__Host-`, which no Lab can set, if the Hub's login cookie has it."""
    prefix = "__Host-" if handler.hub.cookie_name.startswith("__Host-") else ""
    return f"{prefix}{name}"


def _marker_name(handler: BaseHandler) -> str:
    return own_cookie_name(handler, "shaparak-hub-session")


def proven_session_id(handler: BaseHandler) -> str | None:
    """Return the id of this browser's session as the Hub signed it."""
    value = handler.get_secure_cookie(_marker_name(handler), max_age_days=LONGEST_COOKIE_AGE_DAYS)
    return value.decode() if value else None


def begin_session(handler: BaseHandler) -> None:
    """Give this browser a new session id, in both cookies."""
    session_id = handler.set_session_cookie()
    handler._set_cookie(_marker_name(handler), session_id, path=handler.hub.base_url)


def clear_marker(handler: BaseHandler) -> None:
    handler.clear_cookie(_marker_name(handler), path=handler.hub.base_url)


def signed_owner(handler: BaseHandler) -> orm.User | None:
    """Return the user whom the Hub's login cookie names, also if it is older than a working day."""
    value = handler.get_secure_cookie(handler.hub.cookie_name, max_age_days=LONGEST_COOKIE_AGE_DAYS)
    if value is None:
        return None
    return handler.db.query(orm.User).filter(orm.User.cookie_id == value.decode()).first()


def end_tokens_of(handler: BaseHandler, users: Collection[int]) -> None:
    """Revoke the tokens of this browser's session that belong to users with these ids."""
    ids = {proven_session_id(handler), handler.get_session_cookie()} - {None}
    _delete(handler.db, _tokens(handler.db, ids).filter(orm.APIToken.user_id.in_(users)).all())


def end_tokens_of_others(handler: BaseHandler, user: Any) -> bool:
    """Revoke the tokens of this browser's session that are not this user's.

    Return whether there were any.
    """
    tokens = _tokens(handler.db, {proven_session_id(handler)})
    others = tokens.filter(orm.APIToken.user_id != user.id).all()
    _delete(handler.db, others)
    return bool(others)


def end_all_sessions(db: Any, user: orm.User) -> int:
    """Void what any browser has of this user. Return the number of revoked tokens.

    The token of the user's own server stays: it has no session, and belongs to no Lab's cookie.
    """
    tokens = [token for token in user.api_tokens if token.session_id is not None]
    codes = db.query(orm.OAuthCode).filter(orm.OAuthCode.user_id == user.id).all()
    user.cookie_id = orm.new_token()
    _delete(db, [*tokens, *codes])
    return len(tokens)


def _tokens(db: Any, session_ids: Collection[str | None]) -> Any:
    return db.query(orm.APIToken).filter(orm.APIToken.session_id.in_(session_ids))


def _delete(db: Any, rows: Collection[Any]) -> None:
    for row in rows:
        db.delete(row)
    db.commit()
