"""Homes of deactivated and deleted accounts: they stay until somebody removes them."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.people import PASSWORD, expect_card, somebody, stop
from tests.smoke.engine import run, succeed
from tests.smoke.people import sign_up_and_start
from tests.smoke_kubernetes.cluster import wait_until
from tests.smoke_kubernetes.installation import Installation, pod_of

DELETE_ACCOUNTS = """
from jupyter_integration.work.delete_accounts import delete_accounts
delete_accounts()
"""


def test_home_of_deleted_account_is_removed_on_command(
    page: Page, installation: Installation
) -> None:
    sara = somebody("sara")
    namespace = installation.namespace
    homes = ["scripts/homes", "--namespace", namespace.name]
    home = f"home-{sara.username}"
    sign_up_and_start(page, sara, installation)
    stop(page, installation.portal_url)
    expect_card(page, "stopped")
    assert run([*homes, "--remove", home, "--yes"]).returncode == 1

    page.goto(f"{installation.portal_url}/accounts/delete/")
    page.check("[name=understood]")
    page.click("main form [type=submit]")
    page.fill("[name=password]", PASSWORD)
    page.click("main form [type=submit]")
    page.wait_for_url(f"{installation.portal_url}/")

    def is_listed() -> bool:
        # A task does this every ten minutes.
        worker = ("exec", "deployment/worker", "--", "python", "manage.py", "shell", "-c")
        namespace.kubectl(*worker, DELETE_ACCOUNTS)
        return home in succeed(homes).split()

    wait_until(is_listed, "the home to be listed")
    assert namespace.exists("persistentvolumeclaim", home)
    succeed([*homes, "--remove", home, "--yes"])
    assert not namespace.exists("persistentvolumeclaim", home)


def test_deactivated_account_keeps_its_home(page: Page, installation: Installation) -> None:
    omid = somebody("omid")
    namespace = installation.namespace
    sign_up_and_start(page, omid, installation)

    in_portal = ("exec", "deployment/worker", "--", "python", "manage.py", "shell", "--command")
    namespace.kubectl(
        *in_portal,
        "from accounts.models import User\n"
        f"user = User.objects.get(username={omid.username!r})\n"
        "user.is_active = False\n"
        "user.save()",
        max_wait=60,
    )

    wait_until(lambda: not namespace.exists("pod", pod_of(omid.username)), "the pod's end")
    wait_until(lambda: not is_known_to_the_hub(installation, omid.username), "the Hub's deletion")
    assert namespace.exists("persistentvolumeclaim", f"home-{omid.username}")


def is_known_to_the_hub(installation: Installation, username: str) -> bool:
    program = (
        "import os, requests; print(requests.get("
        f"os.environ['JUPYTERHUB_API_URL'] + '/users/{username}', timeout=10, "
        "headers={'Authorization': 'token ' + os.environ['JUPYTERHUB_API_TOKEN']}).status_code)"
    )
    inside = ("exec", "deployment/worker", "--", "python", "-c", program)
    return installation.namespace.kubectl(*inside, max_wait=30) != "404"
