"""The environment: every variable that the product reads, typed, trimmed and explained.

Nothing else reads `os.environ`. A variable that is empty or blank counts as unset; a `.env` file beside
`manage.py` (or the file that `ENV_FILE` names) is read too, the real environment having the last word.
"""

import errno
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import limits
from django.core.exceptions import ImproperlyConfigured
from dotenv import dotenv_values
from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic import ValidationError as InvalidEnvironment
from pydantic_core import ErrorDetails

from chatbot_project.origins import as_patterns

BASE_DIR = Path(__file__).resolve().parent.parent


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _split_questions(value: object) -> object:
    return [part.strip() for part in value.split(";") if part.strip()] if isinstance(value, str) else value


def _check_origins(origins: tuple[str, ...]) -> tuple[str, ...]:
    as_patterns(origins)
    return origins


def _check_rates(rates: str) -> str:
    try:
        amounts = [limit.amount for limit in limits.parse_many(rates)]
    except ValueError:
        amounts = []
    if not amounts or min(amounts) < 1:
        raise ValueError("write it like 20/minute; 300/day")
    return rates


SemicolonSeparated = Annotated[tuple[str, ...], BeforeValidator(_split_questions)]
CommaSeparated = Annotated[tuple[str, ...], BeforeValidator(_split)]
Origins = Annotated[CommaSeparated, AfterValidator(_check_origins)]
Rates = Annotated[str, AfterValidator(_check_rates)]
Provider = Literal["auto", "gemini", "openai", "cohere", "local"]


