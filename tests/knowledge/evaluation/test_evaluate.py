"""`manage.py evaluate`, as whoever tunes a book sees it."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.knowledge.books import write_book
from tests.scripted import HashEmbedder

pytestmark = pytest.mark.django_db(transaction=True)

QUERIES = (
    {"id": "hold", "text": "What holds what it has reached?", "answerable": True},
    {"id": "biped", "text": "Does a biped keep its balance?", "answerable": True},
    {"id": "paris", "text": "Paris Louvre tickets?", "answerable": False},
)
QRELS = ("hold\tarms#1\t1", "biped\twalking#0\t1")


@pytest.fixture(autouse=True)
def own_index(index_dir: Path, hash_embedder: type[HashEmbedder], settings: Any, tmp_path: Path) -> None:
    settings.EVALUATION_DIR = tmp_path / "evaluation"
    settings.LANGUAGE_MODELS = {"local": "tests.scripted.ScriptedQuoter"}


@pytest.fixture
def queries(tmp_path: Path) -> str:
    return written(tmp_path / "queries.jsonl", *map(json.dumps, QUERIES))


@pytest.fixture
def qrels(tmp_path: Path) -> str:
    return written(tmp_path / "qrels.tsv", "query-id\tcorpus-id\tscore", *QRELS)


def written(path: Path, *lines: str) -> str:
    path.write_text("\n".join(lines))
    return str(path)


def evaluate(*arguments: str) -> str:
    out = io.StringIO()
    call_command("evaluate", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def figures(*arguments: str) -> Any:
    return json.loads(evaluate(*arguments, "--json"))


def test_the_active_index_is_measured_by_section_and_by_page(book: Path, queries: str, qrels: str) -> None:
    call_command("reindex", stdout=io.StringIO())

    printed = evaluate("--queries", queries, "--qrels", qrels)

    assert "2 questions, 2 of them judged." in printed
    assert "By section\n  nDCG@5         1.000 [1.000, 1.000]" in printed
    assert "By document" in printed
    assert "Recall@10      1.000" in printed
    assert "ms at the median" in printed


def test_a_source_gets_an_index_of_its_own_that_is_kept(
    tmp_path: Path, index_dir: Path, queries: str, qrels: str
) -> None:
    source = write_book(tmp_path / "other")

    first = figures("--source", str(source), "--queries", queries, "--qrels", qrels)
    embedded = len(HashEmbedder.documents)
    again = figures("--source", str(source), "--queries", queries, "--qrels", qrels)

    assert first["levels"] == again["levels"]
    assert len(HashEmbedder.documents) == embedded == 6
    assert not index_dir.exists()


def test_a_corpus_is_measured_by_its_ids(tmp_path: Path, queries: str) -> None:
    lines = ('{"id": "d1", "text": "A gripper holds what it has reached."}', '{"id": "d2", "text": "Rain."}')
    corpus = written(tmp_path / "corpus.jsonl", *lines)
    qrels = written(tmp_path / "qrels.tsv", "hold\td1\t1")

    found = figures("--source", corpus, "--queries", queries, "--qrels", qrels, "--k", "1,3")

    assert list(found["levels"]) == ["document"]
    assert found["levels"]["document"]["by_question"]["Recall@1"] == {"hold": 1.0}
    assert set(found["levels"]["document"]["measures"]) >= {"nDCG@1", "nDCG@3", "MRR@3", "Hit rate@3"}


def test_the_worst_questions_are_listed_with_what_was_expected(
    book: Path, queries: str, tmp_path: Path
) -> None:
    call_command("reindex", stdout=io.StringIO())
    qrels = written(tmp_path / "wrong.tsv", "hold\tintro\t1", "biped\twalking\t1")

    printed = evaluate("--queries", queries, "--qrels", qrels, "--worst", "1", "--k", "1")

    listed = printed.partition("The worst questions\n")[2]
    assert "0.00  hold  What holds what it has reached?" in listed
    assert "expected intro.md" in listed
    assert "found    arms.md" in listed
    assert "biped" not in listed


def test_refusal_is_measured_on_labelled_questions(book: Path, queries: str) -> None:
    call_command("reindex", stdout=io.StringIO())

    printed = evaluate("--queries", queries, "--answerable")

    assert "Refusal: 2 answerable questions, 1 that are not" in printed
    assert "AUROC" in printed
    assert "false refusals, 90% caught" in printed


def test_refusal_is_measured_against_questions_of_another_set(
    book: Path, queries: str, qrels: str, tmp_path: Path
) -> None:
    call_command("reindex", stdout=io.StringIO())
    others = written(tmp_path / "others.jsonl", '{"id": "hold", "text": "Louvre tickets?"}')

    found = figures("--queries", queries, "--qrels", qrels, "--off-topic", others)

    assert (found["refusal"]["answerable"], found["refusal"]["unanswerable"]) == (2, 2)
    assert found["judged"] == 2


def test_a_history_is_asked_through_the_follow_up_path(book: Path, tmp_path: Path) -> None:
    call_command("reindex", stdout=io.StringIO())
    history = [
        {"role": "user", "text": "What holds what it has reached?"},
        {"role": "assistant", "text": "A gripper holds what it has reached."},
    ]
    queries = written(
        tmp_path / "turns.jsonl", json.dumps({"id": "1", "text": "And why?", "history": history})
    )
    qrels = written(tmp_path / "qrels.tsv", "1\tarms#grippers\t1")

    alone = figures("--queries", queries, "--qrels", qrels, "--k", "1")
    HashEmbedder.queries.clear()
    in_context = figures("--queries", queries, "--qrels", qrels, "--k", "1", "--history")

    assert alone["levels"]["section"]["measures"]["nDCG@1"]["mean"] == 0.0
    assert in_context["levels"]["section"]["measures"]["nDCG@1"]["mean"] == 1.0
    assert any("gripper" in text and "And why?" in text for text in HashEmbedder.queries)


def test_two_evaluations_are_compared_question_by_question(
    book: Path, queries: str, qrels: str, tmp_path: Path
) -> None:
    call_command("reindex", stdout=io.StringIO())
    first = evaluate("--queries", queries, "--qrels", qrels, "--json")
    wrong = written(tmp_path / "wrong.tsv", "hold\tarms#1\t1", "biped\tintro#0\t1")
    second = evaluate("--queries", queries, "--qrels", wrong, "--k", "1,10", "--json")
    files = (written(tmp_path / "a.json", first), written(tmp_path / "b.json", second))

    printed = evaluate("--compare", *files)

    assert "section nDCG@10" in printed
    assert "0 better, 1 worse of 2" in printed
    assert "nDCG@5" not in printed


def test_wrong_calls_are_told_what_is_missing(queries: str, qrels: str, tmp_path: Path) -> None:
    for arguments, said in (
        ((), "Name --queries"),
        (("--queries", queries), "Name --queries, and with it"),
        (("--queries", queries, "--qrels", qrels, "--k", "0"), "--k is one or more numbers from 1 to 100"),
        (("--queries", queries, "--qrels", qrels), "There is no index. Run: manage.py reindex"),
        (("--compare", queries, queries), "is not what `manage.py evaluate --json` prints"),
    ):
        with pytest.raises(CommandError, match=said):
            evaluate(*arguments)


def test_judgements_of_another_corpus_are_noticed(book: Path, queries: str, tmp_path: Path) -> None:
    call_command("reindex", stdout=io.StringIO())

    with pytest.raises(CommandError, match="holds nothing by the names that are judged, such as 'doc9'"):
        evaluate("--queries", queries, "--qrels", written(tmp_path / "q.tsv", "hold\tdoc9\t1"))
    with pytest.raises(CommandError, match="the ids of the two files differ"):
        evaluate("--queries", queries, "--qrels", written(tmp_path / "q.tsv", "other\tarms\t1"))
    some = written(tmp_path / "q.tsv", "hold\tarms\t1", "hold\tdoc9\t1")
    assert "not in the index: 1, such as doc9" in evaluate("--queries", queries, "--qrels", some)


def test_sources_that_have_changed_since_the_build_are_noticed(book: Path, queries: str, qrels: str) -> None:
    call_command("reindex", stdout=io.StringIO())
    write_book(book, {"arms.md": "# Arms\n\nAn arm reaches.\n\n## Hands\n\nA hand holds it.\n"})

    with pytest.raises(CommandError, match=r"not what it was built from\. Run: manage\.py reindex"):
        evaluate("--queries", queries, "--qrels", qrels)


def test_refusal_takes_labels_of_both_kinds(book: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="questions of both kinds"):
        evaluate("--queries", written(tmp_path / "q.jsonl", json.dumps(QUERIES[0])), "--answerable")


def test_without_the_packages_it_says_how_to_get_them(
    book: Path, queries: str, qrels: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_command("reindex", stdout=io.StringIO())
    monkeypatch.setitem(sys.modules, "ir_measures", None)

    with pytest.raises(CommandError, match=r"pip install --no-deps -r requirements-evaluation\.txt"):
        evaluate("--queries", queries, "--qrels", qrels)
