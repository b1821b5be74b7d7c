"""What the routes do: the SDK's in-process Qdrant does the work, with its true scores."""

from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import TypeAdapter
from qdrant_client import AsyncQdrantClient, models

from tests.standins.qdrant import strictness

_SELECTOR: TypeAdapter[Any] = TypeAdapter(models.PointsSelector)

Handler = Callable[["Engine", str, bytes], Awaitable[Any]]


class Engine:
    """Each handler takes a collection's name and a request's body. Raises ValueError and NotIndexed."""

    def __init__(self) -> None:
        self.strict = True
        self.status = models.CollectionStatus.GREEN  # of every collection
        self.indexed: dict[str, set[str]] = {}  # fields, by collection
        self.qdrant = AsyncQdrantClient(":memory:")

    async def names(self) -> set[str]:
        return {collection.name for collection in (await self.qdrant.get_collections()).collections}

    async def target(self, alias: str) -> str | None:
        """The collection that it stands for."""
        found = (await self.qdrant.get_aliases()).aliases
        return next((each.collection_name for each in found if each.alias_name == alias), None)

    async def _require_indexes(self, name: str, *filters: models.Filter | None) -> None:
        if self.strict:
            collection = await self.target(name) or name
            strictness.check(filters, indexed=self.indexed.get(collection, set()))

    async def list(self, name: str, body: bytes) -> Any:
        return await self.qdrant.get_collections()

    async def aliases(self, name: str, body: bytes) -> Any:
        return await self.qdrant.get_aliases()

    async def swap(self, name: str, body: bytes) -> Any:
        changes = models.ChangeAliasesOperation.model_validate_json(body)
        return await self.qdrant.update_collection_aliases(changes.actions)

    async def create(self, name: str, body: bytes) -> Any:
        wanted = models.CreateCollection.model_validate_json(body)
        created = await self.qdrant.create_collection(
            name, vectors_config=wanted.vectors, sparse_vectors_config=wanted.sparse_vectors
        )
        self.indexed[name] = set()
        return created

    async def describe(self, name: str, body: bytes) -> Any:
        info = await self.qdrant.get_collection(name)
        return info.model_copy(update={"status": self.status})

    async def delete_collection(self, name: str, body: bytes) -> Any:
        return await self.qdrant.delete_collection(name)

    async def index(self, name: str, body: bytes) -> Any:
        await self.qdrant.get_collection(name)
        self.indexed[name].add(models.CreateFieldIndex.model_validate_json(body).field_name)
        return models.UpdateResult(operation_id=0, status=models.UpdateStatus.COMPLETED)

    async def upsert(self, name: str, body: bytes) -> Any:
        wanted = models.PointsList.model_validate_json(body)
        await self._require_indexes(name, wanted.update_filter)
        return await self.qdrant.upsert(
            name, wanted.points, update_filter=wanted.update_filter, update_mode=wanted.update_mode
        )

    async def delete_points(self, name: str, body: bytes) -> Any:
        selector = _SELECTOR.validate_json(body)
        await self._require_indexes(name, getattr(selector, "filter", None))
        return await self.qdrant.delete(name, selector)

    async def retrieve(self, name: str, body: bytes) -> Any:
        wanted = models.PointRequest.model_validate_json(body)
        return await self.qdrant.retrieve(
            name, wanted.ids, with_payload=wanted.with_payload, with_vectors=wanted.with_vector or False
        )

    async def scroll(self, name: str, body: bytes) -> Any:
        wanted = models.ScrollRequest.model_validate_json(body)
        await self._require_indexes(name, wanted.filter)
        points, following = await self.qdrant.scroll(
            name,
            wanted.filter,
            limit=wanted.limit or 10,
            offset=wanted.offset,
            with_payload=wanted.with_payload,
            with_vectors=wanted.with_vector or False,
        )
        return models.ScrollResult(points=points, next_page_offset=following)

    async def count(self, name: str, body: bytes) -> Any:
        return await self.qdrant.count(name)

    async def query_batch(self, name: str, body: bytes) -> Any:
        searches = models.QueryRequestBatch.model_validate_json(body).searches
        await self._require_indexes(name, *strictness.filters_of(searches))
        return await self.qdrant.query_batch_points(name, searches)


# The ones with fixed names come first.
ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", "/collections", Engine.list),
    ("GET", "/aliases", Engine.aliases),
    ("POST", "/collections/aliases", Engine.swap),
    ("PUT", "/collections/{name}", Engine.create),
    ("GET", "/collections/{name}", Engine.describe),
    ("DELETE", "/collections/{name}", Engine.delete_collection),
    ("PUT", "/collections/{name}/index", Engine.index),
    ("PUT", "/collections/{name}/points", Engine.upsert),
    ("POST", "/collections/{name}/points", Engine.retrieve),
    ("POST", "/collections/{name}/points/delete", Engine.delete_points),
    ("POST", "/collections/{name}/points/scroll", Engine.scroll),
    ("POST", "/collections/{name}/points/count", Engine.count),
    ("POST", "/collections/{name}/points/query/batch", Engine.query_batch),
]
