"""The figures: known ones for known rankings, with intervals that hold them."""

import math

import pytest

from knowledge.evaluation.measures import scores
from knowledge.evaluation.refusal import Judged, refusal_figures
from knowledge.evaluation.statistics import auroc, mean, percentile


def test_the_measures_are_those_of_the_textbook() -> None:
    qrels = {"q": {"a": 1, "b": 1, "c": 0}}

    found = scores(qrels, {"q": ["x", "a", "y", "b"]}, cutoffs=[2, 4])

    ideal = 1 + 1 / math.log2(3)
    assert found["nDCG@2"]["q"] == pytest.approx(1 / math.log2(3) / ideal)
    assert found["nDCG@4"]["q"] == pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / ideal)
    assert (found["Recall@2"]["q"], found["Recall@4"]["q"]) == (0.5, 1.0)
    assert found["MRR@4"]["q"] == 0.5
    assert found["Hit rate@2"]["q"] == 1.0


def test_the_order_of_the_ranking_counts_and_not_that_of_the_ids() -> None:
    qrels = {"q": {"b": 1}}

    assert scores(qrels, {"q": ["b", "z", "a"]}, cutoffs=[3])["MRR@3"]["q"] == 1.0
    assert scores(qrels, {"q": ["z", "a", "b"]}, cutoffs=[3])["MRR@3"]["q"] == pytest.approx(1 / 3)


def test_a_question_that_found_nothing_scores_nothing() -> None:
    found = scores({"q": {"a": 1}, "r": {"a": 1}}, {"q": [], "r": ["a"]}, cutoffs=[5])
    assert found["nDCG@5"] == {"q": 0.0, "r": 1.0}


def test_a_mean_lies_in_its_interval_and_more_values_narrow_it() -> None:
    few, many = mean([0.0, 1.0] * 10), mean([0.0, 1.0] * 500)

    assert few.low < few.mean == 0.5 < few.high
    assert many.high - many.low < (few.high - few.low) / 3
    # Of a share of one half among 1,000: 1.96 standard errors to either side.
    assert many.high - many.mean == pytest.approx(1.96 * 0.5 / math.sqrt(1000), rel=0.1)


def test_equal_values_leave_nothing_to_chance() -> None:
    assert str(mean([0.25] * 7)) == "0.250 [0.250, 0.250]"


def test_the_area_is_the_share_of_pairs_in_order() -> None:
    assert auroc([0.9, 0.8], [0.1, 0.2]).mean == 1.0
    assert auroc([0.5], [0.5]).mean == 0.5
    assert auroc([0.9, 0.1], [0.5, 0.5]).mean == 0.5
    found = auroc([0.9, 0.4, 0.7, 0.8], [0.5, 0.1, 0.3, 0.2])
    assert found.mean == 15 / 16
    assert found.low < found.mean <= found.high


def test_percentiles_are_of_the_values() -> None:
    assert percentile([1, 2, 3, 4, 5], 0.5) == 3


def test_refusal_is_measured_where_a_share_of_the_others_is_caught() -> None:
    yes = [Judged(True, evidence, evidence < 0.45) for evidence in (0.4, 0.6, 0.7, 0.8)]
    no = [Judged(False, evidence, evidence < 0.45) for evidence in (0.1, 0.2, 0.3, 0.5)]

    figures = refusal_figures([*yes, *no])

    assert figures is not None
    assert (figures.answerable, figures.unanswerable) == (4, 4)
    assert figures.auroc.mean == 15 / 16
    assert figures.false_refusals[0.5].mean == 0.0
    assert figures.false_refusals[0.9].mean == 0.25
    assert figures.refused_answerable.mean == 0.25
    assert figures.refused_unanswerable.mean == 0.75


def test_at_least_the_share_that_is_named_is_caught() -> None:
    yes = [Judged(True, 0.115, False)]
    figures = refusal_figures([*yes, *(Judged(False, number / 100, False) for number in range(1, 13))])
    # Nine tenths of twelve are eleven.
    assert figures is not None
    assert figures.false_refusals[0.9].mean == 0.0
    assert refusal_figures(
        [Judged(True, 0.11, False), *(Judged(False, n / 100, False) for n in range(1, 13))]
    )


def test_refusal_takes_questions_of_both_kinds() -> None:
    assert refusal_figures([Judged(True, 0.5, False)]) is None
