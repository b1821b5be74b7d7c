"""Every error says what to do."""

import pytest

from chat import errors
from chatbot_project.errors import ApiError, error_body

ALL = [each for each in vars(errors).values() if isinstance(each, type) and each is not ApiError]


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
def test_an_error_has_a_code_and_a_sentence_of_its_own(error):
    body = error_body(error())
    assert body.code != ApiError.code
    assert body.detail == error.detail != ApiError.detail
    assert body.detail.endswith(".")


def test_no_two_errors_share_a_code():
    assert len({error.code for error in ALL}) == len(ALL)
