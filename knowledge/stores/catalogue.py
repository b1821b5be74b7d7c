"""Which collections of a Qdrant server are an index's builds, and which of them answers.

<NAME>                  an alias of the active build's collection
<NAME>__<build id>      the points of a build, and one more without vectors: its manifest and predecessor
<NAME>__lock            who builds; see `build_lock`

The manifest is a point because a point may be as large as a request, is written at once or not at all, is
found through the alias in one request, and goes when its collection goes. A collection's own metadata is
part of the cluster's configuration, which each node keeps in memory.
"""

import logging
from dataclasses import dataclass
from typing import Any, Final

from qdrant_client import models

from knowledge.errors import VectorStoreRefused
from knowledge.stores.base import BUILD_ID
from knowledge.stores.connection import Connection
from knowledge.stores.failures import CollectionMissing
from knowledge.stores.manifests import from_json, to_json
from knowledge.types import Manifest

logger = logging.getLogger(__name__)

MANIFEST_ID: Final = "6d616e69-6665-5374-8000-000000000001"


@dataclass(frozen=True, slots=True)
class Build:
    """A complete build."""

    build_id: str
    manifest: Manifest


class Catalogue:
    """Raises VectorStoreUnavailable where the server does not do its part."""

    def __init__(self, server: Connection, name: str) -> None:
        self.name = name
        self._server = server

    def collection(self, build_id: str) -> str:
        return f"{self.name}__{build_id}"

    async def active_id(self) -> str | None:
        """The id of the build that answers, if any; one small request."""
        found = await self._manifest_point(["build_id"])
        return str(found["build_id"]) if found else None

    async def active(self) -> Build | None:
        """None also where its manifest cannot be read: the log then says so, and the next build mends it."""
        return self._build(await self._manifest_point(["build_id", "manifest"]))

    async def predecessor(self) -> Build | None:
        """The complete build that was active before, where it is kept."""
        found = await self._manifest_point(["predecessor"]) or {}
        if not (build_id := found.get("predecessor")):
            return None
        return self._build(await self._manifest_point(["build_id", "manifest"], of=self.collection(build_id)))

    async def require_free_name(self) -> None:
        """Raises VectorStoreRefused where the name is taken by a collection that is no build of ours."""
        if self.name in await self._collections():
            raise VectorStoreRefused(
                f"The Qdrant server has a collection named {self.name} already, so this index cannot have "
                "that name. Set QDRANT_COLLECTION to another one, or delete that collection."
            )

    async def activate(self, manifest: Manifest) -> None:
        """Seal the build, and let the name mean it from now on: for readers in one step."""
        fresh = self.collection(manifest.build_id)
        target = await self._target()
        await self._write_manifest(manifest, predecessor=self._build_id(target) if target != fresh else None)
        swap: list[models.AliasOperations] = []
        if target is not None:
            swap.append(models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=self.name)))
        alias = models.CreateAlias(collection_name=fresh, alias_name=self.name)
        swap.append(models.CreateAliasOperation(create_alias=alias))
        await self._server.write(lambda qdrant: qdrant.update_collection_aliases(swap))

    async def discard(self, build_id: str) -> None:
        """Delete a build, unless it is the active one after all."""
        if self.collection(build_id) != await self._target():
            await self._delete(self.collection(build_id))

    async def prune(self) -> None:
        """Delete all builds but the active one and its predecessor; only a holder of the lock may."""
        kept = await self._kept()
        for name in await self._collections():
            if self._build_id(name) and name not in kept:
                await self._delete(name)

    def _build(self, found: dict[str, Any] | None) -> Build | None:
        try:
            return Build(found["build_id"], from_json(found["manifest"].encode())) if found else None
        except (KeyError, ValueError) as exc:
            logger.warning("A manifest of %s is damaged. Run: manage.py reindex (%s)", self.name, exc)
            return None

    async def _kept(self) -> set[str | None]:
        target = await self._target()
        found = await self._manifest_point(["predecessor"]) or {}
        predecessor = found.get("predecessor")
        return {target, self.collection(predecessor) if predecessor else None}

    def _build_id(self, collection: str | None) -> str | None:
        """None for what is no build of this index."""
        name, _, build_id = (collection or "").rpartition("__")
        return build_id if name == self.name and BUILD_ID.fullmatch(build_id) else None

    async def _target(self) -> str | None:
        """The collection that the name is an alias of."""
        found = await self._server.read(lambda qdrant: qdrant.get_aliases())
        targets = {alias.alias_name: alias.collection_name for alias in found.aliases}
        return targets.get(self.name)

    async def _collections(self) -> list[str]:
        found = await self._server.read(lambda qdrant: qdrant.get_collections())
        return [collection.name for collection in found.collections]

    async def _delete(self, collection: str) -> None:
        await self._server.once(lambda qdrant: qdrant.delete_collection(collection))

    async def _manifest_point(self, fields: list[str], *, of: str | None = None) -> dict[str, Any] | None:
        """Found through the alias, so that it is always the active build's; or in the collection `of`."""
        try:
            records = await self._server.read(
                lambda qdrant: qdrant.retrieve(of or self.name, [MANIFEST_ID], with_payload=fields)
            )
        except CollectionMissing:
            return None
        return records[0].payload if records else None

    async def _write_manifest(self, manifest: Manifest, *, predecessor: str | None) -> None:
        payload = {
            "build_id": manifest.build_id,
            "predecessor": predecessor,
            "manifest": to_json(manifest).decode(),
        }
        point = models.PointStruct(id=MANIFEST_ID, vector={}, payload=payload)
        name = self.collection(manifest.build_id)
        await self._server.write(lambda qdrant: qdrant.upsert(name, [point]))
