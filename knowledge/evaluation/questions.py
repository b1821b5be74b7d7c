"""Question sets in the forms of BEIR: queries as JSON lines, relevance judgements as tab-separated lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

from knowledge.errors import KnowledgeError
from knowledge.sources.folder import read_text
from knowledge.sources.json_lines import read_json_lines
from knowledge.types import PastTurn, Role

Qrels = dict[str, dict[str, int]]  # relevance by the question's id and the document's

# What people call an answer in part is one; small talk and unclear questions are on neither side.
_ANSWERABILITY: Final[Mapping[str, bool | None]] = {
    "ANSWERABLE": True,
    "PARTIAL": True,
    "UNANSWERABLE": False,
    "UNDERSPECIFIED": None,
    "CONVERSATIONAL": None,
}


class QuestionSetInvalid(KnowledgeError):
    """A file of questions or judgements cannot be used; the message names the line."""

    code: ClassVar[str] = "question_set_invalid"


@dataclass(frozen=True, slots=True)
class EvaluationQuestion:
    id: str
    text: str
    history: tuple[PastTurn, ...] = ()
    answerable: bool | None = None  # None: not said


def read_questions(path: Path) -> list[EvaluationQuestion]:
    """`{"id", "text", "history"?, "answerable"?, "answerability"?}` on each line; `_id` serves for `id`.

    `history` is a list of `{"role": "user" | "assistant", "text"}`. Raises SourceUnreadable and
    QuestionSetInvalid.
    """
    questions: dict[str, EvaluationQuestion] = {}
    for where, fields in read_json_lines(path):
        question = _question(fields, where)
        if question.id in questions:
            raise QuestionSetInvalid(f"{where}: the id {question.id!r} stands there a second time.")
        questions[question.id] = question
    if not questions:
        raise QuestionSetInvalid(f'{path} holds no question: expected {{"id": …, "text": …}} on each line.')
    return list(questions.values())


def read_qrels(path: Path) -> Qrels:
    """query-id, corpus-id and score on each line, apart by tabs; a heading is passed over.

    Raises SourceUnreadable and QuestionSetInvalid.
    """
    qrels: Qrels = {}
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        fields = line.split("\t")
        if not line.strip() or fields[0] == "query-id":
            continue
        if len(fields) != 3 or not fields[2].strip().lstrip("-").isdigit():
            raise QuestionSetInvalid(
                f"{path}, line {number}: expected query-id, corpus-id and a score, apart by tabs."
            )
        question, document, score = (field.strip() for field in fields)
        qrels.setdefault(question, {})[document] = int(score)
    if not qrels:
        raise QuestionSetInvalid(f"{path} holds no judgement.")
    return qrels


def _question(fields: Mapping[str, Any], where: str) -> EvaluationQuestion:
    identifier, text = fields.get("id", fields.get("_id")), fields.get("text")
    if not isinstance(identifier, str | int) or not isinstance(text, str) or not text.strip():
        raise QuestionSetInvalid(f'{where} has no "id", or no "text".')
    return EvaluationQuestion(
        id=str(identifier),
        text=text,
        history=_history(fields.get("history") or (), where),
        answerable=_answerable(fields, where),
    )


def _history(messages: Sequence[Any], where: str) -> tuple[PastTurn, ...]:
    """Each question of the user's with what the assistant said to it."""
    turns: list[PastTurn] = []
    for message in messages:
        role, text = _message(message, where)
        if role is Role.USER:
            turns.append(PastTurn(question=text, answer=""))
        elif turns:
            turns[-1] = PastTurn(turns[-1].question, answer=f"{turns[-1].answer}\n\n{text}".strip())
    return tuple(turns)


def _message(message: Any, where: str) -> tuple[Role, str]:
    try:
        return Role(message["role"]), str(message["text"])
    except (KeyError, TypeError, ValueError) as exc:
        expected = '{"role": "user" or "assistant", "text": …}'
        raise QuestionSetInvalid(f'{where}: "history" must be a list of {expected}.') from exc


def _answerable(fields: Mapping[str, Any], where: str) -> bool | None:
    if "answerability" in fields:
        try:
            return _ANSWERABILITY[fields["answerability"]]
        except (KeyError, TypeError) as exc:
            known = ", ".join(_ANSWERABILITY)
            raise QuestionSetInvalid(f'{where}: "answerability" must be one of {known}.') from exc
    answerable = fields.get("answerable")
    if not isinstance(answerable, bool | None):
        raise QuestionSetInvalid(f'{where}: "answerable" must be true or false.')
    return answerable
