import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.adversarial.counting import instrumented


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Callable]]:
    """Makes a function of a text that counts its steps, of its body's source."""
    name = f"counted_{id(tmp_path)}"
    monkeypatch.syspath_prepend(tmp_path)

    def function(body: str) -> Callable[[str], object]:
        (tmp_path / f"{name}.py").write_text(f"import re\n\n\ndef read(text):\n    {body}\n")
        with instrumented(name):
            return importlib.import_module(name).read

    yield function
    sys.modules.pop(name, None)
