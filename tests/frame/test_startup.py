import os
import sqlite3
import subprocess
import sys

import pytest
from django.contrib.auth import authenticate, get_user_model

from chatbot_project.env import BASE_DIR, Environment
from chatbot_project.startup import ensure_superuser, has_superuser

NAMED = {
    "DJANGO_SUPERUSER_USERNAME": "owner",
    "DJANGO_SUPERUSER_EMAIL": "owner@site.example",
    "DJANGO_SUPERUSER_PASSWORD": "a long enough password",
}


@pytest.mark.django_db
def test_the_admin_user_that_the_environment_names_is_created():
    assert not has_superuser()
    ensure_superuser(Environment.model_validate(NAMED))
    owner = authenticate(username="owner", password=NAMED["DJANGO_SUPERUSER_PASSWORD"])
    assert owner is not None
    assert (owner.is_superuser, owner.email) == (True, "owner@site.example")
    assert has_superuser()


@pytest.mark.django_db
def test_a_password_that_was_changed_later_stays_changed():
    ensure_superuser(Environment.model_validate(NAMED))
    owner = get_user_model().objects.get()
    owner.set_password("another password")
    owner.save()
    ensure_superuser(Environment.model_validate(NAMED))
    assert authenticate(username="owner", password="another password") == owner


@pytest.mark.django_db
def test_nobody_is_created_without_a_name_or_a_password(caplog):
    ensure_superuser(Environment())
    ensure_superuser(Environment(DJANGO_SUPERUSER_USERNAME="owner"))
    assert not get_user_model().objects.exists()
    assert "DJANGO_SUPERUSER_PASSWORD is not set" in caplog.text


def test_processes_that_start_at_once_migrate_one_after_the_other(tmp_path):
    program = "import django; django.setup(); from chatbot_project.startup import migrate; migrate()"
    environment = os.environ | {
        "DATA_DIR": str(tmp_path),
        "ENV_FILE": "",
        "DJANGO_SETTINGS_MODULE": "chatbot_project.settings",
    }
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program], cwd=BASE_DIR, env=environment, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    assert [process.communicate(timeout=60)[1] for process in processes] == ["", ""]
    with sqlite3.connect(tmp_path / "db.sqlite3") as database:
        applied = database.execute("SELECT app, name FROM django_migrations").fetchall()
    database.close()
    assert len(applied) == len(set(applied)) > 10
