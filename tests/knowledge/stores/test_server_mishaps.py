"""A Qdrant server that is half-dead during a build: what can be done again is, and the old index answers."""

from contextlib import nullcontext
from dataclasses import replace

import pytest

from knowledge import errors
from knowledge.stores import connection
from knowledge.stores.server import ServerStore
from tests.knowledge.stores.conftest import Impatient
from tests.knowledge.stores.contract import texts, words
from tests.knowledge.stores.corpus import EAST, NORTH, embedded, put
from tests.standins.qdrant.faults import Fault
from tests.standins.qdrant.server import QdrantServer

MANY = [embedded(f"legs {number}", NORTH, position=number) for number in range(150)]

WRITES = {
    "creating the collection": r"PUT /collections/book__\d{8}T[^/]*$",
    "indexing a field": "PUT .*/index",
    "writing points": r"PUT /collections/book__\d{8}T.*/points",
    "swapping the alias": "POST /collections/aliases",
    "taking the lock": "PUT /collections/book__lock/points",
    "creating the lock": "PUT /collections/book__lock$",
}
MISHAPS = {
    "refused twice": Fault(status=503, times=2),
    "done, but answered with an error": Fault(status=502, too_late=True, times=1),
    "done, but the connection broke": Fault(drops=True, too_late=True, times=1),
    "slow": Fault(delay=0.1, times=1),
}


@pytest.mark.parametrize("where", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("mishap", MISHAPS.values(), ids=MISHAPS)
async def test_a_build_survives_a_mishap(
    reader: ServerStore, qdrant: QdrantServer, where: str, mishap: Fault
) -> None:
    fault = replace(mishap, where=where)
    qdrant.faults.append(fault)

    new = await put(reader, MANY, number=2)

    assert fault.times == 0
    assert await reader.manifest() == new
    assert len(await reader.search(words("legs", limit=200))) == 150


PARTS = {
    "creating the collection": WRITES["creating the collection"],
    "writing points": WRITES["writing points"],
    "asking whether it is indexed": "GET /collections/book__",
    "swapping the alias": WRITES["swapping the alias"],
}
HALF_DEAD = {"errors": Fault(status=503), "drops": Fault(drops=True), "hangs": Fault(delay=30.0)}
FAILURES = (errors.VectorStoreFailing, errors.VectorStoreUnreachable, errors.VectorStoreTimeout)


@pytest.mark.parametrize("fault", HALF_DEAD.values(), ids=HALF_DEAD)
@pytest.mark.parametrize("where", PARTS.values(), ids=PARTS)
async def test_a_server_that_stays_half_dead_ends_the_build_and_nothing_else(
    reader: ServerStore,
    qdrant: QdrantServer,
    monkeypatch: pytest.MonkeyPatch,
    impatient: Impatient,
    where: str,
    fault: Fault,
) -> None:
    monkeypatch.setattr(connection, "PAUSES", (0.01,))
    old = await reader.manifest()
    qdrant.faults.append(replace(fault, where=where, after=1 if "points" in where else 0))

    with impatient() if fault.delay else nullcontext(), pytest.raises(FAILURES):
        await put(reader, MANY, number=2)

    assert await reader.manifest() == old
    assert texts(await reader.search(words("legs"))) == ["the old legs"]
    qdrant.faults.clear()
    new = await put(reader, [embedded("the new legs", EAST)], number=3)
    assert await reader.manifest() == new
    assert len(await qdrant.engine.names()) == 3  # this index, its predecessor and the lock


async def test_attempts_end_even_where_each_takes_long(
    reader: ServerStore, qdrant: QdrantServer, monkeypatch: pytest.MonkeyPatch, impatient: Impatient
) -> None:
    monkeypatch.setattr(connection, "GIVE_UP_AFTER", 0.6)
    hanging = Fault(where=WRITES["swapping the alias"], delay=30.0)
    qdrant.faults.append(hanging)
    qdrant.requests.clear()

    with impatient(), pytest.raises(errors.VectorStoreTimeout):
        await put(reader, MANY, number=2)

    assert qdrant.requests.count("POST /collections/aliases") == 2


async def test_what_cannot_be_deleted_now_is_left_to_the_next_build(
    reader: ServerStore, qdrant: QdrantServer
) -> None:
    qdrant.faults.append(Fault(where="DELETE", status=503))
    for number in (2, 3):
        await put(reader, MANY, number=number)
    assert len(await qdrant.engine.names()) == 4

    qdrant.faults.clear()
    newest = await put(reader, MANY, number=4)

    assert await reader.manifest() == newest
    assert len(await qdrant.engine.names()) == 3
