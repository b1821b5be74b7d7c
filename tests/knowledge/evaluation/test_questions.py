"""Question sets in the forms of BEIR, and what is said of wrong ones."""

import json
from pathlib import Path

import pytest

from knowledge.errors import KnowledgeError, SourceUnreadable
from knowledge.evaluation.questions import QuestionSetInvalid, read_qrels, read_questions
from knowledge.types import PastTurn


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines))
    return path


def test_a_question_has_an_id_and_a_text(tmp_path: Path) -> None:
    lines = ('{"id": "1", "text": "Why?", "more": 1}', "", '{"_id": 2, "text": "Who?"}')
    file = written(tmp_path / "q.jsonl", *lines)

    assert [(one.id, one.text, one.answerable) for one in read_questions(file)] == [
        ("1", "Why?", None),
        ("2", "Who?", None),
    ]


def test_a_history_becomes_turns(tmp_path: Path) -> None:
    said = (("user", "A?"), ("assistant", "B."), ("user", "C?"))
    history = [{"role": role, "text": text} for role, text in said]
    file = written(tmp_path / "q.jsonl", json.dumps({"id": "1", "text": "And?", "history": history}))

    [question] = read_questions(file)
    assert question.history == (PastTurn("A?", "B."), PastTurn("C?", ""))


@pytest.mark.parametrize(
    ("label", "answerable"),
    [
        ('"answerable": true', True),
        ('"answerable": false', False),
        ('"answerability": "ANSWERABLE"', True),
        ('"answerability": "PARTIAL"', True),
        ('"answerability": "UNANSWERABLE"', False),
        ('"answerability": "CONVERSATIONAL"', None),
    ],
)
def test_both_ways_of_labelling_are_read(tmp_path: Path, label: str, answerable: bool | None) -> None:
    [question] = read_questions(written(tmp_path / "q.jsonl", f'{{"id": "1", "text": "Why?", {label}}}'))
    assert question.answerable is answerable


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2 is not JSON"),
        ("[]", "line 2 is not an object of JSON"),
        ('{"id": "2"}', 'line 2 has no "id", or no "text"'),
        ('{"id": "1", "text": "Again?"}', "'1' stands there a second time"),
        ('{"id": "2", "text": "x", "history": [{"role": "robot", "text": ""}]}', '"history" must be a list'),
        ('{"id": "2", "text": "x", "answerability": "MAYBE"}', '"answerability" must be one of'),
        ('{"id": "2", "text": "x", "answerable": "yes"}', '"answerable" must be true or false'),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(KnowledgeError, match=said):
        read_questions(written(tmp_path / "q.jsonl", '{"id": "1", "text": "Why?"}', line))


def test_judgements_are_read_with_and_without_a_heading(tmp_path: Path) -> None:
    file = written(tmp_path / "qrels.tsv", "query-id\tcorpus-id\tscore", "1\ta\t2", "1\tb\t0", "2\ta\t1", "")
    assert read_qrels(file) == {"1": {"a": 2, "b": 0}, "2": {"a": 1}}


@pytest.mark.parametrize("line", ["1\ta", "1 a 1", "1\ta\tgood"])
def test_a_wrong_judgement_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(QuestionSetInvalid, match="line 1: expected query-id, corpus-id and a score"):
        read_qrels(written(tmp_path / "qrels.tsv", line))


def test_a_missing_or_empty_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="cannot be read"):
        read_questions(tmp_path / "missing.jsonl")
    with pytest.raises(QuestionSetInvalid, match="holds no question"):
        read_questions(written(tmp_path / "q.jsonl", ""))
    with pytest.raises(QuestionSetInvalid, match="holds no judgement"):
        read_qrels(written(tmp_path / "qrels.tsv", "query-id\tcorpus-id\tscore"))
