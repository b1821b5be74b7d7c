"""What is shown of a passage beside its citation."""

import pytest

from knowledge.excerpts import EXCERPT_LENGTH, excerpt


def test_it_begins_with_the_sentence_that_has_most_of_the_question() -> None:
    text = "Robots walk. A gait is a pattern of steps. It repeats."
    assert excerpt(text, question="What is a gait?") == "A gait is a pattern of steps. It repeats."


def test_a_long_one_ends_between_words() -> None:
    shown = excerpt("gait, " * 100, question="gait")
    assert len(shown) <= EXCERPT_LENGTH
    assert shown.endswith("gait…")


def test_it_shows_what_a_reader_sees_of_links_and_images() -> None:
    text = "A [gait](../gait.md#top) is seen in ![a picture](gait.png) and [here][1]."
    assert excerpt(text, question="gait") == "A gait is seen in a picture and [here][1]."


@pytest.mark.parametrize(
    "code",
    [
        '```python title="node.py"\nrclpy.init()\n```',
        "  ~~~\n  rclpy.init()\n  ~~~",
        "- ```python\n  rclpy.init()\n  ```",
        "> ```\nrclpy.init()\n> ```",
    ],
)
def test_code_is_shown_without_the_fences_around_it(code: str) -> None:
    shown = excerpt(f"Start the node so:\n\n{code}\n\nThen spin.", question="start the node")
    assert shown == "Start the node so: rclpy.init() Then spin."


def test_code_within_a_line_is_shown_as_it_is() -> None:
    assert excerpt("```ray.get``` fetches it.", question="fetch") == "```ray.get``` fetches it."
