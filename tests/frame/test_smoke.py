"""`manage.py smoke`, against a real server and against servers that go wrong."""

import asyncio
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from chatbot_project.smoke.checks import Check, Verdict, finding_of
from chatbot_project.smoke.deployment import CheckFailed, Deployment
from tests.frame.test_serve import PAGE, Serving
from tests.frame.test_server import free_port
from tests.standins.tls_proxy import tls_proxy

QUESTION = "What is the zero-moment point?"
SITE = "https://site.example"


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("smoked")
    (folder / "book").mkdir()
    (folder / "book" / "balance.md").write_text(PAGE)
    serving = Serving(folder, ALLOWED_ORIGINS=SITE, TRUSTED_PROXIES="1")
    serving.wait_for("/health/live")
    serving.wait_for_index()
    yield serving
    serving.kill()


def smoke(url: str, **options: Any) -> tuple[dict[str, list[str]], str]:
    """The table, by the checks' names: (verdict, note); and what the command ended with."""
    printed = StringIO()
    try:
        call_command("smoke", url, stdout=printed, **options)
        ending = printed.getvalue().splitlines()[-1]
    except CommandError as exc:
        ending = str(exc)
    rows = [line for line in printed.getvalue().splitlines() if line[17:24].strip() in list(Verdict)]
    return {row[:17].strip(): [row[17:24].strip(), row[33:]] for row in rows}, ending


ASKING = ["ask: REST", "ask: SSE", "ask: WebSocket", "ask: /api/chat"]
EVERY_CHECK = ["alive", "health", "index", "HEAD /", *ASKING, "deletion"]


def test_a_server_that_works_passes_every_check(serving):
    table, ending = smoke(f"http://localhost:{serving.port}", question=QUESTION)
    assert list(table) == EVERY_CHECK
    assert {verdict for verdict, _ in table.values()} == {"ok"}
    assert table["index"][1] == "1 chunks of 1 documents, all-MiniLM-L6-v2"
    assert table["ask: REST"][1] == "1 source"
    for check in ASKING[1:]:
        assert table[check][1].startswith("1 source, first token after 0.")
    assert ending == "All 9 checks passed."


def test_the_checks_leave_no_conversation_behind(serving):
    table, _ = smoke(f"http://localhost:{serving.port}", question=QUESTION)
    assert table["deletion"] == ["ok", "of the 4 conversations of these checks"]
    with closing(sqlite3.connect(serving.folder / "data" / "db.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM chat_conversation").fetchall() == [(0,)]


async def test_a_server_behind_tls_passes_and_its_links_are_https(serving, tmp_path, monkeypatch):
    certificate = tmp_path / "certificate.pem"
    async with tls_proxy(serving.port, certificate) as port:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        table, ending = await asyncio.to_thread(
            smoke, f"https://localhost:{port}", question=QUESTION, origin=SITE
        )
    assert {verdict for verdict, _ in table.values()} == {"ok"}, table
    assert ending == "All 12 checks passed."


def test_an_origin_that_may_not_call_is_told_from_one_that_may(serving):
    address = f"http://localhost:{serving.port}"
    allowed, _ = smoke(address, question=QUESTION, origin=SITE)
    refused, ending = smoke(address, question=QUESTION, origin="https://evil.example")
    cors = ["CORS: preflight", "CORS: GET", "CORS: WebSocket"]
    assert [allowed[check][0] for check in cors] == ["ok"] * 3
    assert [refused[check][0] for check in cors] == ["failed"] * 3
    assert all("ALLOWED_ORIGINS" in refused[check][1] for check in cors)
    assert ending == "3 of 12 checks failed: CORS: preflight, CORS: GET, CORS: WebSocket."


def test_where_nothing_listens_one_sentence_says_so():
    port = free_port()
    table, ending = smoke(f"http://localhost:{port}")
    assert list(table) == ["alive"]
    assert table["alive"][1].startswith(f"No answer from http://localhost:{port}: ")
    assert table["alive"][1].endswith("Connection refused.")
    assert ending == "1 of 1 checks failed: alive."


@pytest.mark.parametrize(
    "url",
    [
        "localhost:7860",
        "ftp://a.example",
        "https://me:secret@a.example",
        "https://a.example/docs",
        "http://[",
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(url):
    with pytest.raises(CommandError, match="write an address as https://user-space") as refused:
        call_command("smoke", url)
    assert "secret" not in str(refused.value)


Answer = tuple[int, dict[str, str], str]


class BadServer:
    """Answers each path as it is told to, and everything else as a server that is asleep."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.otherwise: Answer = (503, {"Content-Type": "text/html"}, "<h1>Sleeping</h1>")
        self.delay = 0.0
        answers = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                time.sleep(answers.delay)
                status, headers, body = answers.answers.get(self.path, answers.otherwise)
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(status)
                for name, value in (headers | {"Content-Length": str(len(body))}).items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body.encode())

            do_POST = do_HEAD = do_OPTIONS = do_DELETE = do_GET  # noqa: N815

            def log_message(self, *args: object) -> None:
                """Keep quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def bad_server() -> Iterator[BadServer]:
    server = BadServer()
    yield server
    server.close()


def as_json(body: Any, status: int = 200) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(body)


def as_events(*events: Any) -> Answer:
    return 200, {"Content-Type": "text/event-stream"}, "".join(f"data: {json.dumps(e)}\n\n" for e in events)


def test_a_server_that_sleeps_fails_every_check_with_a_sentence(bad_server):
    table, ending = smoke(bad_server.url, origin=SITE)
    assert [verdict for verdict, _ in table.values()] == ["failed"] * 11 + ["ok"]
    assert table["alive"][1].startswith("HTTP 503 and text/html, which is no answer of this server's.")
    assert "HTTP 503" in table["ask: WebSocket"][1]
    assert ending.startswith("11 of 12 checks failed: alive, health, index, HEAD /, ask: REST, ")


def test_an_error_of_the_servers_own_is_repeated(bad_server):
    detail = "The book is still being indexed. Please try again in a moment."
    bad_server.answers["/v1/query"] = as_json({"detail": detail, "code": "index_empty"}, 503)
    table, _ = smoke(bad_server.url)
    assert table["ask: REST"] == table["ask: SSE"] == ["failed", f"HTTP 503, index_empty: {detail}"]


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ({"status": "building", "building": None}, "The book is still being indexed. Check again"),
        (
            {"status": "building", "building": {"phase": "embedding", "done": 3, "total": 9}},
            "The book is still being indexed: embedding, 3 of 9. Check again",
        ),
        ({"status": "empty", "building": None}, "There is no index."),
    ],
)
def test_an_index_that_is_not_ready_is_a_failure(bad_server, state, sentence):
    bad_server.answers["/v1/index"] = as_json(state)
    verdict, note = smoke(bad_server.url)[0]["index"]
    assert verdict == "failed"
    assert note.startswith(sentence)


@pytest.mark.parametrize(
    ("report", "status", "row"),
    [
        ({"status": "degraded", "services": {"llm": "degraded"}}, 200, ["ok", "degraded, llm is degraded"]),
        (
            {"status": "unhealthy", "services": {"database": "unhealthy", "llm": "healthy"}},
            503,
            ["failed", "It cannot answer: unhealthy, database is unhealthy. Its log says why."],
        ),
    ],
)
def test_health_names_what_is_not_well(bad_server, report, status, row):
    bad_server.answers["/health"] = as_json(report, status)
    assert smoke(bad_server.url)[0]["health"] == row


ERROR = {"type": "error", "detail": "The answer broke off. Please ask again.", "code": "llm_interrupted"}


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (as_events({"type": "metadata"}), "The stream ended before the answer did."),
        (as_events({"type": "token", "content": "The"}), "The stream ended before the answer did."),
        (as_events({"type": "done", "answer": "x"}), "The stream ended before the answer did."),
        (as_events({"type": "token"}, ERROR), "The answer failed: The answer broke off. Please ask again."),
        (as_events({"type": "token"}, {"type": "done"}), "The answer is empty."),
        ((200, {"Content-Type": "text/event-stream"}, "data: {\n\n"), "An event is not JSON: {"),
        (as_json({}), "HTTP 200 and application/json, which is no answer of this server's."),
    ],
)
def test_an_event_stream_without_an_answer_is_a_failure(bad_server, answer, sentence):
    bad_server.answers["/v1/query"] = answer
    verdict, note = smoke(bad_server.url)[0]["ask: SSE"]
    assert verdict == "failed"
    assert note.startswith(sentence)


