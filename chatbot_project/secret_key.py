"""The key that signs visitor tokens and sessions."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from chatbot_project.env import Environment


def secret_key(env: Environment) -> str:
    """The configured key, or on a developer's machine one that is made once and kept in DATA_DIR.

    Raises ImproperlyConfigured where a generated key would be lost at the next restart, and every
    visitor's history with it.
    """
    if env.DJANGO_SECRET_KEY:
        return env.DJANGO_SECRET_KEY
    if env.SPACE_HOST or (env.DATABASE_URL and not env.DEBUG and "sqlite" not in env.DATABASE_URL):
        raise ImproperlyConfigured(
            "DJANGO_SECRET_KEY is not set. Set it to at least 32 random characters, for example to the "
            "output of: python -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    return _kept_in(env.DATA_DIR / "secret_key")


def _kept_in(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        # "x": of two processes that start at once, one makes the key and both use it.
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(get_random_secret_key())
    except FileExistsError:
        pass
    return path.read_text().strip()
