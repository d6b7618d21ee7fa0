"""Settings of the portal, read once from the environment (.env.example explains each)."""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.utils.translation import gettext_lazy as _

from portal import database_settings, file_broker, logs
from portal.beat_schedule import BEAT_SCHEDULE
from portal.environment import Environment
from portal.passkey_settings import passkeys_work

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()

VAR_DIR = Path(env.str("SHAPARAK_VAR", default=str(BASE_DIR / "var"))).resolve()
# `make up` writes its settings here, so that each manage.py command uses the same copy.
if (VAR_DIR / "trial.env").exists():
    environ.Env.read_env(VAR_DIR / "trial.env")

MODE = env.str("SHAPARAK_MODE", default="production")
TRIAL = MODE == "trial"
# Where it runs in production: the commands that staff are shown depend on it.
PLATFORM = env.str("SHAPARAK_PLATFORM", default="compose")
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])  # during a rotation

# --- Addresses --------------------------------------------------------------------------------

PORTAL_URL = env.str("PORTAL_URL", default="http://localhost:8080").rstrip("/")
HUB_URL = env.str("HUB_URL", default="http://hub.localhost:8000").rstrip("/")
LAB_SUBDOMAINS = env.bool("LAB_SUBDOMAINS", default=True)  # the Hub reads it too
HUB_PROXY_URL = env.str("HUB_PROXY_URL", default=HUB_URL).rstrip("/")
JUPYTERHUB_API_URL = env.str("JUPYTERHUB_API_URL", default=f"{HUB_URL}/hub/api").rstrip("/")

_portal_host = urlsplit(PORTAL_URL).hostname or "localhost"
ALLOWED_HOSTS = [
    f"[{_portal_host}]" if ":" in _portal_host else _portal_host,
    *env.list("ALLOWED_HOSTS", default=[]),
    *(["127.0.0.1"] if TRIAL else []),
]
SECURE_COOKIES = urlsplit(PORTAL_URL).scheme == "https"

# --- Messages between portal and Hub ----------------------------------------------------------

JUPYTERHUB_API_TOKEN = env.str("JUPYTERHUB_API_TOKEN", default="")
WEBHOOK_SECRETS = env.list("WEBHOOK_SECRET", default=[])  # several during a rotation
HUB_CONNECT_TIMEOUT = 3.0  # seconds
HUB_READ_TIMEOUT = env.float("HUB_READ_TIMEOUT", default=10.0)  # seconds, 5 to 30
HUB_AWAY_AFTER_FAILURES = 3  # calls in a row, over all processes
HUB_ASKED_WHILE_AWAY_EVERY = 5.0  # seconds; at least the interval of server.check_hub

# --- Users' servers ---------------------------------------------------------------------------

SPAWN_SLOTS = env.int("SPAWN_SLOTS", default=16)  # concurrent starts; the Hub reads it too
SPAWN_DEADLINE = env.int("SPAWN_DEADLINE", default=600)  # seconds until a start fails
IDLE_TIMEOUT = env.int("IDLE_TIMEOUT", default=3600)  # seconds; the Hub's culler reads it too
SERVER_MAX_AGE = env.int("SERVER_MAX_AGE", default=604_800)  # seconds; the culler reads it too
# Of one home, as 5G; the socket guard applies it. Empty: homes have no limit of their own.
HOME_SIZE = env.str("HOME_SIZE", default="")
# Staff see the free space of its file system; empty: none.
DISK_FOLDER = env.str("DISK_FOLDER", default=str(VAR_DIR) if TRIAL else "/")

# --- Applications -----------------------------------------------------------------------------

