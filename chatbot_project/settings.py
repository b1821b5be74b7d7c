"""Django's settings, all derived from `chatbot_project.env`."""

from django.templatetags.static import static

from chatbot_project import __version__
from chatbot_project import env as environment
from chatbot_project.databases import database
from chatbot_project.logs import logging_config
from chatbot_project.origins import as_framing_origins, as_patterns
from chatbot_project.secret_key import secret_key

ENV = environment.load()
BASE_DIR = environment.BASE_DIR
DATA_DIR = ENV.DATA_DIR.resolve()
environment.make_data_dir(DATA_DIR)

DEBUG = ENV.DEBUG
SPACE_HOST = ENV.SPACE_HOST
SECRET_KEY = secret_key(ENV)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *([SPACE_HOST] if SPACE_HOST else []), *ENV.ALLOWED_HOSTS]
TRUSTED_PROXIES = ENV.TRUSTED_PROXIES if ENV.TRUSTED_PROXIES is not None else int(SPACE_HOST is not None)

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "corsheaders",
    "rest_framework",
    "adrf",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "chatbot_project",
    "knowledge",
    "chat",
]

MIDDLEWARE = [
    "chatbot_project.middleware.request_id",
    "chatbot_project.inline_middleware.SecurityMiddleware",
    "chatbot_project.content_security.content_security",
    "corsheaders.middleware.CorsMiddleware",
    "chatbot_project.static_files.StaticFilesMiddleware",
    "chatbot_project.inline_middleware.SessionMiddleware",
    "chatbot_project.inline_middleware.CommonMiddleware",
    "chatbot_project.inline_middleware.CsrfViewMiddleware",
    "chatbot_project.inline_middleware.AuthenticationMiddleware",
    "chatbot_project.inline_middleware.MessageMiddleware",
    "chatbot_project.inline_middleware.XFrameOptionsMiddleware",
]

# `check --deploy` looks for Django's middleware by name, and does not see the subclasses above. What it would
# tell of their settings (security.W004, W006, W008 and the like) is passed over with these three.
SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W002", "security.W003"]

LOGGING = logging_config(ENV.LOG_LEVEL)

ROOT_URLCONF = "chatbot_project.urls"
ASGI_APPLICATION = "chatbot_project.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": database(ENV.DATABASE_URL, data_dir=DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
FORMAT_MODULE_PATH = "chatbot_project.formats"

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "chatbot_project.static_files.StaticFilesStorage"},
}
# What collectstatic has not collected is served from where it lies.
WHITENOISE_USE_FINDERS = not (STATIC_ROOT / "staticfiles.json").is_file()
# The longest question with its selection has 170 KiB where each character is escaped.
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024

CSRF_FAILURE_VIEW = "chatbot_project.error_pages.csrf_failure"
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
if SPACE_HOST:
    CSRF_TRUSTED_ORIGINS = [f"https://{SPACE_HOST}"]
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True

