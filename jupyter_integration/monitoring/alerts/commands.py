"""Commands that staff paste into a shell, for the platform on which this portal runs."""

from django.conf import settings

# Of deploy/kubernetes/, where their names differ from those of docker-compose.yml.
_WORKLOADS = {"jupyterhub": "deployment/hub", "redis": "statefulset/redis"}


def restart(*parts: str) -> str:
    if settings.TRIAL:
        names = " ".join(f"portal:{part}" for part in parts)
        return f".venv/bin/supervisorctl -c var/run/supervisord.conf restart {names}"
    if settings.PLATFORM == "kubernetes":
        names = " ".join(_WORKLOADS.get(part, f"deployment/{part}") for part in parts)
        return f"kubectl -n shaparak rollout restart {names}"
    return f"docker compose restart {' '.join(parts)}"


def disk_usage() -> str:
    if settings.TRIAL:
        return "du -sh var/* var/homes/*"
    if settings.PLATFORM == "kubernetes":
        return "kubectl -n shaparak get pvc"
    return "docker system df --verbose"


def manage(command: str) -> str:
    if settings.TRIAL:
        return f".venv/bin/python manage.py {command}"
    if settings.PLATFORM == "kubernetes":
        # The portal's own pods cannot reach the Hub.
        return f"kubectl -n shaparak exec deployment/worker -- python manage.py {command}"
    return f"docker compose exec portal python manage.py {command}"
