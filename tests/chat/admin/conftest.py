"""Three people and a way to fill the tables."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from chat.models import Citation, Conversation, Feedback, Message

STARTED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)

MakeConversation = Callable[..., Conversation]


@pytest.fixture
def olga_the_owner(db: None) -> User:
    return User.objects.create_superuser("olga", "olga@book.example", "correct horse")


@pytest.fixture
def vera_who_may_view(db: None) -> User:
    vera = User.objects.create_user("vera", password="battery staple", is_staff=True)
    vera.user_permissions.set(
        Permission.objects.filter(
            codename__startswith="view_", content_type__app_label__in=["chat", "knowledge"]
        )
    )
    return vera


@pytest.fixture
def oscar_the_outsider(db: None) -> User:
    return User.objects.create_user("oscar", password="who goes there")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def owner(olga_the_owner: User) -> Client:
    return signed_in(olga_the_owner)


@pytest.fixture
def viewer(vera_who_may_view: User) -> Client:
    return signed_in(vera_who_may_view)


@pytest.fixture
def outsider(oscar_the_outsider: User) -> Client:
    return signed_in(oscar_the_outsider)


@pytest.fixture
def make_conversation(db: None) -> MakeConversation:
    return conversation_about


def conversation_about(
    *questions: str,
    answer: str = "The zero-moment point stays inside the support polygon [1].",
    answered: bool = True,
    degraded: bool = False,
    channel: str = "rest",
    visitor: UUID | None = None,
    updated_at: datetime = STARTED,
    page_url: str = "",
    selected_text: str = "",
    citation_url: str = "https://book.example/balance#zmp",
    trace: dict[str, object] | None = None,
) -> Conversation:
    """A conversation with a question and an answer to each of `questions`, one citation an answer."""
    conversation = Conversation.objects.create(
        visitor=visitor or uuid4(),
        title=questions[0][:200],
        channel=channel,
        page_url=page_url,
        updated_at=updated_at,
    )
    for turn, question in enumerate(questions):
        asked = Message.objects.create(
            conversation=conversation,
            position=2 * turn,
            role="user",
            content=question,
            selected_text=selected_text,
        )
        reply = Message.objects.create(
            conversation=conversation,
            position=2 * turn + 1,
            role="assistant",
            question=asked,
            content=answer,
            answered=answered,
            degraded=degraded,
            provider="local",
            model="extractive",
            prompt_tokens=1200,
            completion_tokens=64,
            retrieval_ms=12,
            first_token_ms=15,
            total_ms=43,
            finished_at=updated_at + timedelta(seconds=1),
            trace=trace,
        )
        Citation.objects.create(
            message=reply,
            number=1,
            title="Balance",
            path=["Locomotion", "Balance", "Zero-moment point"],
            url=citation_url,
            file="docs/locomotion.md",
            excerpt="The zero-moment point is where …",
            similarity=0.71,
        )
    return conversation


def rate(conversation: Conversation, rating: str, *, comment: str = "", turn: int = 0) -> Feedback:
    answer = conversation.messages.filter(role="assistant").order_by("position")[turn]
    return Feedback.objects.create(message=answer, rating=rating, reason="accuracy", comment=comment)