class Environment(BaseModel):
    """Field names are the variables' names; a field's description is its line in the documentation."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    # The book
    CONTENT_PATH: Path | None = Field(
        None,
        description="The book: a folder of Markdown, MDX, HTML and text, or a .jsonl file. "
        "Unset: what reindex --source was last given, or the sample book.",
    )
    CONTENT_BASE_URL: str | None = Field(
        None,
        pattern=r"^https?://",
        description="Where that folder is published. Unset: citations lead to pages under /book/.",
    )
    BM25_LANGUAGE: str = Field("english", description="The book's language, for stemming and stop words.")

    # The chat
    CHAT_TITLE: str | None = Field(
        None, max_length=80, description="What stands above the chat page. Unset: “Ask the book”."
    )
    SUGGESTED_QUESTIONS: SemicolonSeparated = Field(
        (),
        description="Questions to begin with, separated by a semicolon. Unset: made from the titles of the "
        "book's pages.",
    )

    # Answers
    LLM_PROVIDER: Provider = Field("auto", description="Who writes answers; auto takes the first with a key.")
    EMBEDDING_PROVIDER: Provider = Field("auto", description="Who embeds; auto takes the first with a key.")
    MAX_OUTPUT_TOKENS: int = Field(
        500,
        ge=1,
        validation_alias=AliasChoices("MAX_OUTPUT_TOKENS", "OPENAI_MAX_TOKENS"),
        description="The longest answer a language model may write, in tokens.",
    )
    GEMINI_API_KEY: str | None = Field(
        None,
        validation_alias=AliasChoices("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        description="Google's key for Gemini. With it Gemini writes the answers and embeds.",
    )
    GEMINI_BASE_URL: str | None = Field(
        None, pattern=r"^https?://", description="Where Gemini is reached, if not at Google's address."
    )
    GEMINI_MODEL: str = Field("gemini-3.5-flash-lite", description="The model that writes answers.")
    GEMINI_FALLBACK_MODELS: CommaSeparated = Field(
        ("gemini-3.8-flash",), description="Models to try in turn when that one fails before it has begun."
    )
    GEMINI_EMBEDDING_MODEL: str = Field(
        "gemini-embedding-2",
        description="The model that embeds. After changing it, or the dimensions, run reindex.",
    )
    EMBEDDING_DIMENSIONS: int = Field(
        768,
        ge=1,
        description="The length of Gemini's embeddings; 768, 1536 and 3072 are recommended.",
    )
    TOP_K: int = Field(5, ge=1, le=20, description="Passages that an answer is made from.")
    SIMILARITY_THRESHOLD: float | None = Field(
        None,
        ge=-1,
        le=2,
        description="Evidence below this is answered with “the book does not say”. "
        "Unset: measured for each index.",
    )

    GOLDEN_MARGIN: float = Field(
        0.05,
        ge=0,
        le=1,
        description="The share of golden.jsonl's questions that a new index may lose and yet go live.",
    )

    # Storage
    DATA_DIR: Path = Field(BASE_DIR / "data", description="Database, index and generated files.")
    DATABASE_URL: str | None = Field(
        None,
        pattern=r"^(sqlite|postgres|postgresql)://",
        description="The conversations: sqlite:///path or postgres://… Unset: SQLite in DATA_DIR.",
    )
    QDRANT_URL: str | None = Field(
        None,
        pattern=r"^https?://",
        description="A Qdrant server for the index, at port 6333 if it names none. "
        "Unset: an embedded index in DATA_DIR.",
    )
    QDRANT_API_KEY: str | None = Field(
        None, description="Its API key; building the index takes one that may write."
    )
    QDRANT_COLLECTION: str = Field(
        "book_chunks_v1",
        pattern=r"^[A-Za-z0-9_.-]{1,100}$",
        validation_alias=AliasChoices("QDRANT_COLLECTION", "QDRANT_COLLECTION_NAME"),
        description="The name of the index.",
    )

    REDIS_URL: str | None = Field(
        None,
        pattern=r"^rediss?://",
        description="A Redis that several processes share for limits, following live and cancelling. "
        "Unset, or away: each counts for itself, and follows the others by way of the database.",
    )

    # The server
    PORT: int = Field(7860, ge=1, le=65535, description="The port that `manage.py serve` listens on.")
    DEBUG: bool = Field(False, description="Django's debug pages. Never in production.")
    LOG_LEVEL: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="How much is logged.")
    DJANGO_SECRET_KEY: str | None = Field(
        None,
        min_length=32,
        description="Signs visitor tokens and sessions. Unset: generated and kept in DATA_DIR.",
    )
    SPACE_HOST: str | None = Field(None, description="Set by Hugging Face Spaces.")
    ALLOWED_HOSTS: CommaSeparated = Field((), description="Further host names that this server answers to.")
    ALLOWED_ORIGINS: Origins = Field(
        (), description="Sites whose pages may call the API: https://a.example, https://*.example.com"
    )
    TRUSTED_PROXIES: int | None = Field(
        None, ge=0, le=10, description="Proxies in front of the server. Unset: 1 on Spaces, else 0."
    )
    DJANGO_SUPERUSER_USERNAME: str | None = Field(None, description="An admin user to create at start.")
    DJANGO_SUPERUSER_EMAIL: str | None = Field(None, description="Its e-mail address.")
    DJANGO_SUPERUSER_PASSWORD: str | None = Field(None, description="Its password.")

    # Limits
    MAX_RUNNING_TURNS: int = Field(
        256,
        ge=1,
        description="Answers that one process writes at a time; further questions are told to wait.",
    )
    THROTTLE_VISITOR: Rates = Field("20/minute; 300/day", description="Questions and searches of a visitor.")
    THROTTLE_ADDRESS: Rates = Field(
        "60/minute; 1500/day", description="Questions and searches of an address."
    )
    THROTTLE_READ: Rates = Field("300/minute", description="All other API calls of an address.")
    THROTTLE_LOGIN: Rates = Field(
        "10/10 minutes",
        description="Attempts of an address to log in to the admin; counted anew after a successful one.",
    )


def make_data_dir(path: Path) -> None:
    """Raises ImproperlyConfigured where there can be none."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as exc:
        raise ImproperlyConfigured(
            f"DATA_DIR cannot be used ({exc.strerror}). Set it to a folder that this user may write to."
        ) from exc


def load() -> Environment:
    """The environment as it is now. Raises ImproperlyConfigured, naming each variable that is wrong."""
    file = os.environ.get("ENV_FILE", str(BASE_DIR / ".env"))
    # Not interpolated: a password may hold "${".
    written = dotenv_values(file, interpolate=False) if file else {}
    try:
        return Environment.model_validate(_set_variables(written) | _set_variables(os.environ))
    except InvalidEnvironment as exc:
        # The values stay out of the message: one of them may be a secret.
        problems = exc.errors(include_input=False, include_context=False, include_url=False)
        raise ImproperlyConfigured(
            "The environment is not usable. " + " ".join(map(_sentence, problems))
        ) from None


def _set_variables(variables: Mapping[str, str | None]) -> dict[str, str]:
    trimmed = {name: (value or "").strip() for name, value in variables.items()}
    return {name: value for name, value in trimmed.items() if value}


def _sentence(problem: ErrorDetails) -> str:
    return f"{problem['loc'][0]}: {problem['msg'].removeprefix('Value error, ')}."
