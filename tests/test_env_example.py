"""`.env.example` names exactly the settings that programs read; `make env` fills in the secrets."""

from __future__ import annotations

import ast
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from deploy.secret_generation import APPLICATION_SECRETS, DATABASE_PASSWORDS
from portal.checks.secrets import check_secrets

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / ".env.example"
COMPOSE = ROOT / "docker-compose.yml"
EDGE_WITH_TLS = ROOT / "deploy/edge/tls.yml"

SECRETS = APPLICATION_SECRETS.keys() | DATABASE_PASSWORDS.keys()

_SETTING = re.compile(r"^(?:# )?([A-Z][A-Z0-9_]+)=(.*)$", re.MULTILINE)

# Code that reads the environment, and the variables that are not settings of Shaparak.
READERS = ("portal", "accounts", "jupyter_integration", "jupyterhub", "deploy")
NOT_SETTINGS = {
    "DJANGO_SETTINGS_MODULE",  # names the settings module
    "PATH",
    "SPAWNER",  # of the Hub's image
    "SHAPARAK_PORTAL_URL",  # of a user's server; the Hub sets it
    "CONFIGPROXY_AUTH_TOKEN_FILE",  # NAME_FILE is another way to set NAME
}


def example() -> dict[str, str]:
    return dict(_SETTING.findall(EXAMPLE.read_text(encoding="utf-8")))


# ── What the code reads ─────────────────────────────────────────────────────────────────────────


def read_by(path: Path) -> Iterator[str]:
    """Yield the variables that a module reads: env.str("NAME"), environ["NAME"], …"""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _is_reader(node.func):
            yield from (_names(argument) for argument in node.args[:2])
        elif isinstance(node, ast.Subscript) and _is_environment(node.value):
            yield _names(node.slice)
        elif isinstance(node, ast.Compare) and _is_environment(node.comparators[0]):
            yield _names(node.left)


def _is_reader(function: ast.expr) -> bool:
    """env.bool(…), environ.get(…), source.secret(…), and the functions of deploy/local."""
    if isinstance(function, ast.Name):
        return function.id in {"_port", "getenv"}
    return isinstance(function, ast.Attribute) and _is_environment(function.value)


def _is_environment(value: ast.expr) -> bool:
    if isinstance(value, ast.Attribute):
        return value.attr in {"environ", "_environ"}
    return isinstance(value, ast.Name) and value.id in {"env", "environ", "source"}


def _names(value: ast.expr) -> str:
    is_name = isinstance(value, ast.Constant) and isinstance(value.value, str)
    return value.value if is_name and re.fullmatch(r"[A-Z][A-Z0-9_]+", value.value) else ""


