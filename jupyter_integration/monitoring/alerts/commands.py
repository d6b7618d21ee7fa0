"""Commands that staff paste into a shell: of `make up` in trial mode, else of Compose."""

from django.conf import settings


def restart(*parts: str) -> str:
    if settings.TRIAL:
        names = " ".join(f"portal:{part}" for part in parts)
        return f".venv/bin/supervisorctl -c var/run/supervisord.conf restart {names}"
    return f"docker compose restart {' '.join(parts)}"


def disk_usage() -> str:
    return "du -sh var/* var/homes/*" if settings.TRIAL else "docker system df --verbose"


def manage(command: str) -> str:
    if settings.TRIAL:
        return f".venv/bin/python manage.py {command}"
    return f"docker compose exec portal python manage.py {command}"
