"""Code spans: between two runs of equally many backticks."""

import pytest

from knowledge.code_spans import code_spans, replace_code_spans


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("no code", []),
        ("a `b` c `d`", ["`b`", "`d`"]),
        ("``a ` b`` `c`", ["``a ` b``", "`c`"]),
        ("` a `` b ``` c", []),
        ("`` a ` b `", ["` b `"]),
        ("`a``b`", ["`a``b`"]),
        ("`over\ntwo lines`", ["`over\ntwo lines`"]),
    ],
)
def test_a_span_ends_with_the_next_run_of_the_same_length(text, spans):
    assert [text[start:end] for start, end in code_spans(text)] == spans


def test_spans_can_be_replaced():
    assert replace_code_spans("a `b` c ``d`e`` f`", "x") == "a x c x f`"
