"""What readers think of an answer: at most one rating each, changed or withdrawn at will."""

from chat.models import Feedback, Message


def record_feedback(answer: Message, *, rating: str, reason: str = "", comment: str = "") -> Feedback:
    """Set the answer's feedback; what the owner noted of it stays."""
    feedback, _ = Feedback.objects.update_or_create(
        message=answer, defaults={"rating": rating, "reason": reason, "comment": comment}
    )
    return feedback


def withdraw_feedback(answer: Message) -> None:
    Feedback.objects.filter(message=answer).delete()
