import gzip
import re
from urllib.parse import urljoin

import brotli
import pytest
from django.core.management import call_command
from django.test import AsyncClient, Client

STYLE = "/static/admin/css/base.css"
MOST = 60 * 1024  # bytes that a browser fetches of the chat, all in all
SWAGGER = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"


@pytest.mark.parametrize("path", [STYLE, SWAGGER])
async def test_static_files_come_from_this_server(path):
    response = await AsyncClient().get(path)
    assert response.status_code == 200
    assert len(response.content) == int(response.headers["Content-Length"]) > 1000
    assert response.headers["Content-Type"].partition(";")[0] in ("text/css", "text/javascript")
    assert "max-age" in response.headers["Cache-Control"]


async def test_an_unchanged_file_is_not_sent_again():
    first = await AsyncClient().get(STYLE)
    again = await AsyncClient().get(STYLE, headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_part_of_a_file_may_be_asked_for():
    whole = await AsyncClient().get(STYLE)
    part = await AsyncClient().get(STYLE, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])


async def test_head_sends_no_body():
    response = await AsyncClient().head(STYLE)
    assert (response.status_code, response.content) == (200, b"")
    assert int(response.headers["Content-Length"]) > 1000


@pytest.mark.parametrize("path", ["/static/nothing.css", "/static/../manage.py", "/static/%2e%2e/manage.py"])
async def test_there_is_nothing_but_static_files(settings, path):
    settings.ROOT_URLCONF = "tests.frame.urls"
    assert (await AsyncClient().get(path)).status_code == 404


def test_a_sync_server_serves_them_too():
    assert Client().get(STYLE).status_code == 200


@pytest.fixture
def _collected(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "static"
    settings.WHITENOISE_USE_FINDERS = False
    others = ["admin", "drf_spectacular_sidecar", "unfold"]
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=others)


@pytest.mark.usefixtures("_collected")
async def test_collected_files_may_be_kept_for_ever():
    site = AsyncClient()
    page = await site.get("/")
    scripts = re.findall(r'src="(/static/chat/element\.[0-9a-f]{12}\.js)"', page.text)
    script = await site.get(scripts[0])
    assert "immutable" in script.headers["Cache-Control"]
    for encoding, decompress in (("gzip", gzip.decompress), ("br", brotli.decompress)):
        compressed = await site.get(scripts[0], headers={"Accept-Encoding": encoding})
        assert compressed.headers["Content-Encoding"] == encoding
        assert decompress(compressed.content) == script.content
    preloaded = set(re.findall(r'rel="modulepreload" href="([^"]+)"', page.text))
    imported = await all_imports(site, scripts[0])
    assert imported <= preloaded | {address for address in imported if "/languages/" in address}
    assert preloaded <= imported
    assert await compressed_size(site, preloaded) < MOST
    for address in imported:
        module = await site.get(address)
        assert "immutable" in module.headers["Cache-Control"]
        assert module.headers["Access-Control-Allow-Origin"] == "*"  # sites that embed the widget fetch it


async def compressed_size(site: AsyncClient, addresses: set[str]) -> int:
    answers = [await site.get(address, headers={"Accept-Encoding": "br"}) for address in addresses]
    return sum(len(answer.content) for answer in answers)


async def all_imports(site: AsyncClient, address: str) -> set[str]:
    """The module, and all that it and its imports import."""
    found, waiting = set(), [address]
    while waiting:
        address = waiting.pop()
        if address not in found:
            found.add(address)
            text = (await site.get(address)).text
            named = re.findall(r'(?:^import|\bfrom|\bimport\()\s*"(\.{1,2}/[^"]+)"', text, re.MULTILINE)
            waiting += [urljoin(address, name) for name in named]
    return found


@pytest.mark.usefixtures("_collected")
async def test_the_widgets_script_imports_the_collected_module():
    loader = await AsyncClient().get("/widget.js")
    (address,) = re.findall(r'import\(new URL\("([^"]+)"', loader.text)
    assert re.fullmatch(r"/static/chat/element\.[0-9a-f]{12}\.js", address)
    assert (await AsyncClient().get(address)).status_code == 200


@pytest.mark.usefixtures("_collected")
async def test_collected_files_keep_their_plain_names_too():
    response = await AsyncClient().get("/static/chat/element.js")
    assert response.status_code == 200
    assert "immutable" not in response.headers["Cache-Control"]
