"""What happens to a WebSocket before a consumer sees it."""

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, WebSocketScope

from chatbot_project.origins import origin_allowed
from chatbot_project.request_ids import current_request_id, request_id_from


class WebSocketGate:
    """Gives the connection its id, and refuses it (403) to pages of sites that are not allowed."""

    def __init__(self, application: ASGI3Application) -> None:
        self.application = application

    async def __call__(
        self, scope: WebSocketScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        current_request_id.set(request_id_from(headers.get(b"x-request-id")))
        allowed = origin_allowed(headers.get(b"origin"), headers.get(b"host", ""))
        await (self.application if allowed else refuse)(scope, receive, send)


async def refuse(scope: WebSocketScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Close before accepting, which the client sees as HTTP 403."""
    await receive()
    await send({"type": "websocket.close", "code": 1008, "reason": ""})
