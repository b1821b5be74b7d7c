import pytest

from knowledge.smalltalk import reply_to


@pytest.mark.parametrize(
    "text",
    ["Hi", "hello!", "Good morning", "Hey there, how are you?", "Thanks a lot!", "ok", "bye", "Help me?"],
)
def test_a_pleasantry_is_answered_by_rule(text):
    assert reply_to(text)


@pytest.mark.parametrize(
    "text",
    [
        "Hi, what is a robot?",
        "hello world in ROS 2",
        "thanks, and how is it measured?",
        "How are forces measured?",
        "What can you do with a gripper?",
        "",
    ],
)
def test_what_may_be_a_question_is_not(text):
    assert reply_to(text) is None
