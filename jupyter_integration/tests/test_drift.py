"""Drift: changes on the Hub without the portal are corrected and counted."""

import pytest

from jupyter_integration.models import HubRevocation, SpawnRequest
from jupyter_integration.monitoring import reconciliation_report
from jupyter_integration.server_states import ServerState
from jupyter_integration.status import snapshots
from jupyter_integration.status.queries import server_status
from jupyter_integration.tests.scenes import see, start, stop, student_on_the_hub
from jupyter_integration.work.reconcile_servers import reconcile_servers

State = SpawnRequest.State


@pytest.mark.django_db
class TestDrift:
    def test_running_server_believed_stopped_is_corrected(self, fake_hub, hub) -> None:
        user = student_on_the_hub(fake_hub, "r1")
        see(user)
        fake_hub.start_behind_the_portal("r1")

        for _round in range(3):
            reconcile_servers(hub=hub)

        assert server_status(user).state is ServerState.READY
        assert reconciliation_report.read().drift_today == 1

    def test_stopped_server_believed_running_is_corrected(self, fake_hub, hub) -> None:
        user = student_on_the_hub(fake_hub, "r1", running=True)
        reconcile_servers(hub=hub)
        assert reconciliation_report.read().drift_today == 0
        fake_hub.kill_server("r1")

        reconcile_servers(hub=hub)

        assert server_status(user).state is ServerState.STOPPED
        assert reconciliation_report.read().drift_today == 1

    def test_change_known_from_an_event_is_no_drift(self, fake_hub, hub) -> None:
        user = student_on_the_hub(fake_hub, "r1", running=True)
        reconcile_servers(hub=hub)
        fake_hub.kill_server("r1")
        see(user)

        reconcile_servers(hub=hub)

        assert reconciliation_report.read().drift_today == 0

    @pytest.mark.parametrize("how", ["a start", "a start that ended", "a stop"])
    def test_requested_change_is_no_drift(self, fake_hub, hub, how: str) -> None:
        user = student_on_the_hub(fake_hub, "r1")
        see(user)
        fake_hub.start_behind_the_portal("r1")
        if how == "a start":
            start(user, State.STARTING)
        elif how == "a start that ended":
            start(user, State.FAILED, failure_code="lab_silent")
        else:
            stop(user)

        reconcile_servers(hub=hub)

        assert reconciliation_report.read().drift_today == 0

    def test_reconciliation_only_reads_the_hub(self, fake_hub, hub) -> None:
        see(student_on_the_hub(fake_hub, "r1", running=True))
        fake_hub.add_user("stranger")
        fake_hub.start_behind_the_portal("stranger")

        reconcile_servers(hub=hub)

        assert {call.split()[0] for call in fake_hub.calls} == {"GET"}


@pytest.mark.django_db
class TestUnknownServers:
    def test_server_without_account_is_reported(self, fake_hub, hub) -> None:
        student_on_the_hub(fake_hub, "r1", running=True)
        fake_hub.add_user("stranger")
        fake_hub.start_behind_the_portal("stranger")

        reconcile_servers(hub=hub)

        unknown = reconciliation_report.read().unknown_servers
        assert unknown is not None
        assert (unknown.names, unknown.count) == (("stranger",), 1)

    def test_unlinked_account_does_not_own_the_server(self, fake_hub, hub, sara) -> None:
        fake_hub.add_user("sara")
        fake_hub.start_behind_the_portal("sara")

        reconcile_servers(hub=hub)

        unknown = reconciliation_report.read().unknown_servers
        assert unknown is not None
        assert unknown.names == ("sara",)
        assert snapshots.read(sara.pk).snapshot.server.ready is False

    def test_server_under_revocation_is_known(self, fake_hub, hub) -> None:
        fake_hub.add_user("gone")
        fake_hub.start_behind_the_portal("gone")
        HubRevocation.objects.create(hub_username="gone")

        reconcile_servers(hub=hub)

        unknown = reconciliation_report.read().unknown_servers
        assert unknown is not None
        assert unknown.count == 0
