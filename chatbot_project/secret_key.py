"""The key that signs visitor tokens and sessions."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from chatbot_project.databases import is_on_this_machine
from chatbot_project.env import Environment
from chatbot_project.file_lock import locked


def secret_key(env: Environment) -> str:
    """The configured key, or on a machine of one's own one that is made once and kept in DATA_DIR.

    Raises ImproperlyConfigured where a generated key would be lost at the next restart, and every
    visitor's history with it.
    """
    if env.DJANGO_SECRET_KEY:
        return env.DJANGO_SECRET_KEY
    if env.SPACE_HOST or (not env.DEBUG and not is_on_this_machine(env.DATABASE_URL)):
        raise ImproperlyConfigured(
            "DJANGO_SECRET_KEY is not set. Set it to at least 32 random characters, for example to the "
            "output of: python -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    return _kept_in(env.DATA_DIR / "secret_key")


def _kept_in(path: Path) -> str:
    with locked(path.with_suffix(".lock")):
        if not path.is_file():
            # Renamed into place, so that a process killed in between leaves no half of a key.
            unfinished = path.with_suffix(".new")
            unfinished.touch(mode=0o600)
            unfinished.write_text(get_random_secret_key())
            unfinished.replace(path)
    return path.read_text().strip()
