"""A real server on a small book, a stand-in for Gemini behind it, another site, and Chromium to see it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from chatbot_project.env import BASE_DIR
from tests.browser.host import HostSite
from tests.browser.scripted_gemini import ScriptedGemini
from tests.frame.test_server import free_port
from tests.requires import chromium_path
from tests.standins.gemini.server import KEY

BOOK = Path(__file__).parent / "book"
OWNER, PASSWORD = "olga", "correct horse battery staple"
POLICY = "Content Security Policy"
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


class Site:
    """The server as its operator sees it: it can be stopped and started again on the same data."""

    def __init__(self, folder: Path, *, gemini: str, host: str) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._log = folder / "log"
        passed_on = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self._environment = {
            **passed_on,
            "ENV_FILE": "",
            "DATA_DIR": str(folder / "data"),
            "PORT": str(self.port),
            "CONTENT_PATH": str(BOOK),
            "LLM_PROVIDER": "gemini",
            "EMBEDDING_PROVIDER": "local",
            "GEMINI_API_KEY": KEY,
            "GEMINI_BASE_URL": gemini,
            "ALLOWED_ORIGINS": host,
            "THROTTLE_VISITOR": "1000/minute",
            "THROTTLE_ADDRESS": "1000/minute",
            "THROTTLE_READ": "10000/minute",
            "DJANGO_SUPERUSER_USERNAME": OWNER,
            "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
        }
        self.start()

    def start(self) -> None:
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=BASE_DIR,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,  # of the server and its watchdog
            )
        self._wait_until_ready()

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if httpx.get(f"{self.address}/v1/index", timeout=5).json()["status"] == "ready":
                    # The first question has the SDKs imported, which takes a busy machine its time.
                    httpx.post(f"{self.address}/v1/query", json={"query": "Balance?"}, timeout=90)
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.2)
        pytest.fail(f"The server did not get ready:\n{self._log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def chromium() -> str:
    return chromium_path()


@pytest.fixture(scope="session")
def _gemini(chromium: str) -> Iterator[ScriptedGemini]:
    with ScriptedGemini() as gemini:
        yield gemini


@pytest.fixture
def gemini(_gemini: ScriptedGemini) -> ScriptedGemini:
    """What writes the answers, saying what it says by default."""
    _gemini.reset()
    return _gemini


@pytest.fixture(scope="session")
def host_site(chromium: str) -> Iterator[HostSite]:
    with HostSite() as host:
        yield host


@pytest.fixture(scope="session")
def site(
    _gemini: ScriptedGemini, host_site: HostSite, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("server"), gemini=_gemini.address, host=host_site.address)
    host_site.server = site.address
    yield site
    site.stop()


@pytest.fixture
def server(site: Site, gemini: ScriptedGemini) -> str:
    """The address of a server that is ready to answer from BOOK."""
    return site.address


# Of each module its own: playwright keeps an event loop running, in which no async test could run.
@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, server: str) -> Iterator[Page]:
    """A page of a new visitor; whatever its scripts or its policies complain of fails the test."""
    page = browser.new_page(base_url=server)
    complaints = complaints_of(page)
    yield page
    page.close()
    assert complaints == []


def complaints_of(page: Page) -> list[str]:
    """Filled while the page is used."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if POLICY in message.text else None)
    return complaints
