"""Programs that some tests want. Without one its tests are skipped; in CI that is a failure."""

import os
import shutil

import pytest


def chromium_path() -> str:
    """Where Chromium is, for playwright's `executable_path`."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    return _missing("Chromium is not installed (Debian: apt-get install chromium)")


def program(name: str) -> str:
    """Where it is."""
    return shutil.which(name) or _missing(f"{name} is not installed")


def _missing(sentence: str) -> str:
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)
