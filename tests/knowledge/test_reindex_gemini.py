"""`manage.py reindex` with Gemini's embedder: what it costs, how it waits, and that nothing is paid twice."""

import asyncio
import io
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command

from knowledge.models import CachedEmbedding, IndexBuild
from knowledge.retrieval import retrieve
from knowledge.runtime import Runtime
from tests.knowledge.books import write_book, write_long_book
from tests.standins.gemini import errors
from tests.standins.gemini.embeddings import Quota, Vectors
from tests.standins.gemini.server import KEY, GeminiServer, gemini

__all__ = ["gemini"]

pytestmark = pytest.mark.django_db(transaction=True)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def own_index(index_dir: Path) -> None:
    """Nothing indexed yet."""


@pytest.fixture
def long_book(settings: Any, tmp_path: Path) -> Path:
    """260 chunks: three requests."""
    settings.CONTENT_PATH = write_long_book(tmp_path / "long", pages=26)
    return tmp_path / "long"


async def reindex(*arguments: str, stdout: io.StringIO | None = None) -> str:
    """What it prints. In a thread, since the stand-in needs the loop."""
    out, err = stdout or io.StringIO(), io.StringIO()
    await asyncio.to_thread(call_command, "reindex", *arguments, stdout=out, stderr=err)
    return out.getvalue() + err.getvalue()


async def test_an_index_is_built_and_searched_with_gemini(gemini: GeminiServer, book: Path) -> None:
    printed = await reindex()
    assert "6 chunks: 6 embedded, 0 copied." in printed

    runtime = Runtime()
    retrieval = await retrieve("What does a gripper hold?", limit=3, runtime=runtime)
    await runtime.aclose()

    assert retrieval.passages[0].chunk.heading == "Grippers"
    assert retrieval.passages[0].similarity is not None
    assert gemini.calls[-1].body["requests"][0]["content"]["parts"][0]["text"].startswith("task: search")


async def test_a_dry_run_tells_calls_texts_and_tokens_and_asks_nothing(
    gemini: GeminiServer, long_book: Path
) -> None:
    printed = await reindex("--dry-run")

    assert "Embedding with gemini-embedding-2 (gemini, 768-d): 3 calls for 260 texts, about " in printed
    assert gemini.calls == []


async def test_a_dry_run_leaves_out_what_was_paid_for(
    gemini: GeminiServer, long_book: Path, index_dir: Path
) -> None:
    await reindex()
    shutil.rmtree(index_dir)
    write_book(long_book, {"new.md": "# New\n\nNews.\n"})

    assert "1 calls for 1 texts" in await reindex("--dry-run")
    assert "261 chunks: 1 embedded, 260 copied." in await reindex()
    assert len(passages(gemini)) == 261


async def test_a_quota_is_waited_for_and_the_line_says_so(gemini: GeminiServer, long_book: Path) -> None:
    gemini.embeddings.quota = Quota(texts=100, seconds=1.5)

    printed = await reindex(stdout=Terminal())

    assert "Embedding: 100 of 260 chunks, about " in printed
    assert "s to go, waiting 1 s for the quota" in printed
    assert "260 chunks: 260 embedded" in printed
    assert len(passages(gemini)) == 260
    assert gemini.embeddings.refused <= 3  # the last time for the sentences that are asked as questions


async def test_a_service_that_recovers_costs_nothing_more(gemini: GeminiServer, long_book: Path) -> None:
    gemini.embeddings.play(Vectors(), errors.INTERNAL)

    printed = await reindex(stdout=Terminal())

    assert "waiting 1 s to try again" in printed
    assert len(passages(gemini)) == 260


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        (errors.KEY_MISSING, "Set GEMINI_API_KEY to a valid one"),
        (errors.retired("gemini-embedding-2"), "Set GEMINI_EMBEDDING_MODEL to a current one"),
        (errors.REGION, "not available in the region"),
        (errors.quota("7200s"), "quota for gemini-embedding-2 is used up. The build has waited long enough"),
    ],
)
async def test_what_waiting_does_not_mend_ends_the_build_with_a_sentence(
    gemini: GeminiServer, long_book: Path, refusal: errors.Refusal, sentence: str
) -> None:
    gemini.embeddings.play(Vectors(), refusal)

    with pytest.raises(CommandError, match=sentence):
        await reindex()

    build = await IndexBuild.objects.aget()
    assert (build.status, sentence in build.error) == (IndexBuild.Status.FAILED, True)
    assert await CachedEmbedding.objects.acount() == 100


async def test_after_a_kill_nothing_is_paid_twice(
    gemini: GeminiServer, tmp_path: Path, long_book: Path
) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "chatbot_project.settings",
        "ENV_FILE": "",
        "DATA_DIR": str(tmp_path / "data"),
        "CONTENT_PATH": str(long_book),
        "GEMINI_API_KEY": KEY,
        "GEMINI_BASE_URL": gemini.url,
    }
    assert (await manage(environment, "migrate", "--verbosity", "0", "--skip-checks"))[0] == 0
    gemini.embeddings.play(Vectors(), Vectors(delay=60))

    killed = await start(environment, "reindex")
    await until(lambda: len(gemini.calls) == 2)
    killed.kill()
    await killed.communicate()
    assert len(gemini.embeddings.texts) == 100

    code, printed = await manage(environment, "reindex")
    assert (code, "260 chunks: 160 embedded, 100 copied." in printed) == (0, True)
    assert len(passages(gemini)) == 260
    assert len(gemini.embeddings.texts) == len(set(gemini.embeddings.texts)) == 360


async def test_the_sentences_asked_as_questions_are_paid_for_once(
    gemini: GeminiServer, long_book: Path
) -> None:
    await reindex()
    write_book(long_book, {"new.md": "# New\n\nNews.\n"})

    assert "1 embedded" in await reindex()

    questions = [text for text in gemini.embeddings.texts if text.startswith("task: search result")]
    assert len(questions) == len(set(questions)) == 100


def passages(gemini: GeminiServer) -> list[str]:
    """The texts that were embedded as passages, each time."""
    return [text for text in gemini.embeddings.texts if text.startswith("title: ")]


async def start(environment: dict[str, str], *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(django_settings.BASE_DIR / "manage.py"),
        *arguments,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def manage(environment: dict[str, str], *arguments: str) -> tuple[int | None, str]:
    process = await start(environment, *arguments)
    output, _ = await process.communicate()
    return process.returncode, output.decode()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.02)
