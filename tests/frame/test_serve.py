"""`manage.py serve` from an empty data directory, as `make run` starts it."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from chatbot_project.env import BASE_DIR
from tests.frame.test_server import free_port

PAGE = """---
title: Balance
---

## Zero-moment point

The zero-moment point is where the ground reaction force of a walking robot produces no horizontal moment.
"""


class Serving:
    """A server on the book in `folder`; `environment` is added to what it needs.

    `process` is its watchdog, in a process group with the server itself.
    """

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.environment = environment
        self.port = free_port()
        self.log = folder / "log"
        self.process = self.start()
        # A connection that is kept open would count among those that tests look for.
        self.site = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            timeout=30,
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def start(self) -> subprocess.Popen[bytes]:
        environment = os.environ | {
            "ENV_FILE": "",
            "DATA_DIR": str(self.folder / "data"),
            "CONTENT_PATH": str(self.folder / "book"),
            "PORT": str(self.port),
            "DJANGO_SETTINGS_MODULE": "chatbot_project.settings",
            **self.environment,
        }
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=BASE_DIR,
                env=environment,
                stdout=log,
                stderr=log,
                process_group=0,
            )

    @property
    def pid(self) -> int:
        """The server's."""
        watchdog = self.process.pid
        return int(Path(f"/proc/{watchdog}/task/{watchdog}/children").read_text())

    def wait_for(self, path: str, status: int = 200) -> httpx.Response:
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            try:
                response = self.site.get(path)
            except httpx.TransportError:
                response = None
            if response is not None and response.status_code == status:
                return response
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.1)
        pytest.fail(self.log.read_text())

    def wait_for_index(self) -> None:
        while self.site.get("/v1/index").json()["status"] != "ready":
            time.sleep(0.1)

    def stop(self) -> int:
        self.site.close()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def kill(self) -> None:
        self.site.close()
        self.kill_processes()

    def kill_processes(self) -> None:
        """At once, and both: for a machine that loses its power."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("serving")
    (folder / "book").mkdir()
    (folder / "book" / "balance.md").write_text(PAGE)
    serving = Serving(folder)
    serving.wait_for("/health/live")
    serving.wait_for_index()
    yield serving
    serving.kill()


def test_the_start_names_the_addresses_and_how_to_make_an_admin(serving):
    said = serving.log.read_text()
    for path in ("/", "/docs", "/admin/"):
        assert re.search(rf"http://localhost:{serving.port}{path}$", said, re.MULTILINE)
    assert f"DATA_DIR={serving.folder / 'data'}" in said
    assert "manage.py createsuperuser" in said


@pytest.mark.parametrize("path", ["/", "/docs", "/book/", "/admin/login/", "/health", "/openapi.json"])
def test_every_page_is_there(serving, path):
    assert serving.site.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/", "/health", "/api/health", "/health/live"])
def test_probes_may_ask_with_head(serving, path):
    response = serving.site.head(path)
    assert (response.status_code, response.content) == (200, b"")


def test_the_book_answers(serving):
    answer = serving.site.post("/v1/query", json={"query": "What is the zero-moment point?"}).json()
    assert "ground reaction force" in answer["answer"]
    page = serving.site.get(answer["sources"][0]["url"])
    assert page.status_code == 200
    assert 'id="zero-moment-point"' in page.text


def test_a_strangers_host_name_is_not_in_the_log(serving):
    response = serving.site.get("/v1/index", headers={"Host": "evil.example"})
    assert (response.status_code, response.json()["code"]) == (400, "host_not_allowed")
    serving.site.get("/v1/index")  # what came before is in the log by then
    assert "GET /v1/index 400" in serving.log.read_text()
    assert "evil" not in serving.log.read_text()


def test_a_body_beyond_all_bounds_is_refused_in_the_shape_of_errors(serving):
    response = serving.site.post(
        "/v1/query", content=b"[" * 5_000_000, headers={"Content-Type": "application/json"}
    )
    assert (response.status_code, response.json()["code"]) == (413, "body_too_large")


def test_a_second_server_on_the_port_says_what_to_do(serving):
    second = serving.start()
    assert second.wait(60) == 1
    assert (
        f"CommandError: Port {serving.port} cannot be listened on (Address already in use). "
        "Set PORT to another one." in serving.log.read_text()
    )


def test_a_second_start_has_nothing_to_do(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "balance.md").write_text(PAGE)
    first = Serving(tmp_path)
    first.wait_for("/health/live")
    first.wait_for_index()
    assert first.stop() == 0
    said = len(first.log.read_text())
    second = Serving(tmp_path)
    second.wait_for("/v1/index")
    assert second.site.get("/v1/index").json()["status"] == "ready"
    time.sleep(3)
    assert second.stop() == 0
    assert "reindex" not in second.log.read_text()[said:]


def test_a_start_that_waits_for_its_database_can_be_stopped(tmp_path):
    waiting = Serving(tmp_path, DATABASE_URL=f"postgresql://book:secret@127.0.0.1:{free_port()}/book")
    while "cannot be reached yet" not in waiting.log.read_text():
        assert waiting.process.poll() is None, waiting.log.read_text()
        time.sleep(0.1)
    assert waiting.stop() == 128 + signal.SIGTERM
