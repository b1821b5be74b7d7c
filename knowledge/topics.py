"""What a book can be asked about, by the titles of its pages."""

from collections.abc import Sequence

from knowledge.types import Manifest

# Titles that tell nothing of what their page is about.
GENERAL = frozenset(
    (
        *("about", "appendix", "bibliography", "changelog", "conclusion", "contents", "contributing", "faq"),
        *("foreword", "glossary", "home", "index", "intro", "introduction", "license", "overview"),
        *("preface", "readme", "reference", "references", "summary", "welcome"),
    )
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
