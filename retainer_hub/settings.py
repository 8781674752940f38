"""All settings, read from the environment (docs/operations.md). Reading them writes nothing."""

import os
from pathlib import Path

import environ
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from billing.gateways.registry import GATEWAYS
from core import languages
from core.database.sqlite_parameters import Connection
from retainer_hub import secret_files

VERSION = "0.1.0"  # of the newest heading in CHANGELOG.md; docs/upgrading.md
BASE_DIR = Path(__file__).resolve().parent.parent
secret_files.read(os.environ)
env = environ.Env()

# --- where things are -----------------------------------------------------------------------------
VAR_DIR = Path(env.str("RH_VAR_DIR", default=str(BASE_DIR / "var"))).resolve()
RH_VAR_DIR = VAR_DIR
MEDIA_ROOT = VAR_DIR / "media"
KEPT_PAPERS = VAR_DIR / "kept"  # what was rendered once; may be emptied at any time
FILE_UPLOAD_PERMISSIONS = 0o600
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]

# --- who may ask ----------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])
SECRET_FILE = VAR_DIR / "secret_key"
_kept_key = SECRET_FILE.read_text().strip() if os.access(SECRET_FILE, os.R_OK) else ""
SECRET_KEY = env.str("SECRET_KEY", default="") or _kept_key  # without one nothing starts: rh.E001
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
VAULT_KEYS = env.list("VAULT_KEYS", default=[])  # the first one seals, all of them open
IS_HTTPS = SITE_URL.startswith("https://")

# --- rooms ----------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
    "core",
    "clients",
    "agreements",
    "billing",
    *GATEWAYS,
    "delivery",
    "exports",
    "portal",
    "dashboard",
    "retainer_hub",
]
AUTH_USER_MODEL = "core.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "retainer_hub.urls"
WSGI_APPLICATION = "retainer_hub.wsgi.application"
MIDDLEWARE = [
    "retainer_hub.watching.request_id.RequestId",
    "retainer_hub.watching.metrics.PageTimes",
    "retainer_hub.middleware.CompressedText",
    "django.middleware.security.SecurityMiddleware",
    "retainer_hub.middleware.ContentPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.tenancy.BusinessMiddleware",
    "core.safety.middleware.SafetyMiddleware",
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "core.web.template_loader.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "retainer_hub.context.site",
                "portal.look.look",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- data -----------------------------------------------------------------------------------------
DATABASES = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'retainer_hub.sqlite3'}")
}
_database = DATABASES["default"]
IS_SQLITE = _database["ENGINE"].endswith("sqlite3")
if IS_SQLITE:
    _database["OPTIONS"] = {
        "factory": Connection,
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    _database["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=60)
    _database["CONN_HEALTH_CHECKS"] = True

REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {"default": {"BACKEND": "core.database.cache.Cache", "LOCATION": "core_cache"}}
STORAGE_BUCKET = env.str("STORAGE_BUCKET", default="")  # empty: files are in VAR_DIR
STORAGE_ENDPOINT = env.str("STORAGE_ENDPOINT", default="")  # empty: Amazon's
STORAGE_KEY = env.str("STORAGE_KEY", default="")
STORAGE_SECRET = env.str("STORAGE_SECRET", default="")
STORAGE_REGION = env.str("STORAGE_REGION", default="")
_files = f"core.storage.{'bucket.Bucket' if STORAGE_BUCKET else 'folder.Folder'}"
STORAGES = {
    "default": {"BACKEND": _files, "OPTIONS": {"part": "media"}},
    "exports": {"BACKEND": _files, "OPTIONS": {"part": "exports"}},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no other site reads our files
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

# --- storage that goes back ----------------------------------------------------------------------
CONTINUITY = True  # marks are kept outside the database (core.continuity); off in tests alone

# --- backup ---------------------------------------------------------------------------------------
BACKUP_TO = env.str("BACKUP_TO", default="")  # a folder or s3://…; empty: none is made every night
BACKUP_DRILL = env.bool("BACKUP_DRILL", default=False)  # restore one a week into a scratch place
BACKUP_KEY = env.str("BACKUP_KEY", default="")  # public keys of age; empty: not encrypted

# --- jobs -----------------------------------------------------------------------------------------
CELERY_TASK_ALWAYS_EAGER = env.bool("CELERY_ALWAYS_EAGER", default=False)
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1  # a message waits where any process of a worker can take it
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker for as long as it takes
CELERY_BEAT_SCHEDULER = "retainer_hub.beat:Scheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost/"
FOLDERS = [STATIC_ROOT]  # made by migrate, and by each server when it starts
if REDIS_URL:
    CELERY_BROKER_TRANSPORT = "core.jobs.redis_transport:Transport"
    # A page that tells a worker to look does not wait for a broker that is away (core.nudge).
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "max_retries": 0,
        "socket_connect_timeout": 1,
        "socket_timeout": 2,
    }
else:
    _queue, _control = VAR_DIR / "broker" / "queue", VAR_DIR / "broker" / "control"
    FOLDERS += [_queue, _control]
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue),
        "data_folder_out": str(_queue),
        "control_folder": str(_control),
    }

# --- money ----------------------------------------------------------------------------------------
GATEWAY = env.str("GATEWAY", default="sandbox")  # a name of billing/gateways/registry.py
CHARGING = env.str("CHARGING", default="sandbox")  # sandbox, real or off

