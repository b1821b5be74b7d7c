"""A real server on a small book, and Chromium to look at it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from chatbot_project.env import BASE_DIR
from tests.requires import chromium_path

BOOK = Path(__file__).parent / "book"
OWNER, PASSWORD = "olga", "correct horse battery staple"
READY_WITHIN = 90.0  # seconds; the first start builds the embedding model's graph
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]


@pytest.fixture(scope="session")
def chromium() -> str:
    return chromium_path()


@pytest.fixture(scope="session")
def server(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that is ready to answer from BOOK."""
    folder = tmp_path_factory.mktemp("server")
    port = _free_port()
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=BASE_DIR,
            env=_environment(folder / "data", port),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_ready(address, process, folder / "log")
        yield address
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


# Of each test its own: playwright keeps an event loop running, in which no async test could run.
@pytest.fixture
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, server: str) -> Iterator[Page]:
    """A page of a new visitor; whatever its scripts complain of fails the test."""
    page = browser.new_page(base_url=server)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(data: Path, port: int) -> dict[str, str]:
    passed_on = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **passed_on,
        "ENV_FILE": "",
        "DATA_DIR": str(data),
        "PORT": str(port),
        "CONTENT_PATH": str(BOOK),
        "THROTTLE_VISITOR": "1000/minute",
        "THROTTLE_ADDRESS": "1000/minute",
        "DJANGO_SUPERUSER_USERNAME": OWNER,
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
    }


def _wait_until_ready(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{address}/v1/index", timeout=5).json()["status"] == "ready":
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    pytest.fail(f"The server did not get ready:\n{log.read_text()[-3000:]}")
