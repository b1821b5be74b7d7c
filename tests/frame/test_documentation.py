"""What README.md, docs/ and .env.example tell is what there is."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.test import Client
from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from rest_framework import exceptions as drf

from chat import consumers
from chat.frames import FRAMES
from chat.rendering import event_json
from chatbot_project import connections, server
from chatbot_project.env import BASE_DIR, Environment
from chatbot_project.errors import ApiError, error_body
from knowledge.errors import KnowledgeError

FIELDS = Environment.model_fields
README = BASE_DIR / "README.md"
PAGES = [README, *sorted((BASE_DIR / "docs").glob("*.md"))]
EVENTS = (BASE_DIR / "docs" / "events.md").read_text()

# What callers can meet beside the errors that are classes of our own.
OTHER_ERRORS = (
    drf.ValidationError({"query": ["Too long."]}),
    drf.ParseError(),
    drf.NotFound(),
    drf.MethodNotAllowed("PUT"),
    drf.UnsupportedMediaType("text/plain"),
    PermissionDenied(),
    OperationalError(),
)
ERRORS_OF_COMMANDS = {
    "source_unreadable",
    "build_running",
    "no_predecessor",
    "golden_questions_lost",
    "question_set_invalid",
    "evaluation_unavailable",
}


def other_names(name: str, field: FieldInfo) -> list[str]:
    choices = field.validation_alias.choices if isinstance(field.validation_alias, AliasChoices) else []
    return [str(choice) for choice in choices if choice != name]


def default(field: FieldInfo) -> str:
    if isinstance(field.default, Path):
        return str(field.default.relative_to(BASE_DIR))
    if isinstance(field.default, bool):
        return str(field.default).lower()
    if isinstance(field.default, tuple):
        return ",".join(field.default)
    return str(field.default) if field.default is not None else ""


def row(name: str, field: FieldInfo) -> str:
    names = ", ".join(f"`{known}`" for known in (name, *other_names(name, field)))
    value = f"`{default(field)}`" if default(field) else ""
    return f"| {names} | {value} | {field.description} |"


def entry(name: str, field: FieldInfo) -> str:
    also = "".join(f" Also {other}." for other in other_names(name, field))
    return f"# {field.description}{also}\n#{name}={default(field)}\n"


def test_the_readme_lists_every_variable_as_it_is():
    lines = README.read_text().splitlines()
    listed = [line for line in lines if line.startswith("| `") and line.split("`")[1].isupper()]
    assert listed == [row(name, field) for name, field in FIELDS.items()]


def test_the_example_file_lists_every_variable_as_it_is():
    head, _, entries = (BASE_DIR / ".env.example").read_text().partition("\n\n")
    assert all(line.startswith("#") for line in head.splitlines())
    assert entries == "\n".join(entry(name, field) for name, field in FIELDS.items())


def test_the_readme_s_head_configures_a_space():
    head = yaml.safe_load(README.read_text().split("---\n")[1])
    assert (head["sdk"], head["app_port"]) == ("docker", FIELDS["PORT"].default)
    assert len(head["short_description"]) <= 60


def anchors(page: Path) -> set[str]:
    """Of its headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_within_the_documentation_leads_somewhere(page):
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()) if "://" not in link]
    assert links
    for link in links:
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.is_file(), link
        assert not anchor or anchor in anchors(target), link


def test_every_event_of_an_answer_is_described():
    types = re.findall(r'"type": "(\w+)"', inspect.getsource(event_json))
    assert {"metadata", "token", "done"} <= set(types)
    for kind in types:
        assert re.search(rf"^\| `{kind}` \|", EVENTS, re.MULTILINE), kind


def test_every_frame_of_the_websocket_is_described():
    described = EVENTS.partition("## The WebSocket")[2].partition("\n\n`connection`")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \|(.*?)\|", described, re.MULTILINE))
    assert rows.keys() == FRAMES.keys()
    for kind, serializer in FRAMES.items():
        fields = serializer().get_fields().keys() - {"stream"}  # over the WebSocket all answers stream
        assert {field for field in fields if f"`{field}`" not in rows[kind]} == set()


def test_the_longest_body_is_told_as_it_is():
    assert f"| 413 | more than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024} KiB |" in EVENTS
    most = connections.LIMITS_TAKEN * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert f"A body of more than {most // 1024**2} MiB" in EVENTS
    assert f"beyond {connections.MOST_FRAMING // 1024} KiB" in EVENTS


def test_the_limits_of_the_websocket_are_told_as_they_are():
    assert f"| {consumers.FLOODED} | more than {consumers.FLOOD_FRAMES} frames" in EVENTS
    assert f"within {consumers.FLOOD_SECONDS:g} seconds" in EVENTS
    assert f"larger than {server.LONGEST_FRAME // 1024} KiB" in EVENTS
    assert (
        f"more than {connections.MOST_FRAMES} WebSocket frames within {connections.FRAMES_WITHIN:g} sec"
        in EVENTS
    )
    assert f"After {settings.SOCKET_PING_EVERY} seconds of silence" in EVENTS
    assert f"answer within {settings.SOCKET_PONG_WITHIN} seconds" in EVENTS


def error_classes(base: type[ApiError | KnowledgeError]) -> Iterator[type[ApiError | KnowledgeError]]:
    """It and those derived from it, without what tests have made."""
    if not base.__module__.startswith("tests."):
        yield base
    for derived in base.__subclasses__():
        yield from error_classes(derived)


def test_every_error_is_listed_with_its_status():
    errors = [error() for base in (ApiError, KnowledgeError) for error in error_classes(base)]
    bodies = [error_body(error) for error in (*errors, *OTHER_ERRORS)]
    there_are = {body.code: body.status_code for body in bodies if body.code not in ERRORS_OF_COMMANDS}
    listed = dict(re.findall(r"^\| `(\w+)` \| (\d{3}) \|", EVENTS, re.MULTILINE))
    assert {code: int(status) for code, status in listed.items()} == there_are
    assert all(f"`{code}`" in EVENTS for code in ERRORS_OF_COMMANDS)


def test_every_route_of_the_api_has_a_name_and_a_group():
    groups = {tag["name"] for tag in settings.SPECTACULAR_SETTINGS["TAGS"]}
    routes = Client().get("/openapi.json").json()["paths"]
    operations = [operation for methods in routes.values() for operation in methods.values()]
    assert all(operation.get("summary") for operation in operations)
    assert {tag for operation in operations for tag in operation["tags"]} == groups
