"""Django's settings. The only place that reads the environment; rooms get values, never variables of the process."""

import os
import secrets
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import guards, local_postgres

BASE_DIR = Path(__file__).resolve().parent.parent


def _flag(name: str) -> bool:
    word = os.environ.get(name, "").strip()
    if word.lower() in {"1", "true", "yes", "on"}:
        return True
    if word.lower() in {"", "0", "false", "no", "off"}:
        return False
    # Taken for "no", a word that means "yes" would leave production open.
    raise ImproperlyConfigured(f"Expected {name} to be 1 or 0, found {word!r}.")


def _whole(name: str, default: int) -> int:
    word = os.environ.get(name, "").strip()
    if word and not (word.isascii() and word.isdigit()):
        raise ImproperlyConfigured(f"Expected {name} to be a whole number of 0 or more, found {word!r}.")
    return int(word) if word else default


def _words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def _kept_secret(path: Path) -> str:
    """A secret of this home, made at first use: nothing to configure on a trial, nothing shared between two."""
    try:
        return path.read_text().strip()
    except OSError:
        pass
    value = secrets.token_urlsafe(50)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(value)
    except FileExistsError:
        return path.read_text().strip()
    return value


# --- what kind of installation this is -----------------------------------------------------------------------------

ORDERFLOW_HOME = Path(os.environ.get("ORDERFLOW_HOME") or BASE_DIR / ".orderflow")
ORDERFLOW_PRODUCTION = _flag("ORDERFLOW_PRODUCTION")
ORDERFLOW_DEMO = _flag("ORDERFLOW_DEMO")
# The password of the demo accounts; the accounts exist only after the command `demo`.
ORDERFLOW_DEMO_PASSWORD = os.environ.get("ORDERFLOW_DEMO_PASSWORD", "orderflow-demo")
# "one": web, worker and scheduler are threads of one process. "many": they are processes, on any number of machines.
ORDERFLOW_PROCESSES = os.environ.get("ORDERFLOW_PROCESSES", "one")
# Tools for trials; refused in production.
ORDERFLOW_CLOCK = os.environ.get("ORDERFLOW_CLOCK", "")
ORDERFLOW_FAILPOINT = os.environ.get("ORDERFLOW_FAILPOINT", "")

SECRET_KEY = os.environ.get("ORDERFLOW_SECRET_KEY", "")
if not SECRET_KEY and not ORDERFLOW_PRODUCTION:
    SECRET_KEY = _kept_secret(ORDERFLOW_HOME / "secret_key")
DEBUG = False
ALLOWED_HOSTS = _words("ORDERFLOW_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = _words("ORDERFLOW_TRUSTED_ORIGINS")
# How many proxies of ours stand in front: the client's address is read that many entries from the right.
ORDERFLOW_TRUSTED_PROXIES = _whole("ORDERFLOW_TRUSTED_PROXIES", 0)

# --- rooms ---------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "config",
    "accounts",
    "web",
    "workflows",
    "approvals",
    "orders",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_fsm",
]

MIDDLEWARE = [
    "web.middleware.RequestIdMiddleware",
    "web.middleware.SecurityHeadersMiddleware",
    "web.middleware.RefuseNulMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "web.middleware.DatabaseTroubleMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- database ------------------------------------------------------------------------------------------------------

DATABASE_URL = os.environ.get("DATABASE_URL") or local_postgres.url(ORDERFLOW_HOME)
DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)}
DATABASES["default"]["TEST"] = {"NAME": os.environ.get("ORDERFLOW_TEST_DATABASE", "test_orderflow")}
# A wait for a lock becomes an answer (409 or 503) while the person still looks at the screen. One waits for the row and
# may have waited as long for the place at the head of its queue: at most twice this.
ORDERFLOW_LOCK_TIMEOUT_MS = _whole("ORDERFLOW_LOCK_TIMEOUT_MS", 1400)
ORDERFLOW_STATEMENT_TIMEOUT_MS = _whole("ORDERFLOW_STATEMENT_TIMEOUT_MS", 30_000)
DATABASES["default"].setdefault("OPTIONS", {}).update(
    {
        "connect_timeout": 5,
        "application_name": "orderflow",
        "options": (
            f"-c lock_timeout={ORDERFLOW_LOCK_TIMEOUT_MS}"
            f" -c statement_timeout={ORDERFLOW_STATEMENT_TIMEOUT_MS}"
            " -c idle_in_transaction_session_timeout=60000"
            # For what is prepared (workflows.prepared): one plan for all parameters, made along indexes even while a
            # table is new and small, because it stays when the table has grown; and no compiler beside small work.
            " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off"
        ),
    }
)

