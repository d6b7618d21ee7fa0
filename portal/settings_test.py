"""Settings of the test suite: trial mode, or PostgreSQL and Redis when their URLs are set."""

import os
import tempfile

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

_var = tempfile.TemporaryDirectory(prefix="shaparak-test-")  # removed when the process ends
_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
os.environ.update(
    SHAPARAK_MODE="trial",
    SHAPARAK_VAR=_var.name,
    SECRET_KEY="tests-only-" + "x" * 50,
    PORTAL_URL="http://localhost:8080",
    HUB_URL="http://hub.localhost:8000",
    JUPYTERHUB_API_TOKEN="tests-only-token-of-the-portal",
    OIDC_CLIENT_SECRET="tests-only-client-secret",
    WEBHOOK_SECRET="whsec_dGVzdHMgb25seTogc2VjcmV0IG9mIHdlYmhvb2tz",
    OIDC_PRIVATE_KEY=_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode(),
)

if os.environ.get("REDIS_URL"):
    # Each process of `pytest -n 2` has a Redis database of its own to empty: gw0 the given number,
    # gw1 the next.
    _server, _number = os.environ["REDIS_URL"].rsplit("/", 1)
    _worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    os.environ["REDIS_URL"] = f"{_server}/{int(_number) + _worker}"

from portal.settings import *

DISK_FOLDER = ""  # tests do not depend on this machine's disk
# Not in the environment: copies that tests start inherit that.
ACCOUNT_EMAIL_VERIFICATION = "optional"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast; protects nothing here
if not os.environ.get("DATABASE_URL"):
    # A file, as in trial mode: SQLite's memory databases lock whole tables between threads.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WHITENOISE_USE_FINDERS = False  # would search all static files for each test client
TEST_RUNNER = "portal.test_runner.PytestRunner"
