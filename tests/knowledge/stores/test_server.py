"""A Qdrant server: the contract, and what is its own: collections, aliases, the lock, kept indexes."""

import os

import pytest

from tests.knowledge.stores.contract import OpenStore, VectorStoreContract


PLACES = ["open_on_standin", *(["open_on_real_server"] if os.environ.get("TEST_QDRANT_URL") else [])]


class TestServerStore(VectorStoreContract):
    @pytest.fixture(params=PLACES)
    def open_store(self, request: pytest.FixtureRequest) -> OpenStore:
        open_store: OpenStore = request.getfixturevalue(request.param)
        return open_store
