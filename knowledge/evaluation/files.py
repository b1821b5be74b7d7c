"""Evaluations as JSON, to be kept and compared."""

from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from knowledge.evaluation.evaluation import Evaluation
from knowledge.evaluation.questions import QuestionSetInvalid

_EVALUATION: Final = TypeAdapter(Evaluation)


def to_json(evaluation: Evaluation) -> str:
    return _EVALUATION.dump_json(evaluation, indent=1).decode()


def read_evaluation(path: Path) -> Evaluation:
    """What `evaluate --json` printed. Raises QuestionSetInvalid."""
    try:
        return _EVALUATION.validate_json(path.read_bytes())
    except OSError as exc:
        raise QuestionSetInvalid(f"{path} cannot be read: {exc.strerror}.") from exc
    except ValidationError as exc:
        raise QuestionSetInvalid(f"{path} is not what `manage.py evaluate --json` prints.") from exc