def test_links_of_another_scheme_are_a_failure(bad_server):
    url = f"{bad_server.url.replace('http', 'https')}/book/balance"
    bad_server.answers["/v1/query"] = as_json({"answer": "So [1].", "sources": [{"url": url}]})
    verdict, note = smoke(bad_server.url)[0]["ask: REST"]
    assert verdict == "failed"
    assert "TRUSTED_PROXIES" in note


def test_an_address_that_points_elsewhere_says_where_but_not_its_query(bad_server):
    bad_server.otherwise = (307, {"Location": "https://other.example/login?token=secret"}, "")
    verdict, note = smoke(bad_server.url)[0]["alive"]
    assert (verdict, note) == ("failed", "It redirects to https://other.example: check that instead.")


def test_neither_tokens_nor_control_characters_are_printed(bad_server, capsys):
    answer = {"answer": "So.", "sources": [], "answered": False, "visitor_token": "token-of-the-visitor"}
    bad_server.answers["/v1/query"] = as_json(answer)
    bad_server.answers["/health/live"] = as_json({"version": "\x1b[2J1.0\n2"})
    bad_server.otherwise = as_json({"detail": "No\x07", "code": "no"}, 503)
    printed = StringIO()
    with pytest.raises(CommandError) as failed:
        call_command("smoke", bad_server.url, stdout=printed)
    everything = printed.getvalue() + str(failed.value)
    assert "0 sources, the book does not say" in everything
    assert "token-of" not in everything
    assert all(character.isprintable() or character == "\n" for character in everything)
    assert "[2J1.0 2" in everything


def test_a_server_that_does_not_answer_in_time_is_not_waited_for(bad_server):
    bad_server.delay = 1.0
    began = time.monotonic()
    table, _ = smoke(bad_server.url, timeout=0.2)
    assert time.monotonic() - began < 0.9
    assert table == {"alive": ["failed", "No answer within 0.2 s."]}


def checked(make: Callable[[Deployment], str], **limits: float) -> Any:
    with Deployment("http://localhost", question=QUESTION, timeout=1) as server:
        return finding_of(Check("a check", make, **limits), server)


def test_an_answer_beyond_the_typical_time_is_slow_but_no_failure():
    def slow(server: Deployment) -> str:
        time.sleep(0.03)
        return "at last"

    assert checked(slow).verdict is Verdict.OK
    finding = checked(slow, typical=0.02)
    assert (finding.verdict, finding.note) == (Verdict.SLOW, "at last")
    assert finding.seconds >= 0.03


def test_a_check_that_fails_is_no_slow_one():
    def failing(server: Deployment) -> str:
        raise CheckFailed("No.")

    assert checked(failing, typical=0.0).verdict is Verdict.FAILED
