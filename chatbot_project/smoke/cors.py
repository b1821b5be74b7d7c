"""Whether the pages of a site may call the server: what its browser would ask and look at."""

import json

import httpx

from chatbot_project.smoke.answers import frames, open_socket
from chatbot_project.smoke.deployment import CheckFailed, Deployment

SENT_HEADERS = ("content-type", "x-visitor-token")


def preflight(server: Deployment) -> str:
    response = server.call(
        "OPTIONS",
        "/v1/query",
        headers={
            "Origin": server.origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": ",".join(SENT_HEADERS),
        },
    )
    _require_allowed(response, server)
    allowed = {name.strip() for name in _header(response, "Allow-Headers").lower().split(",")}
    if "POST" not in _header(response, "Allow-Methods") or not allowed.issuperset(SENT_HEADERS):
        raise CheckFailed("The origin may call, but not POST with the headers that pages send.")
    return f"POST from {server.origin}"


def get(server: Deployment) -> str:
    _require_allowed(server.call("GET", "/v1/index", headers={"Origin": server.origin}), server)
    return f"from {server.origin}"


def websocket(server: Deployment) -> str:
    with open_socket(server, origin=server.origin) as socket:
        socket.send(json.dumps({"type": "ping"}))
        next(frames(socket, server.timeout))
    return f"from {server.origin}"


def _require_allowed(response: httpx.Response, server: Deployment) -> None:
    if _header(response, "Allow-Origin") not in (server.origin, "*"):
        raise CheckFailed(
            f"Browsers keep pages of {server.origin} from calling it. Add that origin to ALLOWED_ORIGINS."
        )


def _header(response: httpx.Response, name: str) -> str:
    return str(response.headers.get(f"Access-Control-{name}", ""))
