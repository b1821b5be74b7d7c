import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from chatbot_project.env import Environment
from chatbot_project.secret_key import secret_key

KEY = "k" * 40


def environment(data_dir: Path, **variables: object) -> Environment:
    return Environment.model_validate({"DATA_DIR": data_dir, **variables})


def test_the_configured_key_is_used_and_nothing_is_written(tmp_path):
    assert secret_key(environment(tmp_path, DJANGO_SECRET_KEY=KEY)) == KEY
    assert list(tmp_path.iterdir()) == []


def test_a_generated_key_is_kept_for_the_next_start_and_hidden_from_others(tmp_path):
    key = secret_key(environment(tmp_path))
    assert len(key) >= 50
    assert secret_key(environment(tmp_path)) == key
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_processes_that_start_at_once_agree_on_a_key(tmp_path):
    program = (
        "from pathlib import Path; from chatbot_project.secret_key import _kept_in; "
        f"print(_kept_in(Path({str(tmp_path)!r}) / 'secret_key'))"
    )

    def start(_: int) -> str:
        return subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        ).stdout

    with ThreadPoolExecutor(4) as pool:
        keys = set(pool.map(start, range(4)))
    assert len(keys) == 1
    assert len(keys.pop().strip()) >= 50


@pytest.mark.parametrize(
    "variables",
    [
        {"SPACE_HOST": "owner-book.hf.space"},
        {"SPACE_HOST": "owner-book.hf.space", "DEBUG": True},
        {"DATABASE_URL": "postgresql://u:p@db.example/book"},
    ],
)
def test_a_key_is_demanded_where_a_generated_one_would_be_lost(tmp_path, variables):
    with pytest.raises(ImproperlyConfigured, match=r"DJANGO_SECRET_KEY is not set\. Set it to"):
        secret_key(environment(tmp_path, **variables))


@pytest.mark.parametrize(
    "variables",
    [
        {"DATABASE_URL": "sqlite:////srv/book.sqlite3"},
        {"DATABASE_URL": "postgres://u:p@localhost:5432/book"},
        {"DATABASE_URL": "postgres://u:p@db.example/book", "DEBUG": True},
    ],
)
def test_no_key_is_demanded_on_a_machine_of_ones_own(tmp_path, variables):
    assert secret_key(environment(tmp_path, **variables))
