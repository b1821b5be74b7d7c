"""What a sentence gains by the date or number that a question asks for."""

import pytest

from knowledge.providers.local.figures import DATE_GAIN, NUMBER_GAIN, figure_gain


@pytest.mark.parametrize("said", ["in 1973", "in the 1960s", "in the tenth century", "on a day in March"])
def test_a_date_answers_a_question_after_one(said: str) -> None:
    assert figure_gain("When was the robot built?", f"It was built {said}.") == DATE_GAIN


@pytest.mark.parametrize("said", ["12 motors", "twelve motors", "1,200 motors", "several motors"])
def test_a_number_answers_a_question_after_one(said: str) -> None:
    assert figure_gain("How many motors has the robot?", f"It has {said}.") == NUMBER_GAIN


def test_the_figures_of_the_question_answer_nothing() -> None:
    assert figure_gain("When did the robot of 1973 fall?", "The robot of 1973 fell.") == 0.0
    assert figure_gain("How many of the 12 motors are hot?", "All 12 motors are hot.") == 0.0


def test_a_question_after_circumstances_asks_for_no_date() -> None:
    assert figure_gain("When should I use an action?", "Actions came in 2015.") == 0.0


def test_a_question_after_neither_is_not_affected() -> None:
    assert figure_gain("Who built the robot?", "It was built in 1973 with 12 motors.") == 0.0
