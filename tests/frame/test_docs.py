import re

import pytest
from django.test import Client


@pytest.fixture(scope="module")
def schema():
    return Client().get("/openapi.json").json()


def test_the_schema_describes_every_route_of_the_api(schema):
    assert schema["openapi"].startswith("3.")
    assert {"/v1/query", "/v1/search", "/v1/conversations/{conversation_id}", "/api/chat"} <= set(
        schema["paths"]
    )


def test_a_visitors_token_is_known_and_never_demanded(schema):
    assert schema["components"]["securitySchemes"]["visitor"] == {
        "type": "apiKey",
        "in": "header",
        "name": "X-Visitor-Token",
    }
    assert schema["paths"]["/v1/query"]["post"]["security"] == [{"visitor": []}, {}]


def test_the_documentation_page_loads_from_this_server_alone(client):
    page = client.get("/docs").text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses
    for address in addresses:
        assert address.startswith("/static/drf_spectacular_sidecar/")
        assert client.get(address).status_code == 200
    assert "/openapi.json" in page
