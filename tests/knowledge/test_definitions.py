"""A question after a term is known by its wording, and so is a sentence that says what the term is."""

from uuid import uuid4

import pytest

from knowledge.definitions import MOST_MOVED, defining_first, definition, terms
from knowledge.sentences import sentences
from knowledge.types import Chunk, ScoredChunk


def scored(text: str, *headings: str) -> ScoredChunk:
    path = headings or ("Robots",)
    chunk = Chunk(uuid4(), "a.md", path[0], path, None, "/a", 0, text, 1, "0" * 64)
    return ScoredChunk(chunk, 1.0, 0.5, 1.0)


def strength(text: str, question: str, *headings: str) -> float:
    return definition(sentences(text)[0], headings, question)


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What is Redux?", ("Redux",)),
        ("what are the stores", ("stores",)),
        ("And what's an IMU?", ("IMU",)),
        ("What does `combineReducers` do?", ("combineReducers",)),
        ("What is `ray.get`?", ("ray.get",)),
        ("What does numpy.dot() do?", ("numpy.dot()",)),
        ("What is torque. And why?", ("torque",)),
        ("What is torque?And why?", ("torque",)),
        ("What is a topic in ROS 2?", ("topic in ROS 2", "topic")),
        ("Explain the zero-moment point.", ("zero-moment point",)),
        ("pure functions", ("pure functions",)),
        ("What is   " + " " * 4000 + "?", ()),
        ("How do I write a reducer?", ()),
        ("Does it have legs?", ()),
        ("Was ist ein Gelenk?", ()),
        ("", ()),
    ],
)
def test_what_is_asked_after_is_known_by_the_questions_wording(question: str, asked: tuple[str, ...]) -> None:
    assert terms(question) == asked


@pytest.mark.parametrize(
    "text",
    [
        "A reducer is a function that returns the new state.",
        "A _reducer_ (also called a _reducing function_) is a function.",
        "**Reducers** are the functions that compute the state.",
        "In Redux, a `reducer` is simply a pure function.",
        'The term "reducer" refers to a function.',
        "**reducer**: a function of state and action",
    ],
)
def test_a_definition_is_one_in_whatever_markup_and_number(text: str) -> None:
    assert strength(text, "What is a reducer?") == 1.0


@pytest.mark.parametrize(
    "text",
    [
        "A _reducer enhancer_ is a function that takes a reducer.",
        "The root reducer is a function.",
        "Write a reducer for each slice.",
        "A reducer is not a class.",
        "```\nreducer: a function\n```",
    ],
)
def test_what_is_about_something_else_is_no_definition(text: str) -> None:
    assert strength(text, "What is a reducer?") == 0.0


def test_what_tells_of_a_term_defines_it_only_under_its_heading() -> None:
    text, question = "The `mix` helper function turns two colours into one.", "What does mix_colours do?"
    text = text.replace("mix", "mix_colours")

    assert strength(text, question, "Painting") == 0.5
    assert strength(text, question, "Painting", "mix_colours(first, second)") == 1.0


def test_the_passages_that_define_what_is_asked_after_come_first() -> None:
    found = [scored(f"Robot {n} walks.") for n in range(3)] + [scored("A robot is a machine.")]

    assert defining_first("What is a robot?", found) == [found[3], *found[:3]]
    assert defining_first("How does a robot walk?", found) == found


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What are robots?", "A **Robot** is a machine."),
        ("What is a robot?", "*Robots* are any machines that act."),
        ("What is the zero-moment point?", "The Zero-Moment  \n  Point is the place where moments vanish."),
        ("What are boxes?", "A box is a container."),
        ("What is `combineReducers`?", "`combineReducers` is a function that merges."),
        ("What is Optional[str]?", "`Optional[str]` is a string or nothing."),
    ],
)
def test_a_passage_defines_in_whatever_markup_and_number(question: str, text: str) -> None:
    found = [scored("Something else."), scored(text)]

    assert defining_first(question, found) == [found[1], found[0]]


def test_only_so_many_passages_are_moved() -> None:
    defining = [scored(f"A robot is a machine of {n} kg.") for n in range(MOST_MOVED + 1)]
    found = [scored("Robots walk."), *defining]

    assert defining_first("robot", found) == [*defining[:-1], found[0], defining[-1]]