CORS_ALLOWED_ORIGIN_REGEXES = as_patterns(ENV.ALLOWED_ORIGINS)
FRAMING_ORIGINS = as_framing_origins(ENV.ALLOWED_ORIGINS)
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "last-event-id",
    "x-request-id",
    "x-visitor-token",
]
CORS_EXPOSE_HEADERS = ["retry-after", "x-request-id", "x-visitor-token"]
CORS_PREFLIGHT_MAX_AGE = 86400

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["chat.authentication.VisitorAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_PARSER_CLASSES": ["chatbot_project.parsers.JsonParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "chatbot_project.errors.exception_handler",
    "UNAUTHENTICATED_USER": None,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "A book that answers",
    "DESCRIPTION": (
        "Ask a book questions and get answers with citations. A caller is a visitor: the first call returns "
        "a `visitor_token`, and whoever sends it as `X-Visitor-Token` sees their own conversations again.\n\n"
        "Every error has one shape: `detail`, `code`, `request_id` and `retryable`. The event stream, the "
        "WebSocket at `/ws/chat` and all error codes are described in `docs/events.md` of the source code."
    ),
    "TAGS": [
        {"name": "Ask", "description": "Questions, answers and searches."},
        {
            "name": "Conversations",
            "description": "What the caller has asked, and how they rated it.",
        },
        {"name": "Index", "description": "What can be asked about."},
        {"name": "Existing front ends", "description": "An older dialect, for chats that already speak it."},
    ],
    "VERSION": __version__,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    # Swagger UI's files come from this server.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# What may stand behind LLM_PROVIDER and EMBEDDING_PROVIDER: a class each, imported when it is used.
LANGUAGE_MODELS = {
    "gemini": "knowledge.providers.gemini.language.GeminiModel",
    "local": "knowledge.providers.local.extractive.ExtractiveModel",
}
EMBEDDERS = {
    "gemini": "knowledge.providers.gemini.embedder.GeminiEmbedder",
    "local": "knowledge.providers.local.minilm.MiniLmEmbedder",
}
LLM_PROVIDER = ENV.LLM_PROVIDER
EMBEDDING_PROVIDER = ENV.EMBEDDING_PROVIDER
GEMINI_API_KEY = ENV.GEMINI_API_KEY
GEMINI_BASE_URL = ENV.GEMINI_BASE_URL
GEMINI_MODEL = ENV.GEMINI_MODEL
GEMINI_FALLBACK_MODELS = ENV.GEMINI_FALLBACK_MODELS
GEMINI_EMBEDDING_MODEL = ENV.GEMINI_EMBEDDING_MODEL
EMBEDDING_DIMENSIONS = ENV.EMBEDDING_DIMENSIONS
MAX_OUTPUT_TOKENS = ENV.MAX_OUTPUT_TOKENS

# What a language model is given, in seconds, before the next one is asked or the answer counts as broken off.
LLM_CONNECT_TIMEOUT = 4.0
LLM_FIRST_TOKEN_TIMEOUT = 12.0
LLM_SILENCE_TIMEOUT = 15.0  # between two pieces
LLM_ANSWER_TIMEOUT = 75.0  # with all of the above it stays below what a turn is given
LLM_REWRITE_TIMEOUT = 3.0  # for making a follow-up question stand alone
LLM_ATTEMPTS = 3  # of one model, before its first piece
LLM_RETRY_DELAY = 0.5  # before the second attempt; doubled before each further one
LLM_LONGEST_RETRY_DELAY = 3.0  # a model that wants to be left alone for longer is not asked again

# The life of a turn, in seconds.
TURN_TIMEOUT = 120.0
TURN_CHECKPOINT_EVERY = 1.0  # what has come is stored, which is also the sign that its process is alive
TURN_LOST_AFTER = 30.0  # without such a sign
TURN_SWEEP_EVERY = 15.0  # lost turns are looked for
TURN_STORE_WITHIN = 75.0  # after its last word, before readers are told that it could not be stored
TURN_GRACE = 20.0  # for finishing, when the server stops
MAX_RUNNING_TURNS = ENV.MAX_RUNNING_TURNS

STUCK_AFTER = 10  # seconds without a sign of life, at most 255, until the server's process is replaced

# What a connection is given, in seconds.
SOCKET_PING_EVERY = 20  # of silence
SOCKET_PONG_WITHIN = 30
READER_STALLED_AFTER = 30.0  # without taking anything of what waits for it

CONTENT_PATH = ENV.CONTENT_PATH
SAMPLE_BOOK = BASE_DIR / "knowledge" / "sample_book"
CONTENT_BASE_URL = ENV.CONTENT_BASE_URL
BM25_LANGUAGE = ENV.BM25_LANGUAGE
INDEX_DIR = DATA_DIR / "index"
EVALUATION_DIR = DATA_DIR / "evaluation"  # indexes that only `manage.py evaluate --source` reads
MODEL_DIR = DATA_DIR / "models"
QDRANT_URL = ENV.QDRANT_URL
QDRANT_API_KEY = ENV.QDRANT_API_KEY
QDRANT_COLLECTION = ENV.QDRANT_COLLECTION
REDIS_URL = ENV.REDIS_URL
TOP_K = ENV.TOP_K
CHAT_TITLE = ENV.CHAT_TITLE
SUGGESTED_QUESTIONS = ENV.SUGGESTED_QUESTIONS
SIMILARITY_THRESHOLD = ENV.SIMILARITY_THRESHOLD
GOLDEN_MARGIN = ENV.GOLDEN_MARGIN
THROTTLE_VISITOR = ENV.THROTTLE_VISITOR
THROTTLE_ADDRESS = ENV.THROTTLE_ADDRESS
THROTTLE_READ = ENV.THROTTLE_READ
THROTTLE_LOGIN = ENV.THROTTLE_LOGIN
PORT = ENV.PORT

LOGIN_REDIRECT_URL = "/admin/"  # where signing in leads, unless another page asked for it
# The admin's theme; all of its assets are served from here.
UNFOLD = {
    "SITE_TITLE": "Book chat",
    "SITE_HEADER": "Book chat",
    "SITE_SUBHEADER": "What readers ask",
    "SITE_SYMBOL": "menu_book",
    "SITE_URL": "/",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("chat/icon.svg")}
    ],
    "STYLES": [lambda request: static("chat/admin.css")],
    "SIDEBAR": {"navigation": "chat.admin.navigation.sidebar"},
}
