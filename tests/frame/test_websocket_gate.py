import pytest
from channels.testing import WebsocketCommunicator

from chatbot_project.origins import as_patterns
from chatbot_project.request_ids import current_request_id
from chatbot_project.websocket import WebSocketGate


async def greet_with_request_id(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": current_request_id.get()})


@pytest.fixture(autouse=True)
def allowed(settings):
    settings.ALLOWED_HOSTS = ["book.example"]
    settings.CORS_ALLOWED_ORIGIN_REGEXES = as_patterns(["https://*.site.example"])


def caller(**headers: str) -> WebsocketCommunicator:
    named = {"host": "book.example", **headers}
    encoded = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in named.items()]
    return WebsocketCommunicator(WebSocketGate(greet_with_request_id), "/ws/chat", headers=encoded)


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "https://www.site.example"}, {"origin": "http://book.example"}]
)
async def test_an_allowed_caller_reaches_the_chat(headers):
    socket = caller(**headers)
    connected, _ = await socket.connect()
    assert connected
    await socket.disconnect()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "https://\xff.site.example"])
async def test_a_page_of_another_site_is_refused_before_the_handshake(origin):
    socket = caller(origin=origin)
    connected, _ = await socket.connect()
    assert not connected


async def test_a_connection_has_a_request_id(settings):
    socket = caller(x_request_id="of-the-socket")
    await socket.connect()
    assert await socket.receive_from() == "of-the-socket"
    await socket.disconnect()


async def test_an_address_without_a_chat_is_refused():
    from chatbot_project.asgi import application

    socket = WebsocketCommunicator(application, "/ws/nothing", headers=[(b"host", b"book.example")])
    connected, _ = await socket.connect()
    assert not connected
