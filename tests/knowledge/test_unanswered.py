"""How a model says that the book does not."""

import pytest

from knowledge.unanswered import NOT_IN_BOOK, UnansweredFilter


def filtered(*pieces):
    gaps = UnansweredFilter()
    return "".join([*map(gaps.feed, pieces), gaps.flush()]), gaps.leading, gaps.found


@pytest.mark.parametrize(
    "pieces",
    [
        (f"{NOT_IN_BOOK} The book does not say.",),
        (f"{NOT_IN_BOOK}\n\nThe book does not say.",),
        tuple(f"\n{NOT_IN_BOOK}\n\nThe book does not say."),
        ("[", "[Not-", "In-Book", "]", "]", " ", "The book", " does not say."),
    ],
)
def test_the_sentinel_is_taken_out_however_it_comes(pieces):
    assert filtered(*pieces) == ("The book does not say.", True, True)


def test_a_sentinel_further_on_is_taken_out_too_but_does_not_lead():
    assert filtered("It is red. ", f"{NOT_IN_BOOK}Its weight is not given.") == (
        "It is red. Its weight is not given.",
        False,
        True,
    )


@pytest.mark.parametrize("text", ["See [[1]] and [[not", "[[not-in-bookish]]", "a[[0]]", "plain", ""])
def test_what_only_looks_like_it_is_passed_on(text):
    assert filtered(*text) == (text, False, False)


def test_text_is_not_held_back_without_need():
    gaps = UnansweredFilter()
    assert gaps.feed("The book") == "The book"
    assert gaps.feed(" says [") == " says "
    assert gaps.feed("1].") == "[1]."
