"""Settings, all from the environment; `bin/…` fills it for a newcomer (config/services.py).

DATABASE_URL       this process's own; the owner's creates roles and tables. Web and workers never connect as the owner.
FORDEL_DATABASE_URL_APP, FORDEL_DATABASE_URL_JOBS: what web's and the workers' DATABASE_URL is to be (Procfile), and
                   where `prepare_roles` has the two roles' passwords from. Outside production they may be left out
REDIS_URL          broker and cache
FORDEL_SECRET_KEY  outside production also the seed of the two application roles' passwords
FORDEL_ROLE        owner | app | jobs: which database role this process connects as
FORDEL_DEMO        1: the login page shows the demo logins
FORDEL_PRODUCTION  1: real person numbers are taken in, and what is unsafe is refused (config/production.py);
                   elsewhere only synthetic ones
FORDEL_DEBUG       1: tracebacks in the browser, for development only
FORDEL_SMTP_HOST, FORDEL_SMTP_PORT (587), FORDEL_SMTP_USER, FORDEL_SMTP_PASSWORD, FORDEL_SMTP_SECURITY (starttls | tls
                   | none): the mail server; without a host no e-mail is sent, and nobody is asked for an address
FORDEL_MAIL_FROM   the sender of e-mail
FORDEL_PUBLIC_URL  what addresses in e-mail begin with: https://fordel.example.no
FORDEL_OIDC        a TOML file with the providers that people may log in through (docs/login-oidc.md)
FORDEL_RETENTION   a file with the installation's own numbers for rights/data/retention.toml
FORDEL_ALLOWED_HOSTS, FORDEL_HTTPS (1: cookies and redirects for https only)
FORDEL_HSTS        what HSTS holds for: all (default: subdomains too, and fit for browsers' own lists), subdomains, host
FORDEL_OLD_SECRET_KEYS  former values of FORDEL_SECRET_KEY, with commas between: what they encrypted can still be read
FORDEL_BREACHED_PASSWORDS  a local copy of Have I Been Pwned's passwords (SHA-1, sorted), asked beside the list that is here
FORDEL_IDLE_SECONDS     how long a session lasts without use: 1200
"""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path
from typing import Any

import dj_database_url
import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured

from config import headers, logs
from config.production import LOGINS, on_this_machine, refusals

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = BASE_DIR / ".local"


def _required(name: str, hint: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} mangler. {hint}")
    return value


def _on(name: str) -> bool:
    return os.environ.get(name, "") == "1"


SECRET_KEY = _required("FORDEL_SECRET_KEY", "Kjør gjennom bin/manage, eller sett en lang, tilfeldig streng.")
SECRET_KEY_FALLBACKS = [key for key in os.environ.get("FORDEL_OLD_SECRET_KEYS", "").split(",") if key]
DEBUG = _on("FORDEL_DEBUG")
DEMO = _on("FORDEL_DEMO")
PRODUCTION = _on("FORDEL_PRODUCTION")
ALLOWED_HOSTS = os.environ.get("FORDEL_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
HTTPS = _on("FORDEL_HTTPS")
if PRODUCTION and (_refused := refusals(os.environ)):
    raise ImproperlyConfigured("\n".join(_refused))

# --- database: three logins to one database; see teams/wall.py

ROLE = os.environ.get("FORDEL_ROLE", "owner")


def _role_password(role: str, login: str) -> str:
    """From the role's own address. On a newcomer's machine it follows from the secret key: one secret to keep."""
    if url := os.environ.get(f"FORDEL_DATABASE_URL_{role.upper()}"):
        return str(dj_database_url.parse(url)["PASSWORD"])
    return "" if PRODUCTION else hmac.new(SECRET_KEY.encode(), login.encode(), hashlib.sha256).hexdigest()


ROLE_PASSWORDS = {login: _role_password(role, login) for role, login in LOGINS.items()}


def _database() -> dict[str, Any]:
    url = _required(
        "DATABASE_URL", "Kjør gjennom bin/manage, eller skriv postgres://bruker:passord@vert/base."
    )
    database: dict[str, Any] = dict(dj_database_url.parse(url))
    options = database.setdefault("OPTIONS", {})
    if ROLE not in {"owner", *LOGINS}:
        raise ImproperlyConfigured(f"FORDEL_ROLE er «{ROLE}»; den kan være owner, app eller jobs.")
    if ROLE in LOGINS and database["USER"] != LOGINS[ROLE]:
        database["USER"] = LOGINS[ROLE]
        database["PASSWORD"] = ROLE_PASSWORDS[database["USER"]]
    if PRODUCTION and not on_this_machine(database["HOST"]):
        # libpq's own default would go on in the clear where somebody in between says that the server has no TLS.
        options.setdefault("sslmode", "require")
    options["prepare_threshold"] = 5  # of teams/prepared.py; Django's own cursors prepare nothing
    if ROLE == "app":
        options["pool"] = {"min_size": 1, "max_size": 4}
    else:
        database["CONN_MAX_AGE"] = 60
        database["CONN_HEALTH_CHECKS"] = True
    return database


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = _required("REDIS_URL", "Kjør gjennom bin/manage, eller skriv redis://vert:6379/0.")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        # Django's own is pickle: whoever could write in Redis could then run code in web.
        "OPTIONS": {"serializer": "config.kept_as_json.Serializer"},
        "KEY_PREFIX": "json",  # what an earlier Fordel has kept as pickle is not read
    }
}

