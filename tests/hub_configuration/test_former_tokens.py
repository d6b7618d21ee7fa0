"""Former tokens: a service's token that was replaced is revoked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from jupyterhub import orm, roles
from traitlets.log import get_logger

OLD, NEW, OF_CULLER = "0" * 64, "1" * 64, "2" * 64


@pytest.fixture
def app() -> Any:
    """A Hub that has just added the tokens of its configuration to its database."""
    db = orm.new_session_factory("sqlite:///:memory:")()
    for role in roles.get_default_roles():
        roles.create_role(db, role)
    db.add(orm.OAuthClient(identifier="jupyterhub"))
    for name, token in (("portal", OLD), ("portal", NEW), ("idle-culler", OF_CULLER)):
        service = orm.Service.find(db, name) or orm.Service(name=name)
        db.add(service)
        db.commit()
        service.new_api_token(token, note="from config", generated=False)
    return SimpleNamespace(
        db=db, service_tokens={NEW: "portal", OF_CULLER: "idle-culler"}, log=get_logger()
    )


def test_only_replaced_tokens_are_revoked(load: Any, app: Any) -> None:
    load("former_tokens").revoke_former_tokens(app)

    assert orm.APIToken.find(app.db, OLD) is None
    assert orm.APIToken.find(app.db, NEW).service.name == "portal"
    assert orm.APIToken.find(app.db, OF_CULLER).service.name == "idle-culler"


def test_token_moved_to_another_service_is_revoked(load: Any, app: Any) -> None:
    app.service_tokens = {OLD: "idle-culler", NEW: "portal"}

    load("former_tokens").revoke_former_tokens(app)

    assert orm.APIToken.find(app.db, OLD) is None


def test_tokens_of_people_and_servers_are_kept(load: Any, app: Any) -> None:
    sara = orm.User(name="sara")
    app.db.add(sara)
    app.db.commit()
    token = sara.new_api_token(note="Server at /user/sara/")

    load("former_tokens").revoke_former_tokens(app)

    assert orm.APIToken.find(app.db, token).user.name == "sara"
