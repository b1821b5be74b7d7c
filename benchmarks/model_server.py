"""A stand-in for Gemini with knobs, in a process of its own.

    python benchmarks/model_server.py --port 9000 --first-token 0.05 --chunks-per-second 10 --chunks 300

Each chunk tells its number, so that whoever reads an answer sees what is missing or out of order.
"""

import argparse
import asyncio
import json
import random

from aiohttp import web


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--first-token", type=float, default=0.0, help="seconds until the first chunk")
    parser.add_argument("--chunks-per-second", type=float, default=0.0, help="0: all at once")
    parser.add_argument("--chunks", type=int, default=20, help="of an answer")
    parser.add_argument("--error-rate", type=float, default=0.0, help="share of calls that get HTTP 503")
    parser.add_argument("--drop-rate", type=float, default=0.0, help="share of answers cut off in the middle")
    return parser.parse_args()


def chunk_text(number: int) -> str:
    return f"word {number:05} "


class Knobs:
    def __init__(self, given: argparse.Namespace) -> None:
        self._given = given

    async def stream(self, request: web.Request) -> web.StreamResponse:
        given = self._given
        await request.read()
        if random.random() < given.error_rate:
            error = {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}
            return web.json_response({"error": error}, status=503)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        cut_at = given.chunks // 2 if random.random() < given.drop_rate else None
        loop = asyncio.get_running_loop()
        due = loop.time() + given.first_token
        for number in range(given.chunks):
            await asyncio.sleep(max(0.0, due - loop.time()))
            if number == cut_at and request.transport:
                request.transport.abort()
                return response
            try:
                await response.write(_event(number, last=number == given.chunks - 1))
            except ConnectionResetError:  # nobody wants the rest
                return response
            if given.chunks_per_second:
                due += 1 / given.chunks_per_second
        return response


def _event(number: int, *, last: bool) -> bytes:
    candidate = {"index": 0, "content": {"parts": [{"text": chunk_text(number)}], "role": "model"}}
    if last:
        candidate["finishReason"] = "STOP"
    usage = {"promptTokenCount": 100, "candidatesTokenCount": number + 1, "totalTokenCount": 101 + number}
    return f"data: {json.dumps({'candidates': [candidate], 'usageMetadata': usage})}\r\n\r\n".encode()


def main() -> None:
    given = arguments()
    app = web.Application()
    app.router.add_post("/{version}/models/{call:.*}", Knobs(given).stream)
    web.run_app(app, host="127.0.0.1", port=given.port, print=None, access_log=None)


if __name__ == "__main__":
    main()