def settings_of(*places: str) -> set[str]:
    files = [
        file
        for place in places
        for file in ([ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py"))
        if "tests" not in file.parts and file.name != "settings_test.py"
    ]
    return {name for file in files for name in read_by(file)} - NOT_SETTINGS - {""}


def settings_of_pods() -> set[str]:
    """Return the settings that only manifests of Kubernetes give."""
    return settings_of("jupyterhub/pod_settings.py") - settings_of(
        "jupyterhub/container_settings.py", "portal/settings.py"
    )


def settings_of_compose() -> set[str]:
    text = COMPOSE.read_text(encoding="utf-8") + EDGE_WITH_TLS.read_text(encoding="utf-8")
    return set(re.findall(r"\$\{([A-Z_]+)", text))


def test_example_names_exactly_the_settings_that_are_read() -> None:
    read = settings_of(*READERS) - settings_of_pods()

    assert set(example()) == read | settings_of_compose()


def test_every_way_to_read_a_setting_is_found(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        'A = env.bool("ONE", default=True)\n'
        'B = os.environ.get("TWO")\n'
        'C = source.secret("THREE") if "FOUR" in environ else os.environ["FIVE"]\n'
        'D = unrelated.get("SIX")\n'
    )

    assert set(read_by(module)) - {""} == {"ONE", "TWO", "THREE", "FOUR", "FIVE"}


def test_every_setting_is_explained() -> None:
    paragraphs = EXAMPLE.read_text(encoding="utf-8").split("\n\n")
    bare = [
        paragraph
        for paragraph in paragraphs
        if _SETTING.search(paragraph) and not re.match(r"# [A-Z`][^=]*\s", paragraph)
    ]

    assert bare == []


def defaults_of(path: Path) -> Iterator[tuple[str, str]]:
    """Yield name and default of env.int("NAME", default=16) and the like."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _is_reader(node.func):
            for keyword in node.keywords:
                if keyword.arg == "default" and isinstance(keyword.value, ast.Constant):
                    yield _names(node.args[0]), str(keyword.value.value)


def defaults_of_compose() -> dict[str, str]:
    text = COMPOSE.read_text(encoding="utf-8")
    return dict(re.findall(r"^ +([A-Z_]+): \$\{\1:-([^}$]*)\}", text, re.MULTILINE))


def test_defaults_are_those_of_compose_or_code() -> None:
    defaults = dict(defaults_of(ROOT / "portal" / "settings.py")) | defaults_of_compose()
    documented = {name: value for name, value in example().items() if name in defaults}

    assert len(documented) > 10
    differing = {
        name: (value, defaults[name])
        for name, value in documented.items()
        if value.lower() != defaults[name].lower().removesuffix(".0")
    }
    assert differing == {}


# ── What Compose passes on ──────────────────────────────────────────────────────────────────────


def environment_of(service: str) -> dict[str, Any]:
    content = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    found: dict[str, Any] = content["services"][service]["environment"]
    return found


@pytest.mark.parametrize("service", ["portal", "worker", "spawn-worker", "beat", "migrate"])
def test_compose_passes_all_settings_to_the_portal(service: str) -> None:
    assert settings_of("portal/settings.py") - {"SHAPARAK_VAR"} <= set(environment_of(service))


def test_compose_passes_all_settings_to_the_hub() -> None:
    read = settings_of("jupyterhub") - settings_of_pods() - {"SHAPARAK_VAR", "HOME_SIZE"}

    assert read <= set(environment_of("jupyterhub"))


def test_compose_gives_portal_and_hub_one_token() -> None:
    token = environment_of("portal")["JUPYTERHUB_API_TOKEN"]

    assert token == environment_of("jupyterhub")["JUPYTERHUB_API_TOKEN"]
    assert token.startswith("${JUPYTERHUB_API_TOKEN:?")


def test_compose_hides_the_portals_secrets_from_the_hub() -> None:
    portals_own = {"SECRET_KEY", "OIDC_PRIVATE_KEY", "DATABASE_URL", "POSTGRES_PASSWORD"}

    assert not portals_own & set(environment_of("jupyterhub"))


def test_compose_refuses_to_start_without_a_secret() -> None:
    text = COMPOSE.read_text(encoding="utf-8")
    for name in SECRETS:
        assert f"${{{name}:?" in text
        assert not re.search(rf"\$\{{{name}(?!:\?)", text)


# ── make env ────────────────────────────────────────────────────────────────────────────────────


def make_env(path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run it as on a machine without packages: `-S` leaves out those of .venv."""
    return subprocess.run(
        [sys.executable, "-S", ROOT / "scripts" / "env", path],
        capture_output=True,
        text=True,
        env=environment or None,
        check=False,
    )


def settings_in(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    found = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {name: value.strip("'") for name, value in found.items()}


def test_make_env_fills_in_every_secret(tmp_path: Path) -> None:
    done = make_env(tmp_path / "env")

    assert done.returncode == 0, done.stderr
    settings = settings_in(tmp_path / "env")
    assert set(settings) >= SECRETS
    assert all(settings.values())
    assert stat.S_IMODE((tmp_path / "env").stat().st_mode) == 0o600
    assert not [name for name in SECRETS if settings[name] in done.stdout + done.stderr]


def test_make_env_never_overwrites_a_file(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("kept\n")

    refused = make_env(tmp_path / "env")

    assert refused.returncode != 0
    assert "exists already" in refused.stderr
    assert (tmp_path / "env").read_text() == "kept\n"


def test_make_env_generates_new_secrets_each_time(tmp_path: Path) -> None:
    make_env(tmp_path / "one")
    make_env(tmp_path / "two")

    one, two = settings_in(tmp_path / "one"), settings_in(tmp_path / "two")
    assert [name for name in SECRETS if one[name] == two[name]] == []
    assert len({one[name] for name in SECRETS}) == len(SECRETS)


def test_portal_accepts_what_make_env_writes(tmp_path: Path, settings: Any) -> None:
    make_env(tmp_path / "env")
    written = settings_in(tmp_path / "env")
    for name in SECRETS:
        setattr(settings, name, written[name])

    assert check_secrets() == []
    pem = written["OIDC_PRIVATE_KEY"].replace(r"\n", "\n")
    key = load_pem_private_key(pem.encode(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.key_size >= 2048


def test_make_env_without_openssl_names_the_package(tmp_path: Path) -> None:
    (tmp_path / "python3").symlink_to(shutil.which("python3") or sys.executable)

    refused = make_env(tmp_path / "env", PATH=str(tmp_path))

    assert refused.returncode != 0
    assert "apt install openssl" in refused.stderr
    assert not (tmp_path / "env").exists()
