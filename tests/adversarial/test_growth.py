"""What is sent, written or indexed takes about twice the steps when it is twice as long, whatever it is."""

import json
import subprocess
import sys

import pytest

from tests.adversarial import counting
from tests.adversarial.families import FAMILIES
from tests.adversarial.growth import excess


@pytest.mark.parametrize("group", ["reader", "answer", "passage", "page"])
def test_no_text_takes_more_steps_than_n_log_n(group):
    command = [sys.executable, "-m", "tests.adversarial.growth", group]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


def test_a_hundred_families_and_more_are_tried():
    assert len(FAMILIES) >= 100
    assert all(256 <= len(family(512)) <= 1024 for family in FAMILIES.values())


@pytest.mark.parametrize(
    "body",
    [
        "for place in range(len(text)): text.find('b', place)",
        "while text: text = text[1:]",
        "for place in range(0, len(text), 100): text[place:]",
        "re.search(r'(?:a|aa)+b', text)",
        "re.search(r'\\s*b', ' ' * len(text))",
    ],
)
def test_what_grows_faster_is_found(counted, monkeypatch, body):
    monkeypatch.setattr(counting, "MOST_STEPS", 300_000)
    assert excess(counted(body), lambda length: "a" * length)


@pytest.mark.parametrize(
    "body",
    [
        "sorted(text)",
        "for place in range(len(text)): text[place : place + 100]",
        "for place in range(min(len(text), 1000)): text[place:1000]",
        "re.search(r'a*b', text[:50])",
    ],
)
def test_what_stays_within_a_bound_is_not(counted, body):
    assert excess(counted(body), lambda length: "a" * length) is None
