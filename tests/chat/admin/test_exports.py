"""Exports: everything that was said, in files that are safe to open."""

import csv
import io
import json
from collections.abc import Sequence

import pytest
from django.contrib.auth.models import Permission, User
from django.test import AsyncClient
from django.utils import timezone

from chat.admin.exports import CSV_COLUMNS, csv_rows, json_of, load, safe_cell
from chat.database import in_thread
from chat.models import Conversation
from tests.chat.admin.conftest import conversation_about, rate

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/chat/conversation/"


async def export(client: AsyncClient, action: str, *conversations: Conversation) -> tuple[str, str]:
    """The file's name and its text."""
    chosen = [str(conversation.pk) for conversation in conversations]
    response = await client.post(LIST, {"action": action, "_selected_action": chosen})
    assert response.status_code == 200
    body = b"".join([part async for part in response.streaming_content])
    return response["Content-Disposition"], body.decode()


async def signed_in_as(name: str, *, may: Sequence[str] = (), **attributes: bool) -> AsyncClient:
    def sign_in() -> AsyncClient:
        user = User.objects.create_user(name, password="correct horse", **attributes)
        user.user_permissions.set(Permission.objects.filter(codename__in=may))
        client = AsyncClient()
        client.force_login(user)
        return client

    return await in_thread(sign_in)()


@pytest.fixture
async def owner() -> AsyncClient:
    return await signed_in_as("olga", is_staff=True, is_superuser=True)


def rated_conversation() -> Conversation:
    conversation = conversation_about("What is ZMP?", "And how is it measured?")
    rate(conversation, "down", comment="Wrong unit", turn=1)
    return conversation


async def test_json_holds_messages_with_citations_and_feedback(owner: AsyncClient) -> None:
    conversation = await in_thread(rated_conversation)()
    name, text = await export(owner, "export_as_json", conversation)
    assert name == f'attachment; filename="conversations-{timezone.localdate():%Y-%m-%d}.json"'
    (exported,) = json.loads(text)
    assert exported["id"] == str(conversation.pk)
    assert [message["content"] for message in exported["messages"]][::2] == [
        "What is ZMP?",
        "And how is it measured?",
    ]
    answer = exported["messages"][3]
    assert answer["citations"][0]["url"] == "https://book.example/balance#zmp"
    assert answer["citations"][0]["path"] == ["Locomotion", "Balance", "Zero-moment point"]
    assert answer["feedback"]["comment"] == "Wrong unit"
    assert exported["messages"][1]["feedback"] is None


async def test_an_answer_is_exported_as_plain_text(owner: AsyncClient) -> None:
    conversation = await in_thread(conversation_about)("What is &lt;b>?")
    await in_thread(conversation.messages.filter(role="assistant").update)(content="It is \\*&lt;b>* [1].")
    _, text = await export(owner, "export_as_json", conversation)
    assert [message["content"] for message in json.loads(text)[0]["messages"]] == [
        "What is &lt;b>?",
        "It is *<b>* [1].",
    ]


async def test_csv_has_a_row_for_each_message_with_its_citations(owner: AsyncClient) -> None:
    conversation = await in_thread(rated_conversation)()
    name, text = await export(owner, "export_as_csv", conversation)
    assert name == f'attachment; filename="conversations-{timezone.localdate():%Y-%m-%d}.csv"'
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["role"] for row in rows] == ["user", "assistant", "user", "assistant"]
    assert {row["conversation_id"] for row in rows} == {str(conversation.pk)}
    assert rows[1]["citations"] == "[1] Balance https://book.example/balance#zmp"
    assert rows[0]["citations"] == ""
    assert rows[3]["feedback_rating"] == "down"
    assert rows[3]["total_ms"] == "43"


async def test_only_the_chosen_conversations_are_exported(owner: AsyncClient) -> None:
    chosen = await in_thread(conversation_about)("chosen")
    await in_thread(conversation_about)("left")
    _, text = await export(owner, "export_as_json", chosen)
    assert [conversation["title"] for conversation in json.loads(text)] == ["chosen"]


async def test_several_batches_make_one_valid_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.admin.exports.BATCH", 2)
    conversations = [await in_thread(conversation_about)(f"question {number}") for number in range(5)]
    text = "".join([part async for part in json_of([conversation.pk for conversation in conversations])])
    assert {conversation["title"] for conversation in json.loads(text)} == {
        f"question {number}" for number in range(5)
    }
    assert json.loads("".join([part async for part in json_of([])])) == []


