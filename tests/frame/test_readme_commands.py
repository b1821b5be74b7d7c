"""The examples of README.md and docs/ work as they are written."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from chatbot_project.env import BASE_DIR
from tests.frame.test_serve import Serving
from tests.requires import program

BOOK = """# Balance

## Zero-moment point

The zero-moment point is where the ground reaction force of a walking robot has no horizontal moment.
When it reaches the edge of the foot, the foot begins to rotate, and the robot falls unless it steps.

## Ankle sensors

Force sensors in the ankles of a robot measure the ground reaction force at each foot.
"""

# What would install, publish or need somebody's account; by the first line of its block.
NOT_RUN_HERE = {
    "make run     # installs into .venv, prepares the database, indexes the book, serves on http://localhost:7860",
    "make .venv/installed",
    "git remote add space https://huggingface.co/spaces/USER/SPACE",
    "cp -r ~/my-site/docs book",
    "git pull",
    "git push --force space EARLIER_COMMIT:main",
    "docker build -t book .",
    ".venv/bin/python manage.py smoke https://user-space.hf.space --origin https://book.example",
}

# Stands in for the program of that name: sends the lines of its input as frames and prints what comes.
WEBSOCAT = """#!{python}
import sys
from websockets.sync.client import connect

with connect(sys.argv[-1]) as socket:
    for line in sys.stdin:
        socket.send(line)
    for frame in socket:
        print(frame)
        if '"type": "done"' in frame or '"type": "error"' in frame:
            break
"""


@dataclass(frozen=True)
class Example:
    file: str
    line: int
    language: str
    text: str

    @property
    def first_line(self) -> str:
        return self.text.partition("\n")[0]


def examples() -> list[Example]:
    found = []
    for path in (BASE_DIR / "README.md", *sorted((BASE_DIR / "docs").glob("*.md"))):
        text = path.read_text()
        for block in re.finditer(r"^( *)```(\w+)\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL):
            line = text.count("\n", 0, block.start()) + 1
            code = textwrap.dedent(block[3]).strip()
            found.append(Example(path.name, line, block[2], code))
    return found


def name_of(example: Example) -> str:
    return f"{example.file}-{example.line}"


RUN_HERE = [
    example
    for example in examples()
    if example.language in ("sh", "js", "python") and example.first_line not in NOT_RUN_HERE
]


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("examples")
    (folder / "book").mkdir()
    (folder / "book" / "balance.md").write_text(BOOK)
    serving = Serving(folder, THROTTLE_VISITOR="1000/minute", THROTTLE_ADDRESS="1000/minute")
    serving.wait_for("/health/live")
    serving.wait_for_index()
    yield serving
    serving.kill()


@pytest.fixture
def environment(serving: Serving, tmp_path: Path) -> dict[str, str]:
    """Of a shell beside the server, whose commands work on a copy of its data."""
    shutil.copytree(serving.folder / "data", tmp_path / "data")
    websocat = tmp_path / "bin" / "websocat"
    websocat.parent.mkdir()
    websocat.write_text(WEBSOCAT.format(python=sys.executable))
    websocat.chmod(0o755)
    return os.environ | {
        "PATH": f"{websocat.parent}{os.pathsep}{os.environ['PATH']}",
        "ENV_FILE": "",
        "DATA_DIR": str(tmp_path / "data"),
        "DJANGO_SETTINGS_MODULE": "chatbot_project.settings",
    }


def command(language: str) -> list[str]:
    if language == "sh":
        program("curl")
        return [program("bash"), "-euo", "pipefail", "-s"]
    if language == "js":
        # Node has had WebSocket without the option since version 22.
        return [program("node"), "--experimental-websocket", "--input-type=module", "-"]
    return [sys.executable, "-"]


@pytest.mark.parametrize("example", RUN_HERE, ids=name_of)
def test_an_example_works_as_it_is_written(example, serving, environment):
    code = (
        example.text.replace("localhost:7860", f"localhost:{serving.port}")
        .replace(".venv/bin/python", sys.executable)
        .replace("path/to/docs", str(serving.folder / "book"))
    )
    ran = subprocess.run(
        command(example.language),
        input=code,
        cwd=BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert '"code"' not in ran.stdout  # which every error has, whatever curl makes of it
    assert ran.stdout or "localhost" not in code


def test_what_is_not_run_here_is_still_there():
    assert {example.first_line for example in examples()} >= NOT_RUN_HERE


def test_no_example_is_left_out_for_its_language():
    assert {example.language for example in examples()} == {
        "sh",
        "js",
        "python",
        "jsx",
        "html",
        "json",
        "yaml",
        "ini",
    }
