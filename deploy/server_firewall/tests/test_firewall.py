"""Service of the firewall, with a stand-in for nftables; the smoke tests use the real one."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.server_firewall import firewall
from deploy.server_firewall.ruleset import Settings, rules

NFT = """#!/usr/bin/env python3
import pathlib, sys
table = pathlib.Path(__file__).parent / "table"
match sys.argv[1:]:
    case ["--file", "-"]:
        text = sys.stdin.read()
        if "refused" in text:
            sys.exit("Error: Operation not supported")
        added = text.splitlines()[2:]
        table.unlink(missing_ok=True)
        if added:
            table.write_text("\\n".join(added))
    case ["list", "tables"]:
        print("table ip filter")
        if table.exists():
            print("table inet shaparak_servers")
    case ["--stateless", "list", "table", "inet", "shaparak_servers"]:
        print(table.read_text())
    case other:
        sys.exit(f"unknown: {other}")
"""


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file with the table that the stand-in has."""
    (tmp_path / "nft").write_text(NFT)
    (tmp_path / "nft").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(firewall, "APPLIED", tmp_path / "applied")
    return tmp_path / "table"


def keep(settings: Settings, *events: object) -> None:
    """Keep the rules, with these calls between the checks."""
    waiting = iter(events)

    def is_over(_seconds: float) -> bool:
        event = next(waiting, None)
        if callable(event):
            event()
        return event is None

    firewall.keep(settings, is_over)


def test_removed_rules_are_applied_again(table: Path, caplog: pytest.LogCaptureFixture) -> None:
    keep(Settings(closed=True), table.unlink, lambda: None)

    assert table.read_text() in rules(Settings(closed=True))
    assert "applied again" in caplog.text
    assert firewall.is_applied()


def test_changed_rules_are_applied_again(table: Path) -> None:
    keep(Settings(closed=True), lambda: table.write_text("accept"), lambda: None)

    assert "reject" in table.read_text()


def test_unchanged_rules_are_left_alone(table: Path) -> None:
    """Their counters would be reset."""
    changed: list[int] = []

    keep(Settings(closed=True), *[lambda: changed.append(table.stat().st_mtime_ns)] * 3)

    assert len(set(changed)) == 1


def test_rules_outlive_the_service(table: Path) -> None:
    """Users' servers still run while the stack is stopped."""
    keep(Settings(closed=True))

    assert table.exists()


def test_open_setting_removes_the_rules(table: Path, caplog: pytest.LogCaptureFixture) -> None:
    keep(Settings(closed=True))

    keep(Settings(closed=False))

    assert not table.exists()
    assert "reach every address" in caplog.text
    assert firewall.is_applied()


def test_check_fails_without_the_rules(table: Path) -> None:
    assert not firewall.is_applied()
    keep(Settings(closed=True))

    table.unlink()

    assert not firewall.is_applied()


def test_refusal_of_nftables_ends_the_service(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firewall, "rules", lambda _: "refused")

    with pytest.raises(SystemExit, match="Operation not supported"):
        firewall.main(["keep"])


def test_missing_nftables_ends_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")

    with pytest.raises(SystemExit, match="nft does not run"):
        firewall.main(["keep"])


def test_invalid_setting_ends_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVER_PRIVATE_ADDRESSES", "yes")

    with pytest.raises(SystemExit, match="SERVER_PRIVATE_ADDRESSES"):
        firewall.main(["keep"])


def test_removal_needs_no_settings(table: Path) -> None:
    keep(Settings(closed=True))

    firewall.main(["remove"])

    assert not table.exists()
