import json
import logging

import pytest
from django.test import Client

from tests.frame.urls import SECRET

SHAPE = {"detail", "code", "request_id", "retryable"}


@pytest.mark.parametrize(
    ("name", "status", "code", "retryable"),
    [
        ("teapot", 418, "teapot", True),
        ("index-empty", 503, "index_empty", True),
        ("store", 503, "vector_store_unavailable", True),
        ("database", 503, "database_unavailable", True),
        ("integrity", 500, "internal_error", False),
        ("bug", 500, "internal_error", False),
        ("missing", 404, "not_found", False),
        ("forbidden", 403, "permission_denied", False),
        ("suspicious", 400, "bad_request", False),
        ("throttled", 429, "throttled", True),
        ("unauthenticated", 403, "not_authenticated", False),
    ],
)
def test_every_failure_of_the_api_has_one_shape(failing_site, name, status, code, retryable):
    response = failing_site.get(f"/v1/rest/{name}")
    body = response.json()
    assert response.status_code == status
    assert SHAPE <= set(body) <= SHAPE | {"retry_after", "errors"}
    assert (body["code"], body["retryable"]) == (code, retryable)
    assert isinstance(body["detail"], str)
    assert body["request_id"] == response.headers["X-Request-ID"]
    assert SECRET not in response.text


@pytest.mark.parametrize("name", ["bug", "missing", "forbidden", "suspicious"])
def test_outside_of_rest_framework_the_shape_is_the_same(failing_site, name):
    plain = failing_site.get(f"/v1/plain/{name}", headers={"X-Request-ID": "one-id-for-both"})
    rest = failing_site.get(f"/v1/rest/{name}", headers={"X-Request-ID": "one-id-for-both"})
    assert (plain.status_code, plain.json()) == (rest.status_code, rest.json())


@pytest.mark.parametrize("path", ["/v1/nothing", "/api/nothing", "/health/nothing"])
def test_an_address_of_the_api_that_does_not_exist_is_answered_in_json(failing_site, path):
    response = failing_site.get(path)
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("path", "status"), [("/nothing", 404), ("/page/bug", 500), ("/page/forbidden", 403)]
)
def test_people_get_a_page(failing_site, path, status):
    response = failing_site.get(path)
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("text/html")
    assert response.headers["X-Request-ID"] in response.text
    assert SECRET not in response.text


def test_an_error_may_say_when_to_come_back_and_which_fields_are_wrong(failing_site):
    response = failing_site.get("/v1/rest/hot-teapot")
    body = response.json()
    assert (body["detail"], body["errors"], body["retry_after"]) == ("Too hot.", {"tea": ["Too hot."]}, 2)
    assert response.headers["Retry-After"] == "2"


def test_waiting_is_given_in_whole_seconds_rounded_up(failing_site):
    response = failing_site.get("/v1/rest/throttled")
    assert (response.headers["Retry-After"], response.json()["retry_after"]) == ("3", 3)
    assert "in 3 s" in response.json()["detail"]
    assert failing_site.get("/v1/rest/index-empty").json()["retry_after"] == 7


def test_a_knowledge_errors_own_message_is_for_the_log_alone(failing_site, caplog):
    response = failing_site.get("/v1/rest/store")
    assert response.json()["detail"].startswith("The book cannot be searched")
    assert SECRET in caplog.text


def test_an_unexpected_error_is_logged_with_its_traceback(failing_site, caplog):
    failing_site.get("/v1/rest/bug")
    record = next(record for record in caplog.records if record.name == "chatbot_project.errors")
    assert record.levelno == logging.ERROR
    assert record.exc_info is not None
    assert record.exc_info[0] is RuntimeError


def post(site: Client, body: object, content_type: str = "application/json"):
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    return site.generic("POST", "/v1/rest/ask", content, content_type=content_type)


def test_an_invalid_field_is_named_in_a_sentence_and_in_errors(failing_site):
    body = post(failing_site, {"query": "", "top_k": "many"}).json()
    assert body["code"] == "invalid"
    assert body["detail"] == "query: This field may not be blank."
    assert body["errors"] == {
        "query": ["This field may not be blank."],
        "top_k": ["A valid integer is required."],
    }


def test_fields_of_nested_objects_are_joined_by_dots(failing_site):
    body = failing_site.get("/v1/rest/nested").json()
    assert (body["errors"], body["detail"]) == ({"frames.text": ["Too long."]}, "frames.text: Too long.")


def test_a_body_that_is_no_object_is_invalid(failing_site):
    body = post(failing_site, [1, 2]).json()
    assert body["code"] == "invalid"
    assert list(body["errors"]) == ["non_field_errors"]
    assert body["detail"].startswith("Invalid data.")


@pytest.mark.parametrize("broken", ["{", b"\xff\xfe", "[" * 100_000, '{"query": NaN}', "9" * 5000])
def test_a_body_that_is_no_json_is_malformed(failing_site, broken):
    response = post(failing_site, broken)
    assert (response.status_code, response.json()["code"]) == (400, "malformed_json")


def test_a_body_of_another_type_is_unsupported(failing_site):
    response = post(failing_site, "query=x", "application/x-www-form-urlencoded")
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


def test_a_method_that_is_not_offered_is_refused(failing_site):
    response = failing_site.delete("/v1/rest/bug")
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert response.headers["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_a_representation_that_is_not_offered_is_refused_in_json(failing_site):
    response = failing_site.get("/v1/rest/bug", headers={"Accept": "image/png"})
    assert (response.status_code, response.json()["code"]) == (406, "not_acceptable")


@pytest.mark.parametrize("path", ["/v1/rest/ask", "/v1/form"])
def test_a_body_beyond_the_limit_is_too_large(failing_site, settings, path):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    response = failing_site.generic(
        "POST", path, json.dumps({"query": "x" * 100}), content_type="application/json"
    )
    assert (response.status_code, response.json()["code"]) == (413, "body_too_large")


def test_a_host_name_that_is_not_ours_is_refused_with_advice(failing_site):
    response = failing_site.get("/v1/id", headers={"Host": "evil.example"})
    assert (response.status_code, response.json()["code"]) == (400, "host_not_allowed")
    assert "ALLOWED_HOSTS" in response.json()["detail"]
    assert "evil" not in response.text


def test_a_form_without_its_token_is_refused_with_a_page(settings):
    settings.ROOT_URLCONF = "tests.frame.urls"
    response = Client(enforce_csrf_checks=True).post("/form")
    assert response.status_code == 403
    assert "Reload the page" in response.text
