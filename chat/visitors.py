"""Visitors: readers without an account, known by a signed token that they carry."""

from uuid import UUID, uuid4

from django.core.signing import BadSignature, Signer
from django.utils.crypto import salted_hmac

from chat.errors import InvalidVisitorToken

_SALT = "chat.visitor"


def new_visitor() -> UUID:
    return uuid4()


def visitor_of_key(key: UUID) -> UUID:
    """The visitor of a caller who has no token yet but sends a key that nobody can guess.

    The same key gives the same visitor, so that a first reply that got lost can be asked for again.
    """
    digest = salted_hmac(f"{_SALT}.key", str(key), algorithm="sha256").digest()
    return UUID(bytes=digest[:16], version=4)


def token_of(visitor: UUID) -> str:
    return Signer(salt=_SALT).sign(visitor.hex)


def visitor_of(token: str) -> UUID:
    """Raises InvalidVisitorToken."""
    try:
        return UUID(hex=Signer(salt=_SALT).unsign(token.strip()))
    except (BadSignature, ValueError) as exc:
        raise InvalidVisitorToken from exc