INSTALLED_APPS = [
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "allauth.mfa",
    "allauth.idp.oidc",
    "accounts",
    "jupyter_integration",
    "portal.apps.PortalConfig",
    "portal.mail",
    "portal.limits",
    "accounts.admin_config.StaffAdminConfig",
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
    "portal.middleware.NoTraceMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "portal.middleware.SeparateHostMiddleware",
    "portal.middleware.InsidePathsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.ContentSecurityPolicyMiddleware",
    # Static files are compressed already; this one is for pages (docs/adr/0031).
    "django.middleware.gzip.GZipMiddleware",
    "portal.middleware.NoNullCharactersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionAgeMiddleware",
    "accounts.middleware.RefusedAccessMiddleware",
    "accounts.middleware.ChosenLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.middleware.NoStoreMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.known_browsers.KnownBrowserMiddleware",
    "accounts.rate_limits.RateLimitMiddleware",
    "accounts.middleware.OwnPasswordMiddleware",
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
            "builtins": ["portal.templatetags.cached_include", "portal.templatetags.icons"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.preference_views.theme",
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
    # What must be found again; libraries know no other cache (portal/caches.py).
    "default": database_settings.cache_table(holds_copies=not REDIS_URL),
    # What can be made again.
    "copies": (
        database_settings.redis_cache(REDIS_URL)
        if REDIS_URL
        else database_settings.cache_table(holds_copies=True)
    ),
    # For the API's rate limit of reads, which need not be exact (ADR 2).
    "process": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
}
# A cache table of the database is no faster than the rows themselves.
CACHES_ROWS = bool(REDIS_URL)
DJANGO_REDIS_IGNORE_EXCEPTIONS = True  # without its cache the portal is slower, but works
DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Sessions and cookies ---------------------------------------------------------------------

SESSION_ENGINE = "portal.sessions"
# A session ends with the browser, and after a working day from its sign-in. The Hub's ends with the
# same (jupyterhub/jupyterhub_config.py). "Remember me" keeps only the portal's for longer.
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 10 * 3600  # seconds
ACCOUNT_SESSION_COOKIE_AGE = 14 * 24 * 3600  # seconds, with "remember me"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_COOKIES
# Scripts on the Hub's host can set cookies for the common parent domain, and so replace a visitor's
# session. Browsers accept a cookie with this prefix only from the host itself.
_HOST_ONLY = "__Host-" if SECURE_COOKIES else ""
SESSION_COOKIE_NAME = f"{_HOST_ONLY}shaparak_session"
CSRF_COOKIE_NAME = f"{_HOST_ONLY}shaparak_csrf"
KNOWN_BROWSER_COOKIE_NAME = f"{_HOST_ONLY}shaparak_browser"
INTERFACE_COOKIE_NAME = f"{_HOST_ONLY}shaparak_interface"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_NAME = f"{_HOST_ONLY}shaparak_language"
LANGUAGE_COOKIE_HTTPONLY = True
THEME_COOKIE_NAME = f"{_HOST_ONLY}shaparak_theme"
MESSAGES_COOKIE_NAME = f"{_HOST_ONLY}shaparak_messages"
MESSAGE_STORAGE = "portal.own_messages.OwnMessages"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600  # seconds
LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# --- Accounts ---------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "accounts.hashers.ClassArgon2PasswordHasher",
    # For imported accounts; their passwords are hashed again at the next sign-in.
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
] + [
    {"NAME": "accounts.password_validators.LengthValidator"},
    {"NAME": "accounts.password_validators.OwnNameValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard"

SIGNUP_OPEN = env.bool("SIGNUP_OPEN", default=TRIAL)
SIGNUP_EMAIL_DOMAINS = [
    domain.strip().removeprefix("@").lower()
    for domain in env.list("SIGNUP_EMAIL_DOMAINS", default=[])
]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.SignupForm",
    "add_email": "accounts.forms.AddEmailForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "change_password": "accounts.forms.ChangePasswordForm",
}
ACCOUNT_USERNAME_VALIDATORS = "accounts.usernames.username_validators"
ACCOUNT_USERNAME_MIN_LENGTH = 3
ACCOUNT_PRESERVE_USERNAME_CASING = False  # SARA and sara are the same name
ACCOUNT_EMAIL_VERIFICATION = env.str("EMAIL_VERIFICATION", default="none" if TRIAL else "mandatory")
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a mail for each change of address, password or factor
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True  # a second factor is still asked for
# An open session alone changes no address, password or second factor.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300  # seconds
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(PORTAL_URL).scheme
# allauth's own need a lock in the cache; accounts/rate_limits.py has ours (docs/adr/0022).
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
SIGNUPS_PER_DAY = env.int("SIGNUPS_PER_DAY", default=1000)  # of one network
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to strangers

# --- Second factors ---------------------------------------------------------------------------

STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=not TRIAL)
MFA_ADAPTER = "accounts.second_factor.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = [
    "totp",
    "recovery_codes",
    *(["webauthn"] if passkeys_work(PORTAL_URL) else []),
]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # half minutes: clocks of phones differ
MFA_ALLOW_UNVERIFIED_EMAIL = True  # accounts.second_factor.rules.may_add_factor decides
MFA_FORMS = {
    "authenticate": "accounts.second_factor.forms.AuthenticateForm",
    "reauthenticate": "accounts.second_factor.forms.ReauthenticateForm",
    "activate_totp": "accounts.second_factor.forms.ActivateTOTPForm",
    "add_webauthn": "accounts.second_factor.passkeys.AddWebAuthnForm",
    "edit_webauthn": "accounts.second_factor.passkeys.EditWebAuthnForm",
    "authenticate_webauthn": "accounts.second_factor.passkeys.AuthenticateWebAuthnForm",
    "login_webauthn": "accounts.second_factor.passkeys.LoginWebAuthnForm",
    "reauthenticate_webauthn": "accounts.second_factor.passkeys.ReauthenticateWebAuthnForm",
}

