import pytest
from django.test import AsyncClient, Client

STYLE = "/static/admin/css/base.css"
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
