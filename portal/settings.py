"""Every setting of the portal, read once from the environment (.env.example explains each).

A secret NAME may also come as NAME_FILE, a path to a file that holds it (Docker secrets).
"""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.utils.translation import gettext_lazy as _
from environ.fileaware_mapping import FileAwareMapping

from portal import database_settings, file_broker

BASE_DIR = Path(__file__).resolve().parent.parent


class SecretFiles(FileAwareMapping):
    """Files end in a line end, secrets do not."""

    def __getitem__(self, key: str) -> str:
        return str(super().__getitem__(key)).strip()


class Environment(environ.Env):
    ENVIRON = SecretFiles()


env = Environment()

VAR_DIR = Path(env.str("SHAPARAK_VAR", default=str(BASE_DIR / "var"))).resolve()
# `make up` writes what it chose here, so that any manage.py command finds the same copy.
if (VAR_DIR / "trial.env").exists():
    environ.Env.read_env(VAR_DIR / "trial.env")

MODE = env.str("SHAPARAK_MODE", default="production")
TRIAL = MODE == "trial"
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")

# --- Where things are -------------------------------------------------------------------------

PORTAL_URL = env.str("PORTAL_URL", default="http://localhost:8080").rstrip("/")
HUB_URL = env.str("HUB_URL", default="http://127.0.0.1:8000").rstrip("/")
HUB_PROXY_URL = env.str("HUB_PROXY_URL", default=HUB_URL).rstrip("/")
JUPYTERHUB_API_URL = env.str("JUPYTERHUB_API_URL", default=f"{HUB_URL}/hub/api").rstrip("/")
JUPYTERHUB_API_TOKEN = env.str("JUPYTERHUB_API_TOKEN", default="")
WEBHOOK_SECRETS = env.list("WEBHOOK_SECRET", default=[])  # several while one follows the other
HUB_CONNECT_TIMEOUT = 3.0  # seconds
HUB_READ_TIMEOUT = env.float("HUB_READ_TIMEOUT", default=10.0)  # seconds, 5 to 30
HUB_AWAY_AFTER_FAILURES = 3  # calls in a row, over all processes
HUB_ASKED_WHILE_AWAY_EVERY = 5.0  # seconds; not less than the schedule of watch-hub
SPAWN_SLOTS = env.int("SPAWN_SLOTS", default=16)  # starts in flight; the Hub reads the same
SPAWN_DEADLINE = env.int("SPAWN_DEADLINE", default=600)  # seconds of trying before giving up
IDLE_TIMEOUT = env.int("IDLE_TIMEOUT", default=3600)  # seconds; the Hub's culler reads the same

ALLOWED_HOSTS = [
    urlsplit(PORTAL_URL).hostname or "localhost",
    *env.list("ALLOWED_HOSTS", default=[]),
    *(["127.0.0.1"] if TRIAL else []),
]
SECURE_COOKIES = urlsplit(PORTAL_URL).scheme == "https"

# --- Applications -----------------------------------------------------------------------------

INSTALLED_APPS = [
    "allauth",
    "allauth.account",
    "allauth.idp.oidc",
    "accounts",
    "jupyter_integration",
    "portal.apps.PortalConfig",
    "portal.mail",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "portal.middleware.NeverOnTheHubsHostMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.remembered_user.RememberedUserMiddleware",
    "accounts.middleware.ChosenLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.middleware.PrivatePagesAreNotStoredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["portal.templatetags.icons", "portal.templatetags.parts"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Data -------------------------------------------------------------------------------------

REDIS_URL = env.str("REDIS_URL", default="")
DATABASES = {
    "default": database_settings.database(
        env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'portal.sqlite3'}"),
        pool_size=env.int("DATABASE_POOL_SIZE", default=20),
    )
}
CACHES = {
    "default": database_settings.cache(REDIS_URL),
    # For counts that need not be exact and guesses that are held against the truth (ADR 2).
    "process": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
}
# A table of the database is no quicker than the rows themselves.
CACHES_ROWS = bool(REDIS_URL)
DJANGO_REDIS_IGNORE_EXCEPTIONS = True  # without its cache the portal is slower, not gone
DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SESSION_ENGINE = "accounts.sessions"

# --- Accounts and the OpenID provider ---------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "accounts.hashers.ClassArgon2PasswordHasher",
    # For accounts that come from elsewhere; hashed anew when their owner next signs in.
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard"