# --- OpenID provider --------------------------------------------------------------------------

OIDC_CLIENT_ID = "jupyterhub"
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
OIDC_PRIVATE_KEY = env.str("OIDC_PRIVATE_KEY", default="", multiline=True)
IDP_OIDC_PRIVATE_KEYS = [{"pem": OIDC_PRIVATE_KEY}] if OIDC_PRIVATE_KEY else []
IDP_OIDC_ADAPTER = "accounts.oidc.HubIdentityAdapter"
IDP_OIDC_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]
IDP_OIDC_AUTHORIZATION_CODE_EXPIRES_IN = 60  # seconds; the Hub redeems a code at once
# A refresh gives no new one, which would begin the day anew. The Hub's cookie ends with it.
IDP_OIDC_ROTATE_REFRESH_TOKEN = False
IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN = SESSION_COOKIE_AGE

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
# Shown to people who have to reach the administrators, visitors too.
SUPPORT_CONTACT = env.str("SUPPORT_CONTACT", default="")
SUPPORT_CONTACT_EN = env.str("SUPPORT_CONTACT_EN", default="")  # on English pages

# --- Language, time ---------------------------------------------------------------------------

LANGUAGE_CODE = "fa"
LANGUAGES = [("fa", _("Persian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "third_party"]
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Tehran")
USE_TZ = True

# --- Static files -----------------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "portal.bundles.BundleFinder",
]
# Collecting takes seconds of each first start of the trial mode; for one person it gains nothing.
STATIC_ROOT = None if TRIAL else VAR_DIR / "static"
WHITENOISE_USE_FINDERS = TRIAL
STATIC_STORAGE = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if TRIAL
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATIC_STORAGE},
}

# Browsers show a page of the portal's own while they cannot reach it, by a service worker.
OFFLINE_PAGE = env.bool("OFFLINE_PAGE", default=True)

# --- Background work --------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL or f"{file_broker.SCHEME}://localhost//"
CELERY_BROKER_TRANSPORT_OPTIONS = database_settings.broker_options(REDIS_URL, VAR_DIR / "broker")
CELERY_BROKER_CONNECTION_TIMEOUT = 2  # seconds
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False  # a page never waits for the broker
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"starts.*": {"queue": "starts"}}
# Threads of the spawn worker: one per concurrent start, and two for tasks that find no free slot.
CELERY_WORKER_CONCURRENCY = SPAWN_SLOTS + 2
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE

# --- API --------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "URL_FORMAT_OVERRIDE": None,  # `?format=` of the API's only format would be a 404
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": [
        "jupyter_integration.api.parsers.BoundedJSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_RATES": {"server-read": "240/min"},
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

# --- Security ---------------------------------------------------------------------------------

CSRF_TRUSTED_ORIGINS = [PORTAL_URL]
CSRF_FAILURE_VIEW = "portal.csrf_failure.refuse_form"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31536000 if SECURE_COOKIES else 0)
SECURE_SSL_REDIRECT = SECURE_COOKIES
# Probes, and the Hub's calls to the OpenID provider, reach this process directly, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^health", r"^identity/o/api/", r"^hooks/", r"^edge/"]
if env.bool("BEHIND_TLS_PROXY", default=SECURE_COOKIES):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
# HSTS preloading and subdomains concern the institution's other services: it decides about them.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
X_FRAME_OPTIONS = "DENY"

# --- Logs -------------------------------------------------------------------------------------

LOGGING = logs.configuration(level=env.str("LOG_LEVEL", default="INFO"))
