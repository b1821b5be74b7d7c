import pytest

from chatbot_project.origins import as_patterns, origin_allowed

HOST = "book.example:7860"


@pytest.fixture(autouse=True)
def allowed(settings):
    settings.ALLOWED_HOSTS = ["book.example"]
    settings.CORS_ALLOWED_ORIGIN_REGEXES = as_patterns(
        ["https://site.example", "https://*.vercel.app", "http://localhost:3000/"]
    )
    return settings


@pytest.mark.parametrize(
    "origin",
    [
        "https://site.example",
        "HTTPS://Site.Example",
        "https://my-app-git-main-x.vercel.app",
        "http://localhost:3000",
    ],
)
def test_pages_of_listed_sites_may_call(origin):
    assert origin_allowed(origin, HOST)


@pytest.mark.parametrize(
    "origin",
    [
        "http://site.example",
        "https://site.example.evil.example",
        "https://evilsite.example",
        "https://site.example:8443",
        "https://siteXexample",
        "https://vercel.app",
        "https://a.b.vercel.app",
        "https://evil.example/.vercel.app",
        "https://x.vercel.app\n",
        "http://localhost:3001",
        "",
        "null",
    ],
)
def test_pages_of_other_sites_may_not(origin):
    assert not origin_allowed(origin, HOST)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_servers_own_pages_may_call(scheme):
    assert origin_allowed(f"{scheme}://book.example:7860", HOST)


def test_an_attackers_name_for_this_address_is_not_the_servers_own():
    assert not origin_allowed("http://evil.example", "evil.example")


def test_whoever_is_no_browser_may_call():
    assert origin_allowed(None, HOST)


def test_a_star_alone_lets_every_site_in_but_not_null(allowed):
    allowed.CORS_ALLOWED_ORIGIN_REGEXES = as_patterns(["*"])
    assert origin_allowed("https://anything.example", HOST)
    assert not origin_allowed("null", HOST)


@pytest.mark.parametrize(
    "entry",
    ["site.example", "https://site.example/docs", "https://*", "null", "https://", "https://a b", "//a"],
)
def test_an_entry_that_is_no_origin_is_refused_by_its_number(entry):
    with pytest.raises(ValueError, match=r"entry 2 is not an origin\. Write it as https://example\.com"):
        as_patterns(["https://fine.example", entry])


def test_cors_answers_by_the_same_list(client):
    def allowed_origin(origin: str) -> str | None:
        return client.get("/health/live", headers={"Origin": origin}).headers.get(
            "access-control-allow-origin"
        )

    assert allowed_origin("https://preview-1.vercel.app") == "https://preview-1.vercel.app"
    assert allowed_origin("https://evil.example") is None
    assert allowed_origin("null") is None


def test_a_preflight_names_the_headers_that_clients_send(client):
    response = client.options(
        "/v1/query",
        headers={
            "Origin": "https://site.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "x-visitor-token,idempotency-key",
        },
    )
    assert response.status_code == 200
    assert {"x-visitor-token", "idempotency-key", "content-type", "last-event-id"} <= set(
        response.headers["access-control-allow-headers"].split(", ")
    )