SIGNUP_OPEN = env.bool("SIGNUP_OPEN", default=True)
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.SignupForm",
    "add_email": "accounts.forms.AddEmailForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
}
ACCOUNT_USERNAME_VALIDATORS = "accounts.usernames.username_validators"
ACCOUNT_USERNAME_MIN_LENGTH = 3
ACCOUNT_USERNAME_BLACKLIST = ["admin", "administrator", "root", "hub", "jupyterhub", "portal"]
ACCOUNT_PRESERVE_USERNAME_CASING = False  # SARA and sara are one name
ACCOUNT_EMAIL_VERIFICATION = env.str("EMAIL_VERIFICATION", default="optional")
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(PORTAL_URL).scheme
# allauth's own limits are for single visitors. A class of 300 signs up and in from one address,
# behind the university's NAT; what guards a password is the limit per account ("key").
ACCOUNT_RATE_LIMITS = {
    "signup": "600/m/ip",
    "login": "1200/m/ip",
    "login_failed": "300/m/ip,10/5m/key",
    "reset_password": "60/m/ip,5/m/key",
    "reset_password_from_key": "120/m/ip",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

OIDC_CLIENT_ID = "jupyterhub"
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
OIDC_PRIVATE_KEY = env.str("OIDC_PRIVATE_KEY", default="", multiline=True)
IDP_OIDC_PRIVATE_KEYS = [{"pem": OIDC_PRIVATE_KEY}] if OIDC_PRIVATE_KEY else []
IDP_OIDC_ADAPTER = "accounts.oidc.HubIdentityAdapter"

# --- Mail -------------------------------------------------------------------------------------

if TRIAL:
    EMAIL_BACKEND = "portal.mail.trial_backend.LogAndFileEmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
else:
    vars().update(env.email_url("EMAIL_URL", default="smtp://localhost:25"))
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="shaparak@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
SUPPORT_EMAIL = env.list("SUPPORT_EMAIL", default=[])  # without it, the superusers' addresses

# --- Language, time ---------------------------------------------------------------------------

LANGUAGE_CODE = "fa"
LANGUAGES = [("fa", _("Persian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "third_party"]
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Tehran")
USE_TZ = True

# --- Static files -----------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "portal.static_storage.HashedStaticFilesStorage"},
}

# --- Background work --------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL or f"{file_broker.SCHEME}://localhost//"
CELERY_BROKER_TRANSPORT_OPTIONS = database_settings.broker_options(REDIS_URL, VAR_DIR / "broker")
CELERY_BROKER_CONNECTION_TIMEOUT = 2  # seconds
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False  # a press of a button never waits for the broker
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"starts.*": {"queue": "starts"}}
# The spawn worker's threads: one for each start in flight, and some for wake-ups that find no slot.
CELERY_WORKER_CONCURRENCY = SPAWN_SLOTS + 2
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {  # seconds
    "reconcile": {
        "task": "server.wake_stalled_work",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "watch-hub": {
        "task": "server.check_hub",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "compare-with-hub": {
        "task": "server.reconcile_servers",
        "schedule": 20.0,
        "options": {"expires": 15.0},
    },
    "note-hub-version": {
        "task": "server.record_hub_version",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "find-unknown-hub-users": {  # goes through them once an hour
        "task": "server.find_unknown_hub_users",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "forget-old-events": {
        "task": "server.delete_old_events",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
    "deliver-waiting-mail": {
        "task": "mail.deliver_waiting",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
    "heartbeat-worker": {
        "task": "portal.beat_through_worker",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
    "heartbeat-spawn-worker": {
        "task": "starts.beat_through_spawn_worker",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
}

# --- API --------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.ScopedRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "server-read": "240/min",
        "server-change": "20/min",
        "server-action": "60/min",  # of the buttons on the dashboard
    },
    "EXCEPTION_HANDLER": "jupyter_integration.api.errors.answer_with_code",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Shaparak",
    "DESCRIPTION": "Start, watch and stop your own Jupyter server.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {"ServerStateEnum": "jupyter_integration.server_states.ServerState"},
}

# --- Safety -----------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_COOKIES
# Scripts on the Hub's host can set cookies for the domain that both are in, and so put another
# session under a visitor's hands. Of a name that begins so browsers take none but our own.
_HOST_ONLY = "__Host-" if SECURE_COOKIES else ""
SESSION_COOKIE_NAME = f"{_HOST_ONLY}shaparak_session"
CSRF_COOKIE_NAME = f"{_HOST_ONLY}shaparak_csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_NAME = "shaparak_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600  # seconds
LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [PORTAL_URL]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31536000 if SECURE_COOKIES else 0)
SECURE_SSL_REDIRECT = SECURE_COOKIES
# Probes, and the Hub's own calls of the OpenID provider, come straight to this process without TLS.
SECURE_REDIRECT_EXEMPT = [r"^health", r"^identity/o/api/", r"^hooks/"]
if env.bool("BEHIND_TLS_PROXY", default=SECURE_COOKIES):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Preloading, and other services below the institution's name, are not ours to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = "; ".join(  # one for all pages
    [
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        # The sign-in and sign-out forms end in a redirect to the Hub, which browsers hold
        # against form-action too.
        f"form-action 'self' {HUB_URL}",
    ]
)

# --- Logs -------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "portal.logs.UtcFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        },
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    # Tasks come every few seconds; what they do is said by whoever does it.
    "loggers": {
        name: {"level": "WARNING"}
        for name in ("celery.beat", "celery.app.trace", "celery.worker.strategy")
    },
}
