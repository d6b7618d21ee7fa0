"""Command `homes_of_nobody`: removes homes of deleted accounts and no other folder."""

import io
import os
import stat
import subprocess
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from jupyter_integration.models import HubRevocation
from jupyter_integration.services.find_ownerless_homes import hub_username_of, volume_of

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def homes(tmp_path: Path, settings) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path / "homes"


@pytest.fixture
def left(homes: Path, sara: User, omid: User) -> Path:
    """Sara's account is deleted; omid's is not, and a Hub's user has no account."""
    for name in ("sara", "omid", "of-the-hub-alone"):
        (homes / name).mkdir(parents=True)
        (homes / name / "notes.ipynb").write_text("{}")
    sara.delete()
    return homes


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command("homes_of_nobody", *arguments, stdout=output)
    return output.getvalue()


def names_in(homes: Path) -> set[str]:
    return {path.name for path in homes.iterdir()}


def test_list_names_homes_of_deleted_accounts(left: Path) -> None:
    assert [line.split("\t")[0] for line in run().splitlines()] == ["sara"]
    assert len(names_in(left)) == 3


def test_removal_takes_only_homes_of_nobody(left: Path) -> None:
    run("--remove-all", "--yes")

    assert names_in(left) == {"omid", "of-the-hub-alone"}


@pytest.mark.parametrize("name", ["omid", "of-the-hub-alone", "../homes/sara", "", "nobody"])
def test_other_home_is_not_removed(left: Path, name: str) -> None:
    if name:
        with pytest.raises(CommandError):
            run("--remove", name, "--yes")
    else:
        run("--remove", name)

    assert len(names_in(left)) == 3


def test_removal_asks_first(left: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda _question: "no")

    with pytest.raises(CommandError):
        run("--remove", "sara")
    assert "sara" in names_in(left)


def test_home_waits_until_hub_forgets_its_user(left: Path) -> None:
    """The server may still run."""
    HubRevocation.objects.create(hub_username="sara")

    assert run() == ""


def test_linked_folder_is_left_alone(left: Path, tmp_path: Path) -> None:
    (left / "sara").rename(tmp_path / "elsewhere")
    (left / "sara").symlink_to(tmp_path / "elsewhere")

    assert run() == ""


def test_volumes_of_nobody_are_printed(left: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.create_user("a-b").delete()
    volumes = ["shaparak-home-sara", "shaparak-home-omid", "shaparak-home-a-2db", "postgres_data"]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(volumes)))

    assert run("--volumes").split() == ["shaparak-home-a-2db", "shaparak-home-sara"]


def test_claims_of_nobody_are_printed(left: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.create_user("a-b").delete()
    claims = ["home-sara", "claim-a-b", "home-omid", "home-of-the-hub-alone", "hub-state", "sara"]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(claims)))

    assert run("--claims").split() == ["claim-a-b", "home-sara"]


def test_claim_waits_until_hub_forgets_its_user(
    left: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    HubRevocation.objects.create(hub_username="sara")
    monkeypatch.setattr("sys.stdin", io.StringIO("home-sara"))

    assert run("--claims") == ""


@pytest.mark.parametrize("name", ["sara", "a-b", "a-2db", "a--b", "a-"])
def test_volume_name_leads_back(name: str) -> None:
    assert hub_username_of(volume_of(name)) == name


@pytest.fixture
def engine(tmp_path: Path) -> dict[str, str]:
    """An environment whose `docker` lists two volumes of nobody and logs what it removes."""
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(
        "#!/bin/sh\n"
        'case "$*" in\n'
        "  'volume ls'*) printf 'shaparak-home-sara\\nshaparak-home-omid\\n' ;;\n"
        "  *homes_of_nobody*) cat >/dev/null; echo shaparak-home-sara ;;\n"
        f"  'volume rm'*) echo \"$*\" >>{tmp_path}/removed ;;\n"
        "esac\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return os.environ | {"PATH": f"{program.parent}:{os.environ['PATH']}"}


def script(engine: dict[str, str], *arguments: str, typed: str = "") -> int:
    done = subprocess.run(
        [REPOSITORY / "scripts" / "homes", *arguments],
        env=engine,
        input=typed,
        text=True,
        capture_output=True,
    )
    return done.returncode


def test_script_removes_volumes_of_nobody(engine: dict[str, str], tmp_path: Path) -> None:
    assert script(engine) == 0
    assert script(engine, "--remove", "shaparak-home-omid", "--yes") == 1
    assert script(engine, "--remove-all", typed="no\n") == 1
    assert not (tmp_path / "removed").exists()

    assert script(engine, "--remove-all", "--yes") == 0

    assert (tmp_path / "removed").read_text().split() == ["volume", "rm", "shaparak-home-sara"]