async def test_an_export_keeps_the_order_of_the_list() -> None:
    keys = [(await in_thread(conversation_about)(f"question {number}")).pk for number in range(5)]
    for order in (keys, keys[::-1]):
        exported = json.loads("".join([part async for part in json_of(order)]))
        assert [conversation["id"] for conversation in exported] == [str(key) for key in order]


async def test_a_batch_takes_three_queries(django_assert_num_queries) -> None:
    def rows_of(size: int) -> int:
        keys = [conversation_about("first", "second").pk for _ in range(size)]
        with django_assert_num_queries(3):
            return sum(len(csv_rows(conversation)) for conversation in load(keys))

    assert await in_thread(rows_of)(2) == 8
    assert await in_thread(rows_of)(30) == 120


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_text(start: str) -> None:
    formula = f'{start}HYPERLINK("http://evil.example")'
    assert safe_cell(formula) == f"'{formula}"
    conversation = conversation_about(formula, answer=formula)
    assert not [cell for row in csv_rows(conversation) for cell in row if str(cell).startswith(start)]


@pytest.mark.parametrize("hidden", [" ", "\xa0", '"', "\ufeff", "\u200b", "\u2060", "\u200e", "\xad", "\x00"])
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\uff1d"])
def test_a_formula_after_characters_that_are_not_shown_is_made_text(hidden: str, start: str) -> None:
    assert safe_cell(f"{hidden} {start}1+1") == f"{hidden} '{start}1+1"
    assert safe_cell(f"x;{hidden}{start}1+1") == f"x;{hidden}'{start}1+1"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
async def test_no_part_of_a_cell_is_a_formula_whatever_a_spreadsheet_separates_by(
    owner: AsyncClient, separator: str
) -> None:
    parts = ["hello", "=1+1", '"=1+1', '""=1+1', "\ufeff=1+1", "x\n=1+1", 'x\n"=1+1', "\t;=1+1", "-1", "@x"]
    conversation = await in_thread(conversation_about)(separator.join(parts))
    _, text = await export(owner, "export_as_csv", conversation)
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
    cells = [cell for row in csv.reader(lines, delimiter=separator) for cell in row]
    assert not [cell for cell in cells if cell.lstrip(" \t\n\ufeff").startswith(("=", "+", "-", "@"))]


async def test_a_row_is_one_row_with_every_cell_quoted(owner: AsyncClient) -> None:
    conversation = await in_thread(conversation_about)("hello;1+1\tx|y")
    _, text = await export(owner, "export_as_csv", conversation)
    header, question, *_ = text.removeprefix("\ufeff").split("\r\n")
    assert '"hello;1+1\tx|y"' in question
    for line in (header, question):
        assert line.startswith('"')
        assert line.endswith('"')
        assert line.count('","') == len(CSV_COLUMNS) - 1


def test_a_long_text_of_separators_and_blanks_is_marked_in_linear_time() -> None:
    for text in ("\t" * 200_000, ";" * 200_000, " " * 200_000, "; " * 100_000):
        assert safe_cell(f"x{text}y") == f"x{text}y"


def test_other_cells_stay_as_they_are() -> None:
    assert safe_cell("What is 2-1?") == "What is 2-1?"
    assert safe_cell(" \u200bWhat is it?") == " \u200bWhat is it?"
    assert safe_cell("") == ""
    assert safe_cell(-3) == -3
    assert safe_cell(None) is None


async def test_staff_who_may_view_may_export() -> None:
    conversation = await in_thread(conversation_about)("What is ZMP?")
    client = await signed_in_as("vera", may=["view_conversation"], is_staff=True)
    _, text = await export(client, "export_as_json", conversation)
    assert "What is ZMP?" in text


async def test_an_outsider_exports_nothing() -> None:
    conversation = await in_thread(conversation_about)("What is ZMP?")
    client = await signed_in_as("oscar")
    chosen = {"action": "export_as_json", "_selected_action": [str(conversation.pk)]}
    response = await client.post(LIST, chosen)
    assert response.status_code == 302
    assert response.url.startswith("/admin/login/")