# --- applications

INSTALLED_APPS = [
    "config",
    "teams",
    "login",
    "login.oidc",
    "patients",
    "tasks",
    "reports",
    "scenarios",
    "rights",
    "demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "template_partials",
]

MIDDLEWARE = [
    "config.headers.HeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.requests.RequestIdMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "login.idle.IdleMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.requests.MethodNotAllowedMiddleware",
    "login.closing.LoginRequired",
    "login.second_factor.SecondFactorMiddleware",
    "config.shown.ShownMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

FORM_RENDERER = "config.widgets.Plain"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.requests.page",
            ],
            "builtins": ["template_partials.templatetags.partials", "teams.templatetags.fordel"],
        },
    }
]

# --- logging in (django-allauth)

AUTH_USER_MODEL = "teams.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "login.passwords.LongestValidator"},
    {"NAME": "login.passwords.BreachedValidator"},
    {"NAME": "login.passwords.WordValidator"},
]
# How many proxies stand in front: limits on logging in go by the address.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0
CSRF_FAILURE_VIEW = "config.requests.csrf_failure"
ACCOUNT_ADAPTER = "login.closing.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
from config.getting_in import *  # noqa: E402, F403  # second factors and limits, the same everywhere

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
OIDC_FILE = os.environ.get("FORDEL_OIDC", "")  # who else may say who somebody is (login/oidc/providers.py)
IDLE_SECONDS = int(os.environ.get("FORDEL_IDLE_SECONDS", "1200"))
SESSION_COOKIE_AGE = 10 * 3600  # then a session ends, whatever is done in it (login/idle.py)
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # never a name in a cookie
SESSION_COOKIE_HTTPONLY = True
# Lax, not Strict: who comes from Monday's e-mail, or back from the clinic's own login, is logged in already.
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True  # forms and htmx have the token from the page
if HTTPS:  # a browser takes these names only from this very host, over TLS: no neighbour under example.no can plant one
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-fordel", "__Host-fordel-csrf"
# TLS ends in a proxy in front of gunicorn, which listens on loopback only.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = os.environ.get("FORDEL_HSTS", "all") in ("all", "subdomains")
SECURE_HSTS_PRELOAD = os.environ.get("FORDEL_HSTS", "all") == "all"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = headers.CONTENT_SECURITY_POLICY

# --- language and time: bokmål is the source, Oslo the clock

LANGUAGE_CODE = "nb"
# Only what is translated: an English browser would else get English dates among Norwegian words.
LANGUAGES = [("nb", "bokmål")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Oslo"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# --- static files, straight from the npm packages; no build step

STATIC_URL = "/static/"
STATIC_ROOT = LOCAL_DIR / "static"
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_DIRS: list[Any] = [
    BASE_DIR / "static",
    *(
        (prefix, NODE_MODULES / package)
        for prefix, package in {
            "designsystemet/css": "@digdir/designsystemet-css/dist/src",
            "designsystemet/theme": "@digdir/designsystemet-theme/src/themes",
            "inter": "@fontsource-variable/inter",
        }.items()
        if (NODE_MODULES / package).is_dir()
    ),
]
WHITENOISE_ALLOW_ALL_ORIGINS = False  # nobody else's page needs our fonts
# What ICPC-2 calls its codes: the Directorate of Health's JSON, if it is not to be the npm package's edition.
ICPC2_JSON = os.environ.get("FORDEL_ICPC2_JSON", "")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Django's own SMTP backend: it sends where there is a host.
EMAIL_HOST = os.environ.get("FORDEL_SMTP_HOST", "")
EMAIL_PORT = int(os.environ.get("FORDEL_SMTP_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("FORDEL_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("FORDEL_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("FORDEL_SMTP_SECURITY", "starttls") == "starttls"
EMAIL_USE_SSL = os.environ.get("FORDEL_SMTP_SECURITY", "starttls") == "tls"
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL = os.environ.get("FORDEL_MAIL_FROM", "Fordel <fordel@localhost>")
PUBLIC_URL = os.environ.get("FORDEL_PUBLIC_URL", "http://localhost:8000").rstrip("/")

RETENTION_FILE = os.environ.get("FORDEL_RETENTION", "")

# Uploads wait here for the worker and are removed when it is done; nothing here is ever served.
UPLOAD_DIR = Path(os.environ.get("FORDEL_UPLOAD_DIR", LOCAL_DIR / "uploads"))
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
UPLOAD_MAX_BYTES = 200 * 2**20
FILE_UPLOAD_HANDLERS = [
    "patients.upload_handler.Refusing",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "patients.upload_handler.TemporaryFiles",
]

LOGGING = logs.LOGGING
