"""What readers think of an answer: at most one rating each, changed or withdrawn at will."""

from django.db import IntegrityError, transaction

from chat.errors import MessageNotFound
from chat.models import Feedback, Message


def record_feedback(answer: Message, *, rating: str, reason: str = "", comment: str = "") -> Feedback:
    """Set the answer's feedback; what the owner noted of it stays.

    Raises MessageNotFound where the answer has been deleted meanwhile.
    """
    given = {"rating": rating, "reason": reason, "comment": comment}
    try:
        with transaction.atomic():
            return Feedback.objects.update_or_create(message=answer, defaults=given)[0]
    except IntegrityError as exc:
        raise MessageNotFound from exc


def withdraw_feedback(answer: Message) -> None:
    Feedback.objects.filter(message=answer).delete()
