"""Qdrant Cloud's strict mode, as far as it concerns filters: their fields must be indexed."""

from collections.abc import Iterable, Iterator

from qdrant_client import models


class NotIndexed(Exception):
    """Its text is what Qdrant says."""


def check(filters: Iterable[models.Filter | None], *, indexed: set[str]) -> None:
    for field in fields(filters):
        if field not in indexed:
            raise NotIndexed(
                f'Bad request: Index required but not found for "{field}" of one of the following types: '
                "[keyword]. Help: Create an index for this key or use a different filter."
            )


def fields(filters: Iterable[models.Filter | None]) -> Iterator[str]:
    for each in filters:
        for condition in (each and each.must) or []:
            if isinstance(condition, models.FieldCondition):
                yield condition.key


def filters_of(searches: Iterable[models.QueryRequest]) -> list[models.Filter | None]:
    prefetches = [leg for search in searches for leg in search.prefetch or []]
    return [part.filter for part in [*searches, *prefetches]]
