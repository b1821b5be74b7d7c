"""What is looked up for a question in a conversation."""

import numpy as np
import pytest

from knowledge.errors import ModelUnavailable
from knowledge.followups import leans_on_history, standalone
from knowledge.types import PastTurn, WeightedText
from tests.scripted import HashEmbedder, Script, ScriptedModel, ScriptedQuoter

BALANCE = PastTurn(
    question="What is the zero-moment point?",
    answer="It is the point where the ground reaction acts [1].",
    excerpts=("The zero-moment point is where the moments vanish. It lies in the sole.",),
)
OLDER = PastTurn(question="What is a humanoid?", answer="A robot of human shape.")


async def looked_up(question, *history, model=None):
    return await standalone(question, history, embedder=HashEmbedder(), model=model or ScriptedQuoter())


@pytest.mark.parametrize(
    "question",
    [
        "and how is it measured?",
        "What about stairs?",
        "Why?",
        "Does that also hold for robots that walk quickly over uneven ground outdoors?",
    ],
)
def test_a_follow_up_is_recognised(question):
    assert leans_on_history(question)


def test_a_question_that_stands_alone_is_not_a_follow_up():
    assert not leans_on_history("Which sensors does a humanoid robot carry in each foot?")


async def test_a_first_question_is_looked_up_as_it_is():
    lookup = await looked_up("What is the zero-moment point?")
    assert lookup.question == "What is the zero-moment point?"
    assert lookup.words == (WeightedText("What is the zero-moment point?"),)


async def test_a_follow_up_brings_the_earlier_questions_words_each_counting_less():
    lookup = await looked_up("and how is it measured?", OLDER, BALANCE)
    assert lookup.words == (
        WeightedText("and how is it measured?"),
        WeightedText(BALANCE.question, 0.3),
        WeightedText(OLDER.question, 0.15),
    )


async def test_a_follow_up_is_drawn_to_the_sentence_last_cited():
    lookup = await looked_up("and how is it measured?", BALANCE)
    cited = await HashEmbedder().embed_query("The zero-moment point is where the moments vanish.")
    alone = await HashEmbedder().embed_query("and how is it measured?")
    assert lookup.vector is not None
    assert float(lookup.vector @ cited) > float(alone @ cited)
    assert np.linalg.norm(lookup.vector) == pytest.approx(1, abs=1e-5)


async def test_a_follow_up_is_embedded_with_the_question_that_it_goes_back_to(hash_embedder):
    question = "Which sensors does a humanoid robot carry in each foot?"
    sensors = PastTurn(question, "Force sensors [1].", ("Force sensors measure it.",))
    why = PastTurn("Why?", "For balance [1].", ("Balance needs them.",))
    await looked_up("and where?", OLDER, sensors, why)
    assert f"{question} Why? Balance needs them. and where?" in hash_embedder.queries


async def test_a_new_topic_is_not_drawn_to_the_old_one():
    question = "Which sensors does a humanoid robot carry in each foot?"
    assert (await looked_up(question, BALANCE)).words == (WeightedText(question),)


async def test_a_language_model_rewrites_the_question(scripted_model):
    scripted_model.answer("stand alone", Script(pieces=("How is the zero-moment ", "point measured?\n")))
    lookup = await looked_up("and how is it measured?", BALANCE, model=ScriptedModel())
    assert lookup.question == "How is the zero-moment point measured?"
    assert lookup.words == (WeightedText("How is the zero-moment point measured?"),)


async def test_the_rule_takes_over_when_the_rewrite_fails(scripted_model):
    scripted_model.answer("stand alone", Script(pieces=(), failure=ModelUnavailable("away")))
    lookup = await looked_up("and how is it measured?", BALANCE, model=ScriptedModel())
    assert len(lookup.words) == 2


async def test_the_same_question_again_is_looked_up_as_the_first_time():
    again = await looked_up("what is the zero-moment point", BALANCE)
    assert again.words == (WeightedText("what is the zero-moment point"),)


async def test_a_follow_up_is_told_apart_by_what_it_is_about():
    lookup = await looked_up("and how is it measured?", BALANCE)
    cited = "The zero-moment point is where the moments vanish."
    assert lookup.question == f"and how is it measured? ({cited})"
