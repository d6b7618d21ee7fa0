"""Configuration of supervisord, for folders with any name."""

import configparser
import shlex
import sys
from pathlib import Path

import pytest

from deploy.local.proxy_pages import write_proxy_pages
from deploy.local.supervision import STARTED_AFTER_PREPARE, write_configuration
from deploy.local.trial import Trial

PARTS = {"proxy", "jupyterhub", "web", "worker", "spawn-worker", "beat"}


@pytest.fixture(params=["var", "100% of a folder's name"])
def trial(tmp_path: Path, request: pytest.FixtureRequest) -> Trial:
    trial = Trial(tmp_path / request.param, 9100, 9000)
    trial.run.mkdir(parents=True)
    return trial


@pytest.fixture
def configuration(trial: Trial) -> configparser.RawConfigParser:
    write_configuration(trial)
    parser = configparser.RawConfigParser(inline_comment_prefixes=(" ;",))
    parser.read(trial.run / "supervisord.conf")
    return parser


def command_of(configuration: configparser.RawConfigParser, part: str) -> list[str]:
    return shlex.split(configuration.get(f"program:{part}", "command") % {})


def test_every_part_restarts_and_has_a_bounded_log(
    configuration: configparser.RawConfigParser,
) -> None:
    programs = {name for name in configuration.sections() if name.startswith("program:")}
    assert programs == {f"program:{part}" for part in PARTS}
    for program in programs:
        assert configuration.getboolean(program, "autorestart")
        assert configuration.get(program, "stdout_logfile_maxbytes") == "5MB"
        assert configuration.get(program, "stdout_logfile").endswith("/logs/%(program_name)s.log")


def test_parts_that_need_the_database_start_later(
    configuration: configparser.RawConfigParser,
) -> None:
    for part in PARTS:
        waits = configuration.get(f"program:{part}", "autostart", fallback="true") == "false"
        assert waits == (part in STARTED_AFTER_PREPARE)


def test_hub_ends_before_its_proxy(configuration: configparser.RawConfigParser) -> None:
    hub, proxy = (configuration.getint(s, "priority") for s in ("group:portal", "program:proxy"))
    assert "jupyterhub" in configuration.get("group:portal", "programs")
    assert hub > proxy


def test_commands_are_quoted(configuration: configparser.RawConfigParser, trial: Trial) -> None:
    for part in PARTS:
        assert sys.executable in command_of(configuration, part)
    assert str(trial.var / "celerybeat-schedule") in command_of(configuration, "beat")


def test_proxy_pages_are_persian_and_link_the_portal(trial: Trial) -> None:
    write_proxy_pages(trial)
    for name in ("404.html", "503.html", "error.html"):
        page = (trial.proxy_pages / name).read_text()
        assert '<html lang="fa" dir="rtl">' in page
        assert 'href="http://localhost:9100/dashboard/"' in page
        assert "://" not in page.replace("http://localhost:9100", "")
