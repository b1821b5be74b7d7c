"""What browsers are told of our pages: the Content-Security-Policy of each."""

import pytest
from django.test import Client

from chatbot_project.origins import as_framing_origins


def policy_of(path: str, *, client: Client, host: str = "localhost") -> dict[str, str]:
    header = client.get(path, headers={"Host": host}).headers["Content-Security-Policy"]
    directives = (directive.strip().partition(" ") for directive in header.split(";"))
    return {name: value for name, _, value in directives}


def test_the_chat_page_runs_its_own_scripts_and_nothing_else(client):
    policy = policy_of("/", client=client)
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert policy["connect-src"] == "'self' ws://localhost wss://localhost"
    assert policy["require-trusted-types-for"] == "'script'"
    assert not any("unsafe" in value for value in policy.values())


def test_the_chat_page_is_framed_by_the_hub_and_by_allowed_sites_alone(client, settings):
    settings.FRAMING_ORIGINS = ["https://book.example", "https://*.vercel.app"]
    framers = "'self' https://huggingface.co https://book.example https://*.vercel.app"
    response = client.get("/")
    assert f"frame-ancestors {framers}" in response.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in response.headers


@pytest.mark.django_db
def test_no_one_frames_the_admin_whose_pages_may_evaluate_their_expressions(client):
    policy = policy_of("/admin/login/", client=client)
    assert policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == "'self' 'unsafe-eval'"
    assert client.get("/admin/login/").headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/nothing", "/health/live", "/widget.js"])
def test_everything_else_is_framed_by_no_one(client, path):
    assert policy_of(path, client=client)["frame-ancestors"] == "'none'"


def test_origins_that_a_policy_cannot_express_are_left_out():
    origins = ["https://A.example/", "https://*.b.example", "http://localhost:3000", "*"]
    beyond = ["https://pr-*.c.example", "https://a.*.example", "http://[::1]:80"]
    assert as_framing_origins([*origins, *beyond]) == [
        "https://a.example",
        "https://*.b.example",
        "http://localhost:3000",
        "*",
    ]
