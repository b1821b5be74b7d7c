"""The API's own description."""

from django.core.management import call_command


def test_every_route_can_be_described(tmp_path):
    schema = tmp_path / "schema.yml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(schema))
    text = schema.read_text()
    for path in (
        "/v1/query",
        "/v1/search",
        "/v1/index",
        "/api/chat",
        "/v1/conversations/{conversation_id}/messages",
    ):
        assert f"\n  {path}:\n" in text