# --- papers ---------------------------------------------------------------------------------------
TIMESTAMP_URL = env.str("TIMESTAMP_URL", default="")  # an RFC 3161 service; empty: none is asked

SEAL = env.str("SEAL", default="", multiline=True)  # key and certificates; empty: in VAR_DIR

# --- letters --------------------------------------------------------------------------------------
EMAIL_URL = env.str("EMAIL_URL", default="")
MAIL_IS_LOCAL = not EMAIL_URL
if MAIL_IS_LOCAL:
    EMAIL_BACKEND = "core.outbox.local_backend.LocalBackend"
else:
    vars().update(env.email_url("EMAIL_URL"))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default="Retainer Hub <hello@retainerhub.example>"
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAIL_DOMAIN = DEFAULT_FROM_EMAIL.rsplit("@", 1)[-1].rstrip(">")
REPLY_ADDRESS = env.str(
    "REPLY_ADDRESS", default=""
)  # answers by email: manage.py receive_mail; empty: none
# Emails that one business may send in 24 hours, a new one (14 days) and any other; 0: no limit.
EMAILS_A_DAY_NEW = env.int("EMAILS_A_DAY_NEW", default=0 if DEBUG else 200)
EMAILS_A_DAY = env.int("EMAILS_A_DAY", default=0 if DEBUG else 2000)
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="")

# --- people ---------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "core.safety.passwords.CommonInDisguise"},
    {"NAME": "core.safety.passwords.NamesOfThePlace"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard:home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "core.web.account_adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
# open: anybody; invite: whom an administrator invites; off: nobody. The first owner always.
SIGNUP = env.str("SIGNUP", default="open" if DEBUG else "off")
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "core.web.sign_up.NameForm"
ACCOUNT_FORMS = {"signup": "core.web.sign_up_form.SignUpForm"}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
# Minutes for which signing in, or confirming it, is enough to change what is sensitive (rule 84).
CONFIRM_MINUTES = env.int("CONFIRM_MINUTES", default=15)
ACCOUNT_REAUTHENTICATION_TIMEOUT = CONFIRM_MINUTES * 60
SESSION_IDLE_HOURS = env.int("SESSION_IDLE_HOURS", default=0)  # 0: the two weeks of a session
SESSION_DAYS = env.int("SESSION_DAYS", default=30)  # at most, however often it is used
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=not DEBUG)  # rule 85
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "core.web.passkey_forms.AddForm",
    "login_webauthn": "core.web.passkey_forms.LoginForm",
    "authenticate_webauthn": "core.web.passkey_forms.AuthenticateForm",
    "reauthenticate_webauthn": "core.web.passkey_forms.ReauthenticateForm",
}
MFA_ADAPTER = "core.system.second_factors.SecondFactorAdapter"
MFA_TOTP_ISSUER = "Retainer Hub"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)

# --- languages and time ---------------------------------------------------------------------------
LANGUAGES = [(one.code, _(one.name)) for one in languages.LANGUAGES.values()]
LANGUAGE_CODE = languages.DEFAULT
# The second folder has what Django and allauth say, where the product says it otherwise.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "libraries"]
TIME_ZONE = "UTC"
USE_TZ = True

# --- doors ----------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'none'"],  # the page of the timer on a phone alone has one
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# A browser takes a cookie of such a name from this host alone, and only by https.
_host = "__Host-" if IS_HTTPS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_host}sessionid", f"{_host}csrftoken"
LANGUAGE_COOKIE_NAME = f"{_host}django_language"
DEVICE_COOKIE_NAME, LOOK_COOKIE_NAME = f"{_host}rh_device", f"{_host}portal_of"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^api/", r"^metrics$"]  # a program is refused, and not led to https
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", default=False)
if env.int("TRUSTED_PROXIES", default=0):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- the admin site -------------------------------------------------------------------------------
#: The accent of the product, as Tailwind has it.
INDIGO = {
    "50": "#eef2ff",
    "100": "#e0e7ff",
    "200": "#c7d2fe",
    "300": "#a5b4fc",
    "400": "#818cf8",
    "500": "#6366f1",
    "600": "#4f46e5",
    "700": "#4338ca",
    "800": "#3730a3",
    "900": "#312e81",
    "950": "#1e1b4b",
}
UNFOLD = {
    "SITE_TITLE": "Retainer Hub",
    "SITE_HEADER": "Retainer Hub",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("icon.svg")}
    ],
    "STYLES": [lambda _request: static("admin.css")],
    "SHOW_HISTORY": True,
    "COLORS": {"primary": INDIGO},
    "SIDEBAR": {"navigation": "core.web.admin_site.navigation.navigation"},
}

LOG_LEVEL = env.str("LOG_LEVEL", default="WARNING")
LOG_FORMAT = env.str("LOG_FORMAT", default="text")
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
SENTRY_DSN = env.str("SENTRY_DSN", default="")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {
            "()": "retainer_hub.watching.log_format.Formatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
        "json": {"()": "retainer_hub.watching.log_format.JsonFormatter"},
    },
    "filters": {"request": {"()": "retainer_hub.watching.request_id.RequestIdFilter"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json" if LOG_FORMAT == "json" else "text",  # no third one: rh.E015
            "filters": ["request"],
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # Django's own handlers would write the same lines once more, with the tokens in them.
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
    },
}
