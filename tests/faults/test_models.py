"""A model that stalls, breaks off or is away: the reader learns it in time, by a code of its own."""

import asyncio

from tests.faults.conftest import Site
from tests.faults.model import PIECES, TEXT
from tests.faults.readers import SocketReader, SseReader, text_of
from tests.standins.gemini.generation import Ending

FIRST = PIECES[:3]
MIDDLE = "".join(FIRST)

STALLS = {
    "before the connection is answered": ({"before_headers": 30}, "", None),
    "before the first token": ({"before_first": 30}, "", None),
    "between two tokens": ({"pieces": FIRST, "ending": Ending.SILENT}, MIDDLE, "llm_silence_timeout"),
    "by never coming to an end": ({"pieces": ("more, ",) * 100, "between": 0.5}, None, "llm_answer_timeout"),
    "by breaking the connection": ({"pieces": FIRST, "ending": Ending.DROPPED}, MIDDLE, "llm_interrupted"),
    "by ending without a reason": ({"pieces": FIRST, "finish": None}, MIDDLE, "llm_interrupted"),
    "by saying nonsense": ({"pieces": FIRST, "ending": Ending.GARBLED}, MIDDLE, "llm_interrupted"),
}


async def test_a_model_that_fails_in_any_phase_ends_its_own_answer_alone(site: Site, token):
    """All of them at once and over both transports, with an answer that comes as it should among them."""
    sse, socket = (reader(site.one.port, token) for reader in (SseReader, SocketReader))
    cases = [
        (name, reader, site.model.question(**STALLS[name][0])) for name in STALLS for reader in (sse, socket)
    ]
    well = asyncio.create_task(sse.ask(site.model.question(between=0.1)))
    ends = await asyncio.gather(*(reader.ask(question) for _, reader, question in cases))
    assert text_of(await well) == TEXT
    for (name, _, question), events in zip(cases, ends, strict=True):
        _, text, code = STALLS[name]
        stored = site.answer_to(question)
        assert text_of(events) == stored.text, name
        if code is None:  # before its first token, the passages are quoted in its place
            assert (events[-1]["type"], stored.degraded) == ("done", True), name
        else:
            assert (events[-1]["type"], events[-1].get("code"), stored.error_code) == ("error", code, code)
            assert events[-1]["retryable"]
            assert stored.status == "interrupted"
        assert text is None or stored.degraded or stored.text == text, name
