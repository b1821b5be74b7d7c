"""GET /v1/suggestions."""

from django.test import AsyncClient


async def test_without_an_index_nothing_is_suggested() -> None:
    response = await AsyncClient().get("/v1/suggestions")
    assert response.json() == {"questions": [], "topics": []}


async def test_titles_of_the_books_pages_are_topics(settings, sample_index) -> None:
    settings.INDEX_DIR = sample_index
    suggested = (await AsyncClient().get("/v1/suggestions")).json()
    assert suggested["questions"] == []
    assert len(suggested["topics"]) == 4
    assert "Manipulation" in suggested["topics"]
    assert "Introduction" not in suggested["topics"]


async def test_the_owners_questions_come_in_place_of_topics(settings, sample_index) -> None:
    settings.INDEX_DIR = sample_index
    settings.SUGGESTED_QUESTIONS = ("What is the ZMP?", "Why do robots fall?")
    assert (await AsyncClient().get("/v1/suggestions")).json() == {
        "questions": ["What is the ZMP?", "Why do robots fall?"],
        "topics": [],
    }
