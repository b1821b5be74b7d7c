"""Visitors: readers without an account, known by a signed token that they carry."""

from uuid import UUID, uuid4

from django.core.signing import BadSignature, Signer

from chat.errors import InvalidVisitorToken

_SALT = "chat.visitor"


def new_visitor() -> UUID:
    return uuid4()


def token_of(visitor: UUID) -> str:
    return Signer(salt=_SALT).sign(visitor.hex)


def visitor_of(token: str) -> UUID:
    """Raises InvalidVisitorToken."""
    try:
        return UUID(hex=Signer(salt=_SALT).unsign(token.strip()))
    except (BadSignature, ValueError) as exc:
        raise InvalidVisitorToken from exc
