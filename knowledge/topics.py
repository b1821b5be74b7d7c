"""What a book can be asked about, by the titles of its pages."""

from collections.abc import Sequence

from knowledge.types import Manifest

# Titles that tell nothing of what their page is about.
GENERAL = frozenset(
    "introduction intro overview home index contents welcome readme preface foreword summary conclusion appendix "
    "reference references glossary bibliography changelog license contributing about faq".split()
)


def topics(manifest: Manifest, *, limit: int) -> list[str]:
    """At most `limit` titles, evenly from the book's beginning to its end."""
    documents = sorted(manifest.documents, key=lambda document: document.path)
    titles = list(dict.fromkeys(document.title.strip() for document in documents))
    telling = [title for title in titles if title and title.lower() not in GENERAL]
    return _spread(telling, limit)


def _spread(titles: Sequence[str], limit: int) -> list[str]:
    if len(titles) <= limit:
        return list(titles)
    return [titles[(2 * place + 1) * len(titles) // (2 * limit)] for place in range(limit)]
