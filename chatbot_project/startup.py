"""What has to be true of the database before the server may answer."""

import logging

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command

from chatbot_project.env import Environment
from chatbot_project.file_lock import locked

logger = logging.getLogger(__name__)


def migrate() -> None:
    """Bring the tables up to date. Of processes that start at once, one does it and the others wait."""
    with locked(settings.DATA_DIR / "migrate.lock"):
        call_command("migrate", interactive=False, verbosity=0)


def ensure_superuser(env: Environment) -> None:
    """Create the admin user that DJANGO_SUPERUSER_* names, once: a password changed later stays changed."""
    users = get_user_model()._default_manager
    name, password = env.DJANGO_SUPERUSER_USERNAME, env.DJANGO_SUPERUSER_PASSWORD
    if not name or users.filter(username=name).exists():
        return
    if not password:
        logger.warning("DJANGO_SUPERUSER_PASSWORD is not set, so no admin user is created.")
        return
    users.create_superuser(username=name, email=env.DJANGO_SUPERUSER_EMAIL or "", password=password)


def has_superuser() -> bool:
    return get_user_model()._default_manager.filter(is_superuser=True, is_active=True).exists()
