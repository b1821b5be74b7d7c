"""A deployed server, called as the pages and programs of its users call it."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, Self

import httpx

from chat.authentication import TOKEN_HEADER

LONGEST_QUOTE = 200  # characters that are shown of what a stranger's server says


class CheckFailed(Exception):
    """What is wrong and what to do about it, in a sentence or two."""


class Unreachable(CheckFailed):
    """Nothing was answered at all."""


class Deployment:
    """`address` is a scheme and a host, `timeout` the seconds that each call and each answer may take.

    `origin` is a site whose pages are to be able to call the server; empty where none is named.
    """

    def __init__(self, address: str, *, question: str, timeout: float, origin: str = "") -> None:
        self.address = address
        self.origin = origin
        self.question = question
        self.timeout = timeout
        self.conversations: list[str] = []  # that the checks have begun
        self._http = httpx.Client(base_url=address, timeout=timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._http.close()

    @property
    def visitor_token(self) -> str | None:
        token: str | None = self._http.headers.get(TOKEN_HEADER)
        return token

    def remember(self, answer: dict[str, Any]) -> None:
        """Go on as the visitor of this answer, whose conversation is to be deleted in the end."""
        if token := answer.get("visitor_token"):
            self._http.headers[TOKEN_HEADER] = str(token)
        if conversation := answer.get("conversation_id"):
            self.conversations.append(str(conversation))

    def call(
        self, method: str, path: str, *, expected: Collection[int] = (200,), **sent: Any
    ) -> httpx.Response:
        """Raises CheckFailed unless the answer has one of the expected statuses."""
        with self._translated():
            response = self._http.request(method, path, **sent)
        if response.status_code not in expected:
            raise CheckFailed(self._refusal(response))
        return response

    @contextmanager
    def stream(self, path: str, body: dict[str, Any]) -> Iterator[Iterator[str]]:
        """The lines of the answer to a POST, as they come. Raises CheckFailed unless they are events."""
        with self._translated(), self._http.stream("POST", path, json=body) as response:
            if response.status_code != 200 or "text/event-stream" not in _content_type(response):
                response.read()
                raise CheckFailed(self._refusal(response))
            yield response.iter_lines()

    def json(self, response: httpx.Response) -> dict[str, Any]:
        """Raises CheckFailed unless it is a JSON object."""
        body = _json(response)
        if not isinstance(body, dict):
            raise CheckFailed(self._refusal(response))
        return body

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except httpx.TimeoutException as exc:
            raise Unreachable(f"No answer within {self.timeout:g} s.") from exc
        except httpx.HTTPError as exc:
            raise Unreachable(f"No answer from {self.address}: {quoted(exc)}.") from exc

    def _refusal(self, response: httpx.Response) -> str:
        if response.next_request:
            place = response.next_request.url
            return (
                f"It redirects to {quoted(f'{place.scheme}://{place.netloc.decode()}')}: check that instead."
            )
        body = _json(response)
        if isinstance(body, dict) and "detail" in body and "code" in body:
            return f"HTTP {response.status_code}, {quoted(body['code'])}: {quoted(body['detail'])}"
        return (
            f"HTTP {response.status_code} and {quoted(_content_type(response))}, which is no answer of this "
            "server's. It may be asleep, starting or private, or have another address: that of a Space is "
            "https://user-space.hf.space"
        )


def quoted(said: object) -> str:
    """What a stranger's server says, fit for a line on a terminal."""
    printable = "".join(character if character.isprintable() else " " for character in str(said))
    return printable.strip()[:LONGEST_QUOTE]


def _content_type(response: httpx.Response) -> str:
    return str(response.headers.get("Content-Type", "no content type")).partition(";")[0]


def _json(response: httpx.Response) -> Any:
    """None where it is no JSON."""
    try:
        return response.json()
    except ValueError:
        return None
