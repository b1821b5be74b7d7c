"""The counter counts what Python and C do with a text."""

import re

import pytest

from tests.adversarial.counting import steps
from tests.adversarial.regex_steps import TooManySteps, stepped


@pytest.fixture
def count(counted):
    def steps_of(body: str, *texts: str) -> list[int]:
        read, counts = counted(body), []
        for text in texts:
            steps.clear()
            read(text)
            counts.append(steps.total())
        return counts

    return steps_of


@pytest.mark.parametrize(
    "body",
    [
        "for each in text: pass",
        "[each for each in text]",
        "text.find('b')",
        "'b' in text",
        "'b' in list(text)",
        "text.replace('a', 'b')",
        "list(text).insert(0, 'b')",
        "text + text",
        "f'{text}b'",
        "re.search('b', text)",
        "[*re.compile('b').finditer(text)]",
        "re.sub('b', '', text)",
        "hash(text)",
    ],
)
def test_what_goes_through_the_text_takes_steps_for_each_character(count, body):
    short, long = count(body, "a" * 4000, "a" * 8000)
    assert 4000 <= short <= 16_100
    assert 1.9 <= long / short <= 2.1


@pytest.mark.parametrize(
    "body",
    [
        "for place in range(len(text)): text[place:]",
        "for place in range(len(text)): text.find('b', place)",
        "for place in range(len(text)): text.count('b', place)",
        "for each in text: 'b' in text",
        "for each in text: text + 'b'",
        "seen = []\n    for each in text: each + 'b' in seen or seen.append(each)",
        "re.compile('a*b').search(text)",
        "re.compile('(?=a*b)').findall(text)",
    ],
)
def test_what_goes_through_it_for_each_character_takes_the_square(count, body):
    short, long = count(body, "a" * 500, "a" * 1000)
    assert 3.6 <= long / short <= 4.4


@pytest.mark.parametrize(
    "body", ["text[1:2]", "text[0]", "text.startswith('a')", "text == 'b'", "text.find('a')"]
)
def test_what_looks_at_one_character_takes_few_steps(count, body):
    assert count(body, "a" * 4000)[0] < 10


def test_no_end_is_waited_for():
    with pytest.raises(TooManySteps):
        stepped(re.compile("(a|a)*b")).steps("a" * 40, range(1), 40, most=100_000)


@pytest.mark.parametrize(
    ("pattern", "text", "count"),
    [
        ("ab", "ab", 1 + 2),  # a start, and each character
        ("ab|cd", "cd", 1 + (1 + 1) + (1 + 2)),  # each alternative as well
        ("a+", "aaa", 1 + (3 + 1)),  # a run's characters, and its end
        ("a+b", "aaa", 1 + (3 + 1) + 3 + 2),  # each shorter run, and what is behind it
    ],
)
def test_each_character_and_each_alternative_is_a_step(pattern, text, count):
    assert stepped(re.compile(pattern)).steps(text, range(1), len(text), most=100) == count
