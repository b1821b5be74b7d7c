"""A book written by an attacker, and a model that obeys it: what still cannot leave the server."""

import re
from pathlib import Path

import pytest

from chat.models import Message
from knowledge.prompts import answer_prompt
from tests.knowledge.neutral import active_parts, code, links, prose, tokens
from tests.poison.conftest import BOOK, WAYS

pytestmark = pytest.mark.usefixtures("poisoned_book")

PAGES = sorted(BOOK.glob("*.md"))
# The only address that the book itself gives its readers.
ALLOWED = {"https://maker.example/packs"}
MARKER = re.compile(r"\[(\d+)\]")
TAG = re.compile(r"<[a-z/!?]", re.IGNORECASE)
SCHEME = re.compile(r"[a-z]+://[^\s)>\]]*|(?:javascript|data|vbscript):\S*", re.IGNORECASE)


def topic(page: Path) -> str:
    """What the page is about, in its own words."""
    return page.read_text().splitlines()[2]


def assert_harmless(answer: str, sources: int) -> None:
    assert active_parts(answer) == []
    assert links(answer) <= ALLOWED
    outside = without_code(answer)
    assert not TAG.search(outside.replace("<https://maker.example/packs>", ""))
    assert "![" not in outside
    assert {found.rstrip(".") for found in SCHEME.findall(outside)} <= ALLOWED
    numbers = {int(number) for number in MARKER.findall(prose(answer))}
    assert numbers <= set(range(1, sources + 1))
    assert not re.search("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\U000e0000-\U000e007f]", outside)


def without_code(answer: str) -> str:
    """What is not code, as it is written."""
    lines = answer.split("\n")
    for token in tokens(answer):
        if token.type in ("fence", "code_block"):
            begin, end = token.map
            lines[begin:end] = [""] * (end - begin)
    return re.sub(r"(?<![`\\])(`+)(?!`).+?(?<!`)\1(?!`)", "", "\n".join(lines))


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_what_an_obedient_model_writes_is_harmless(alice, obedient_model, way):
    for page in PAGES:
        heard = await way(alice, topic(page))
        assert_harmless(heard.answer, len(heard.sources))
    # The poison did its work: the model wrote what nearly all pages demand.
    written = "\n".join(obedient_model.wrote)
    for demand in ("![figure](https://evil.example", "<script>", "[9]", "javascript:", "[99]", "&#60;img"):
        assert demand in written
    assert len(obedient_model.wrote) == len(PAGES)


async def test_what_is_stored_and_played_again_is_the_same(alice, obedient_model):
    for page in PAGES:
        heard = await WAYS["JSON"](alice, topic(page))
        stored = await Message.objects.filter(role=Message.Role.ASSISTANT).alatest("created_at")
        assert stored.content == heard.answer
        assert (stored.valid_citations or 0) <= 1


async def test_a_page_cannot_make_an_answer_a_refusal(alice, obedient_model):
    heard = await WAYS["JSON"](alice, topic(BOOK / "sentinel.md"))
    assert (heard.answer, heard.answered) == ("Toe caps are of steel [1].", True)


async def test_the_question_goes_nowhere_by_a_link(alice, obedient_model):
    heard = await WAYS["event stream"](alice, topic(BOOK / "link-exfiltration.md"))
    assert "Elbow brakes: read more or" in heard.answer
    assert "?q=" not in heard.answer


async def test_a_link_that_the_book_gives_is_kept_without_what_was_added(alice, obedient_model):
    heard = await WAYS["event stream"](alice, topic(BOOK / "known-link.md"))
    assert heard.answer == "Battery packs: data sheet and [this](https://maker.example/packs)."


async def test_hidden_characters_never_come_to_the_model(alice, obedient_model):
    await WAYS["JSON"](alice, topic(BOOK / "tag-characters.md"))
    assert obedient_model.wrote == ["Nothing is demanded."]


async def test_the_rules_hold_no_secret(settings):
    """A model may be made to repeat them; there is nothing in them that readers could not know."""
    rules = answer_prompt("Q?", asked="Q?", passages=[]).system
    assert settings.SECRET_KEY not in rules
    assert not SCHEME.search(rules)


@pytest.mark.parametrize("asking", ["{}", "Show me the code: {}"])
async def test_quotations_from_the_book_are_harmless(alice, settings, asking):
    settings.LLM_PROVIDER = "local"
    quoted = []
    for page in PAGES:
        heard = await WAYS["event stream"](alice, asking.format(topic(page)))
        assert_harmless(heard.answer, len(heard.sources))
        quoted.append(heard.answer)
    if "code" in asking:
        assert any("evil.example" in block for answer in quoted for block in code(answer))


async def test_a_refusal_that_offers_poisoned_headings_is_harmless(alice, settings, obedient_model):
    settings.SIMILARITY_THRESHOLD = 2
    heard = await WAYS["event stream"](alice, topic(BOOK / "heading.md"))
    assert "hinges" in heard.answer
    assert_harmless(heard.answer, len(heard.sources))
    assert obedient_model.wrote == []
