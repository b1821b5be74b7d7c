"""The product's settings, on a database and a data directory of the tests' own."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from tests.databases import ON_POSTGRES, database_url

os.environ["ENV_FILE"] = ""
os.environ["DATABASE_URL"] = database_url()
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="chatbot-tests-")
# Whoever runs the tests may have services of their own.
os.environ.update(dict.fromkeys(("QDRANT_URL", "GEMINI_API_KEY", "GOOGLE_API_KEY", "REDIS_URL"), ""))
atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)

from chatbot_project.settings import *  # noqa: E402, F403
from chatbot_project.settings import DATA_DIR, DATABASES  # noqa: E402

SECRET_KEY = "the tests' own key, of no use to anyone else"
# What tests start as a process of its own has a database of its own.
os.environ["DATABASE_URL"] = ""
if not ON_POSTGRES:
    # A file, because an in-memory database cannot be shared by the threads that turns use.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(DATA_DIR) / "tests.sqlite3")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LLM_RETRY_DELAY = 0.01
