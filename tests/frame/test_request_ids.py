import logging

import pytest
from django.test import AsyncClient


@pytest.fixture
def site(failing_site):
    return failing_site


@pytest.mark.parametrize("given", ["12345678", "a" * 64, "0f8fad5b-d9cb-469f-a165-70867728950e"])
def test_a_well_formed_id_of_the_caller_is_kept(site, given):
    response = site.get("/v1/id", headers={"X-Request-ID": given})
    assert (response.text, response.headers["X-Request-ID"]) == (given, given)


@pytest.mark.parametrize(
    "given", ["short", "a" * 65, "line\nbreak-line", "with blank", "12345678\n", "übergroß"]
)
def test_another_id_is_replaced(site, given):
    response = site.get("/v1/id", HTTP_X_REQUEST_ID=given)
    assert response.text == response.headers["X-Request-ID"]
    assert len(response.text) == 32


def test_each_request_has_an_id_of_its_own(site):
    assert site.get("/v1/id").text != site.get("/v1/id").text


async def test_an_async_view_sees_the_id_of_its_own_request(settings):
    settings.ROOT_URLCONF = "tests.frame.urls"
    response = await AsyncClient().get("/v1/id", headers={"X-Request-ID": "asynchronous"})
    assert (response.text, response.headers["X-Request-ID"]) == ("asynchronous", "asynchronous")


def test_the_access_log_has_the_path_without_its_query(site, caplog):
    caplog.set_level(logging.INFO, logger="chatbot_project.middleware")
    site.get("/v1/id?visitor_token=secret")
    assert any("GET /v1/id 200 " in message for message in caplog.messages)
    assert "secret" not in caplog.text
