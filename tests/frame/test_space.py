"""On a Space: a proxy ends TLS and sends on what the browser asked, with its own headers."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from socket import create_connection

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.frame.test_serve import PAGE, Serving

HOST = "owner-book.hf.space"
ORIGIN = f"https://{HOST}"
FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
OWNER = {"username": "owner", "password": "a long enough password"}
QUESTION = "What is the zero-moment point?"
ENVIRONMENT = {
    "SPACE_HOST": HOST,
    "DJANGO_SECRET_KEY": "the tests' own key, of no use to anyone else",
    "DJANGO_SUPERUSER_USERNAME": OWNER["username"],
    "DJANGO_SUPERUSER_PASSWORD": OWNER["password"],
    "ALLOWED_ORIGINS": "https://*.site.example",
}


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("space")
    (folder / "book").mkdir()
    (folder / "book" / "balance.md").write_text(PAGE)
    space = Serving(folder, **ENVIRONMENT)
    space.wait_for("/health/live")
    space.wait_for_index()
    yield space
    space.kill()


@pytest.fixture
def proxied(space: Serving) -> Iterator[httpx.Client]:
    with through_proxy(space) as client:
        yield client


def through_proxy(space: Serving) -> httpx.Client:
    return httpx.Client(
        base_url=f"http://127.0.0.1:{space.port}", headers={"Host": HOST, **FORWARDED}, timeout=30
    )


def socket_through_proxy(space: Serving, *, origin: str = ORIGIN, scheme: str = "https") -> ClientConnection:
    return connect(
        f"ws://{HOST}/ws/chat",
        sock=create_connection(("127.0.0.1", space.port)),
        origin=origin,
        additional_headers={**FORWARDED, "X-Forwarded-Proto": scheme},
    )


def cookies_of(response: httpx.Response) -> dict[str, str]:
    """Of this answer: the client would keep those for https to itself."""
    return dict(line.partition(";")[0].split("=", 1) for line in response.headers.get_list("Set-Cookie"))


def log_in(proxied: httpx.Client, *, origin: str) -> httpx.Response:
    form = proxied.get("/admin/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.text)
    assert token is not None
    return proxied.post(
        "/admin/login/",
        data={**OWNER, "csrfmiddlewaretoken": token[1], "next": "/admin/"},
        headers={"Origin": origin, "Cookie": f"csrftoken={cookies_of(form)['csrftoken']}"},
    )


def test_the_owner_signs_in_to_the_admin(proxied):
    signed_in = log_in(proxied, origin=ORIGIN)
    assert (signed_in.status_code, signed_in.headers["Location"]) == (302, "/admin/")
    session = cookies_of(signed_in)["sessionid"]
    page = proxied.get("/admin/", headers={"Cookie": f"sessionid={session}"})
    assert page.status_code == 200
    assert "Log out" in page.text


def test_the_cookies_of_the_admin_are_for_https_alone(proxied):
    for response in (proxied.get("/admin/login/"), log_in(proxied, origin=ORIGIN)):
        cookies = response.headers.get_list("Set-Cookie")
        assert cookies
        assert all("; Secure" in cookie for cookie in cookies)


@pytest.mark.parametrize("origin", ["https://evil.example", f"http://{HOST}", "null"])
def test_no_other_site_signs_anyone_in(proxied, origin):
    assert log_in(proxied, origin=origin).status_code == 403


def test_the_links_of_an_answer_lead_to_the_spaces_own_address(proxied):
    sources = proxied.post("/v1/query", json={"query": QUESTION}).json()["sources"]
    assert sources[0]["url"] == f"{ORIGIN}/book/balance#zero-moment-point"


@pytest.mark.parametrize("scheme", ["https", "wss", "https,http"])
def test_the_chat_pages_socket_is_let_in_and_its_links_are_https(space, scheme):
    with socket_through_proxy(space, scheme=scheme) as socket:
        socket.send(json.dumps({"type": "ask", "query": QUESTION}))
        while (event := json.loads(socket.recv(timeout=20)))["type"] != "done":
            assert event["type"] != "error"
    assert event["sources"][0]["url"].startswith(f"{ORIGIN}/book/")


def test_sockets_of_allowed_sites_are_let_in_and_of_others_are_not(space):
    with socket_through_proxy(space, origin="https://www.site.example") as socket:
        socket.send(json.dumps({"type": "ping"}))
        assert json.loads(socket.recv(timeout=20)) == {"type": "pong"}
    with pytest.raises(InvalidStatus) as refused, socket_through_proxy(space, origin="https://evil.example"):
        pass
    assert refused.value.response.status_code == 403


def test_the_page_may_be_shown_in_a_frame_and_the_admin_may_not(proxied):
    assert "X-Frame-Options" not in proxied.get("/").headers
    assert proxied.get("/admin/login/").headers["X-Frame-Options"] == "DENY"


def test_head_of_the_page_is_answered(proxied):
    response = proxied.head("/")
    assert (response.status_code, response.content) == (200, b"")


def test_another_host_name_is_not_answered(space):
    assert httpx.get(f"http://127.0.0.1:{space.port}/", headers={"Host": "evil.example"}).status_code == 400


def test_the_log_names_the_spaces_address(space):
    assert f"{ORIGIN}/docs" in space.log.read_text()


def write_long_book(folder: Path) -> None:
    """One that takes the local model a while."""
    folder.mkdir()
    for number in range(300):
        sentences = " ".join(f"Joint {number * 100 + word} turns by {word} degrees." for word in range(60))
        (folder / f"page-{number}.md").write_text(f"# Page {number}\n\n{sentences}\n")


@pytest.fixture
def cold(tmp_path: Path) -> Iterator[Serving]:
    write_long_book(tmp_path / "book")
    cold = Serving(tmp_path, **ENVIRONMENT)
    cold.wait_for("/health/live")
    yield cold
    assert cold.stop() == 0  # and its build with it


def test_a_cold_start_serves_the_page_at_once_and_says_how_far_the_index_is(cold):
    with through_proxy(cold) as proxied:
        assert proxied.get("/").status_code == 200
        state = proxied.get("/v1/index").json()
        assert (state["status"], state["chunks"]) == ("building", 0)
        while not (building := proxied.get("/v1/index").json()["building"]):
            time.sleep(0.1)
        assert 0 <= building["done"] <= building["total"]


def test_a_question_at_a_cold_start_is_put_off(cold):
    with through_proxy(cold) as proxied:
        refused = proxied.post("/v1/query", json={"query": QUESTION})
    assert (refused.status_code, refused.json()["code"]) == (503, "index_empty")
    assert refused.json()["retryable"] is True
    assert refused.headers["Retry-After"] == str(refused.json()["retry_after"]) == "5"
    with socket_through_proxy(cold) as socket:
        socket.send(json.dumps({"type": "ask", "query": QUESTION}))
        while (event := json.loads(socket.recv(timeout=20)))["type"] != "error":
            assert event["type"] != "done"
    assert (event["code"], event["retry_after"]) == ("index_empty", 5)
