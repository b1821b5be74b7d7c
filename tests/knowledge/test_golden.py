"""A site's golden questions, and the builds that they hold back."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from knowledge.errors import EmbeddingUnavailable, SourceUnreadable
from knowledge.golden import GoldenQuestion, read_golden
from knowledge.models import IndexBuild
from tests.knowledge.books import PAGES, write_book
from tests.scripted import HashEmbedder

pytestmark = pytest.mark.django_db(transaction=True)

GRIPPER = {"question": "What holds what it has reached?", "expected": "arms#grippers"}
BIPED = {"question": "Does a biped keep its balance?", "expected": ["walking#balance", "walking.md"]}
WEATHER = {"question": "Tomorrow's weather?", "expected": "not in the book"}
NEWS = PAGES["arms.md"].replace("A gripper holds what it has reached.", "Tools are elsewhere.")


@pytest.fixture(autouse=True)
def own_index(index_dir: Path, hash_embedder: type[HashEmbedder], settings: Any) -> None:
    settings.LANGUAGE_MODELS = {"local": "tests.scripted.ScriptedQuoter"}
    settings.TOP_K = 1


def golden(folder: Path, *questions: Any) -> Path:
    file = folder / "golden.jsonl"
    file.write_text("\n".join(map(json.dumps, questions)))
    return file


def reindex(*arguments: str) -> str:
    out = io.StringIO()
    call_command("reindex", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def read(paths: Sequence[Path]) -> list[tuple[str, tuple[str, ...]]]:
    return [(question.text, question.expected) for question in read_golden(paths)]


def test_they_stand_in_the_folder_or_beside_it(tmp_path: Path) -> None:
    book = write_book(tmp_path / "book")
    assert read([book]) == []
    golden(tmp_path, WEATHER)
    assert read([book]) == [("Tomorrow's weather?", ())]
    golden(book, GRIPPER, BIPED)
    assert read([book]) == [
        ("What holds what it has reached?", ("arms#grippers",)),
        ("Does a biped keep its balance?", ("walking#balance", "walking.md")),
    ]


def test_those_beside_two_sources_are_asked_once(tmp_path: Path) -> None:
    golden(tmp_path, WEATHER)
    sources = [write_book(tmp_path / "one"), write_book(tmp_path / "two")]
    assert read_golden(sources) == (GoldenQuestion("Tomorrow's weather?", ()),)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2 is not JSON"),
        ('"x"', "line 2 is not an object"),
        ('{"question": " "}', "line 2: expected"),
        ('{"question": "Why?"}', '"expected" must be a page'),
        ('{"question": "Why?", "expected": []}', '"expected" must be a page'),
        ('{"question": "Why?", "expected": [1]}', '"expected" must be a page'),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    file = golden(tmp_path, WEATHER)
    file.write_text(f"{file.read_text()}\n{line}")
    with pytest.raises(SourceUnreadable, match=said):
        read_golden([write_book(tmp_path / "book")])


def test_the_first_index_is_asked_and_taken_as_it_is(book: Path) -> None:
    golden(book, GRIPPER, BIPED, WEATHER, {"question": "Who flies?", "expected": "arms#wings"})

    assert "Golden questions: 3 of 4 as expected." in reindex()

    build = IndexBuild.objects.get()
    assert build.status == IndexBuild.Status.ACTIVE
    assert (build.golden_questions, build.golden_passed, build.golden_passed_before) == (4, 3, None)


def test_without_golden_questions_nothing_is_said_of_them(book: Path) -> None:
    assert "Golden" not in reindex()
    assert IndexBuild.objects.get().golden_questions is None


def test_an_index_that_loses_a_question_does_not_go_live(book: Path) -> None:
    golden(book, GRIPPER, BIPED, WEATHER)
    reindex()
    active = IndexBuild.objects.get().build_id
    write_book(book, {"arms.md": NEWS})

    with pytest.raises(CommandError) as refusal:
        reindex()

    said = str(refusal.value)
    assert "2 of 3 as expected, 3 with the index before" in said
    assert "Lost: “What holds what it has reached?”" in said
    assert "manage.py reindex --accept" in said
    refused = IndexBuild.objects.get(status=IndexBuild.Status.FAILED)
    assert refused.error == said
    assert (refused.golden_questions, refused.golden_passed, refused.golden_passed_before) == (3, 2, 3)
    assert IndexBuild.objects.get(status=IndexBuild.Status.ACTIVE).build_id == active


def test_the_operator_may_accept_it(book: Path) -> None:
    golden(book, GRIPPER, BIPED, WEATHER)
    reindex()
    write_book(book, {"arms.md": NEWS})

    assert "Golden questions: 2 of 3 as expected, 3 with the index before." in reindex("--accept")
    assert IndexBuild.objects.filter(status=IndexBuild.Status.ACTIVE, golden_passed=2).exists()


def test_a_loss_within_the_margin_is_let_through(book: Path, settings: Any) -> None:
    settings.GOLDEN_MARGIN = 0.34
    golden(book, GRIPPER, BIPED, WEATHER)
    reindex()
    write_book(book, {"arms.md": NEWS})

    assert "2 of 3 as expected, 3 with the index before" in reindex()


def test_what_the_book_begins_to_answer_is_no_longer_outside_of_it(book: Path) -> None:
    golden(book, GRIPPER, BIPED, WEATHER)
    reindex()
    write_book(book, {"weather.md": "# Weather\n\nTomorrow's weather is fair.\n"})

    with pytest.raises(CommandError, match="Lost: “Tomorrow's weather"):
        reindex()


def test_an_outage_refuses_no_index_for_its_answers(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    golden(book, GRIPPER, BIPED)
    reindex()
    write_book(book, {"new.md": "# New\n\nNews.\n"})

    async def fail(self: HashEmbedder, text: str) -> None:
        raise EmbeddingUnavailable("The quota is used up.")

    monkeypatch.setattr(HashEmbedder, "embed_query", fail)
    with pytest.raises(CommandError, match=r"golden questions could not be embedded\. Run reindex again"):
        reindex()


def test_those_beside_the_folder_that_one_stands_in_are_found(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    golden(book.parent, GRIPPER)
    monkeypatch.chdir(book)
    assert len(read_golden([Path()])) == 1


def test_a_document_without_a_name_is_no_trouble(tmp_path: Path, settings: Any) -> None:
    settings.CONTENT_PATH = tmp_path / "corpus.jsonl"
    settings.CONTENT_PATH.write_text('{"id": "/", "text": "A gripper holds what it has reached."}\n')
    golden(tmp_path, {**GRIPPER, "expected": "/"})
    assert "Golden questions: 1 of 1" in reindex()


def test_an_address_on_the_site_names_a_page_too(book: Path, settings: Any) -> None:
    settings.CONTENT_BASE_URL = "https://book.example/docs"
    golden(book, {**GRIPPER, "expected": "docs/arms/#grippers"}, {**BIPED, "expected": "/walking"})

    assert "Golden questions: 2 of 2" in reindex()


def test_a_rollback_returns_to_the_index_before(book: Path) -> None:
    reindex()
    first = IndexBuild.objects.get()
    write_book(book, {"new.md": "# New\n\nNews.\n"})
    reindex()

    printed = reindex("--rollback")

    assert "answers again: 3 documents, 6 chunks" in printed
    first.refresh_from_db()
    assert first.status == IndexBuild.Status.ACTIVE
    assert first.documents.count() == 3


def test_a_start_does_not_undo_a_rollback(book: Path) -> None:
    reindex()
    write_book(book, {"new.md": "# New\n\nNews.\n"})
    reindex()
    reindex("--rollback")

    printed = reindex("--if-changed", "--trigger", "startup")

    assert "the index was rolled back from this very content" in printed
    assert IndexBuild.objects.get(status=IndexBuild.Status.ACTIVE).chunks == 6

    assert "1 added" in reindex()
    assert IndexBuild.objects.get(status=IndexBuild.Status.ACTIVE).chunks == 7


def test_a_start_after_a_rollback_builds_what_was_changed_since(book: Path) -> None:
    reindex()
    write_book(book, {"new.md": "# New\n\nNews.\n"})
    reindex()
    reindex("--rollback")
    write_book(book, {"new.md": "# New\n\nBetter news.\n"})

    assert "1 added" in reindex("--if-changed")


def test_without_a_predecessor_a_rollback_is_one_sentence(book: Path) -> None:
    reindex()
    with pytest.raises(CommandError, match="no earlier index to return to"):
        reindex("--rollback")


def test_the_sample_book_ships_golden_questions(settings: Any) -> None:
    questions = read_golden([settings.SAMPLE_BOOK])

    assert len([question for question in questions if question.expected]) >= 30
    assert [question for question in questions if not question.expected]
