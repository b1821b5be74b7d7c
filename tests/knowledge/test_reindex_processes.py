"""`manage.py reindex` as real processes: two at once, stopped, and killed."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from knowledge.stores.edge import EdgeStore
from knowledge.types import SearchQuery, WeightedText
from tests.knowledge.books import write_book, write_long_book

SETTINGS = "tests.knowledge.slow_reindex"
KILLED_AFTER = (0.0, 0.15, 0.35, 0.6)  # seconds from the build's beginning, of about one


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return write_long_book(tmp_path / "book", pages=13)


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with nothing but tables."""
    data = tmp_path_factory.mktemp("migrated")
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": SETTINGS, "ENV_FILE": "", "DATA_DIR": str(data)}
    subprocess.run(manage("migrate", "--verbosity", "0", "--skip-checks"), env=environment, check=True)
    return data


@pytest.fixture
def environment(tmp_path: Path, book: Path, migrated: Path) -> dict[str, str]:
    shutil.copytree(migrated, tmp_path / "data")
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "ENV_FILE": "",
        "DATA_DIR": str(tmp_path / "data"),
        "CONTENT_PATH": str(book),
    }


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]


def start(environment: dict[str, str], *arguments: str, seconds_per_batch: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        manage("reindex", *arguments),
        env={**environment, "SECONDS_PER_BATCH": str(seconds_per_batch)},
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def reindex(environment: dict[str, str], *arguments: str) -> tuple[int, str]:
    ran = subprocess.run(
        manage("reindex", *arguments), env=environment, capture_output=True, text=True, check=False
    )
    return ran.returncode, ran.stdout + ran.stderr


def builds(environment: dict[str, str]) -> list[Path]:
    root = Path(environment["DATA_DIR"]) / "index" / "book_chunks_v1"
    return sorted(path for path in root.glob("*T*-*") if path.is_dir())


def wait_for_build(environment: dict[str, str], *, beside: Path | None = None) -> None:
    deadline = time.monotonic() + 30
    while not any(build != beside for build in builds(environment)):
        assert time.monotonic() < deadline, "no build began"
        time.sleep(0.01)


def test_it_can_be_the_first_command_of_all(environment: dict[str, str], tmp_path: Path) -> None:
    status, printed = reindex({**environment, "DATA_DIR": str(tmp_path / "fresh")})

    assert (status, "13 added" in printed) == (0, True), printed


def test_a_second_one_is_refused_with_the_progress_of_the_first(environment: dict[str, str]) -> None:
    hold = Path(environment["DATA_DIR"]) / "hold"
    hold.touch()
    first = start(environment, seconds_per_batch=1.0)
    wait_for_build(environment)
    time.sleep(2.2)

    code, printed = reindex(environment)
    hold.unlink()
    output, _ = first.communicate(timeout=60)

    assert code != 0
    assert "Another build of this index is running. Embedding: " in printed
    assert " of 130 chunks, about " in printed
    assert "Traceback" not in printed
    assert first.returncode == 0
    assert "13 added" in output


def test_stopping_it_leaves_the_old_index(environment: dict[str, str], book: Path) -> None:
    assert reindex(environment)[0] == 0
    [old] = builds(environment)
    write_book(book, {"new.md": "# New\n\nNews.\n"})

    running = start(environment, "--full", seconds_per_batch=0.5)
    wait_for_build(environment, beside=old)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=30)

    assert running.returncode == 130
    assert "Stopped. The index is as it was." in errors
    assert "Traceback" not in errors
    assert builds(environment) == [old]
    assert "1 added" in reindex(environment)[1]


async def test_killing_it_at_any_moment_leaves_the_old_index_and_the_next_run_clean(
    environment: dict[str, str], book: Path
) -> None:
    assert reindex(environment)[0] == 0
    [old] = builds(environment)
    write_book(book, {"new.md": "# New\n\nNews.\n"})

    for delay in KILLED_AFTER:
        running = start(environment, "--full", seconds_per_batch=0.2)
        wait_for_build(environment, beside=old)
        time.sleep(delay)
        running.kill()
        running.communicate()

        store = EdgeStore(old.parent, language="english")
        manifest = await store.manifest()
        assert manifest is not None
        assert (manifest.build_id, manifest.chunks) == (old.name, 130)
        assert len(await store.search(SearchQuery((WeightedText("robot walks"),), None, 5))) == 5

    code, printed = reindex(environment)
    assert code == 0
    assert "Documents: 1 added, 0 changed, 0 removed, 13 left alone." in printed
    assert "131 chunks: 1 embedded, 130 copied." in printed
    assert len(builds(environment)) == 2


def test_a_build_ends_with_the_process_that_began_it(environment: dict[str, str]) -> None:
    begin = "import os, subprocess, sys; subprocess.run([*sys.argv[1:], '--end-with', str(os.getpid())])"
    beginner = subprocess.Popen(
        [sys.executable, "-c", begin, *manage("reindex")],
        env={**environment, "SECONDS_PER_BATCH": "2"},
        cwd=settings.BASE_DIR,
    )
    wait_for_build(environment)
    beginner.kill()
    beginner.wait()

    assert reindex(environment)[0] == 0  # which another build would keep from it