# How long a worker may keep a job before others take it for dead. Twice as long as its provider may take, or more;
# the dead worker's job is done this long, and one sweep, later.
ORDERFLOW_LEASE_SECONDS = float(os.environ.get("ORDERFLOW_LEASE_SECONDS", "45"))

# How many workers may be at one target (a connection, the payment provider) at once, of all that there are.
ORDERFLOW_WORKERS_PER_TARGET = int(os.environ.get("ORDERFLOW_WORKERS_PER_TARGET", "4"))

# Secrets of connections by name, from ORDERFLOW_CONNECTION_SECRET_<NAME>. They are stored nowhere else.
_CONNECTION = "ORDERFLOW_CONNECTION_SECRET_"
ORDERFLOW_CONNECTION_SECRETS = {
    name.removeprefix(_CONNECTION): value for name, value in os.environ.items() if name.startswith(_CONNECTION)
}

# --- broker and cache ----------------------------------------------------------------------------------------------

REDIS_URL = os.environ.get("REDIS_URL", "")
CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL") or REDIS_URL or "memory://localhost/"
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # What a process counts for itself while the shared cache is gone.
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "process"},
}
if REDIS_URL:
    CACHES["default"] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }

guards.require_sound(
    guards.Installation(
        is_production=ORDERFLOW_PRODUCTION,
        trial_tools={
            "ORDERFLOW_CLOCK": ORDERFLOW_CLOCK,
            "ORDERFLOW_FAILPOINT": ORDERFLOW_FAILPOINT,
            "ORDERFLOW_DEMO": ORDERFLOW_DEMO,
        },
        secret_key=SECRET_KEY,
        hosts=ALLOWED_HOSTS,
        processes=ORDERFLOW_PROCESSES,
        broker_url=CELERY_BROKER_URL,
    )
)

# --- people --------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/admin/login/"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "web.errors.csrf_failure"
# Two copies on one machine differ only by port, which cookies do not see.
_COOKIE_SUFFIX = os.environ.get("ORDERFLOW_COOKIE_SUFFIX", "")
SESSION_COOKIE_NAME = f"sessionid{_COOKIE_SUFFIX}"

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ORDERFLOW_PRODUCTION
SECURE_SSL_REDIRECT = False  # the proxy in front decides; health checks come over plain HTTP
SECURE_HSTS_SECONDS = 31_536_000 if ORDERFLOW_PRODUCTION else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ORDERFLOW_TRUSTED_PROXIES else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- language and time ---------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- files ---------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = os.environ.get("ORDERFLOW_STATIC_ROOT") or None
# Without collectstatic: the files of Django's admin and of the API documentation come from their packages.
WHITENOISE_USE_FINDERS = True
FRONTEND_DIST = Path(os.environ.get("ORDERFLOW_FRONTEND_DIST") or BASE_DIR / "frontend" / "dist")
WHITENOISE_ROOT = FRONTEND_DIST if FRONTEND_DIST.is_dir() else None
WHITENOISE_INDEX_FILE = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
# The build puts a digest into the names of its assets; what such a name says never changes.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/assets/.+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$"
ORDERFLOW_MAX_BODY_BYTES = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = ORDERFLOW_MAX_BODY_BYTES

# --- HTTP API ------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "web.authentication.TokenAuthentication",
        "web.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["web.strict_json.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["web.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "web.errors.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "URL_FORMAT_OVERRIDE": None,  # `format` is a parameter of our own: what a file is written as
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "TEST_REQUEST_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Orderflow",
    "DESCRIPTION": "Workflows, approvals and orders. Errors are application/problem+json with a stable `code`.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [],  # a choice is written where it stands; names made up for it would shift about
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "persistAuthorization": False},
}

# --- logs ----------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "config.logs.LineFormatter", "as_json": _flag("ORDERFLOW_LOG_JSON")}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["console"], "level": os.environ.get("ORDERFLOW_LOG_LEVEL", "WARNING")},
    "loggers": {
        # A 4xx is the caller's affair and already answered; keep the log for what an operator should read.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
