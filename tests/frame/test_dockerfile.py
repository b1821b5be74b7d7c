"""The Dockerfile's parts that can be held without building it."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from chatbot_project.env import BASE_DIR, Environment
from tests.frame.test_server import free_port

DOCKERFILE = (BASE_DIR / "Dockerfile").read_text().replace("\\\n", " ")


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} (.*)$", DOCKERFILE, re.MULTILINE)


class Probed(BaseHTTPRequestHandler):
    status = 200
    paths: list[str] = []

    def do_GET(self) -> None:
        self.paths.append(self.path)
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def probed(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a server that the health check may ask."""
    monkeypatch.setattr(Probed, "paths", [])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Probed)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def health_check(port: int) -> int:
    (check,) = instructions("HEALTHCHECK")
    program, *arguments = json.loads(check[check.index("[") :])
    assert program == "python"
    # Proxies that the environment names are no way to the server itself.
    environment = {"PORT": str(port), "http_proxy": "http://127.0.0.1:1", "PATH": ""}
    return subprocess.run([sys.executable, *arguments], env=environment, stderr=subprocess.PIPE).returncode


def test_the_health_check_asks_the_server_whether_it_is_alive(probed):
    assert health_check(probed) == 0
    assert Probed.paths == ["/health/live"]


def test_the_health_check_fails_where_the_server_does(probed, monkeypatch):
    monkeypatch.setattr(Probed, "status", 500)
    assert health_check(probed) == 1


def test_the_health_check_fails_where_nothing_listens():
    assert health_check(free_port()) == 1


def test_the_server_gets_the_signals_that_stop_the_container():
    # As a list, so that no shell stands between.
    assert [json.loads(command) for command in instructions("CMD")] == [["python", "manage.py", "serve"]]


def test_the_container_listens_where_spaces_look_and_runs_as_their_user():
    assert instructions("EXPOSE") == [str(Environment.model_fields["PORT"].default)] == ["7860"]
    assert instructions("USER") == ["1000"]
    assert instructions("FROM") == ["python:3.11-slim"]


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps the file out, by the rules that it uses."""
    patterns = [line for line in (BASE_DIR / ".dockerignore").read_text().splitlines() if line[:1] not in "#"]
    parents = [str(parent) for parent in (Path(path), *Path(path).parents)]
    return any(
        fnmatch(
            Path(parent).name if pattern.startswith("**/") else parent,
            pattern.removeprefix("**/").lstrip("/"),
        )
        for pattern in patterns
        for parent in parents
    )


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".git/config",
        ".venv/bin/python",
        "data/db.sqlite3",
        "data/secret_key",
        "tests/settings.py",
        "chat/__pycache__/models.cpython-311.pyc",
        "static/staticfiles.json",
    ],
)
def test_secrets_and_leftovers_stay_out_of_the_image(path):
    assert ignored(path)


@pytest.mark.parametrize(
    "path",
    [
        "manage.py",
        "requirements.txt",
        "requirements-model.txt",
        "chat/static/chat/element.js",
        "chatbot_project/templates/error.html",
        "knowledge/sample_book/docs/01-introduction.md",
        "docs/the-owners-book.md",
    ],
)
def test_what_the_server_needs_is_in_the_image(path):
    assert not ignored(path)
