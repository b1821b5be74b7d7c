from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from chatbot_project import env


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in env.Environment.model_fields:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ENV_FILE", "")
    return monkeypatch


def test_blanks_around_a_value_are_trimmed(variables):
    variables.setenv("CONTENT_BASE_URL", "  https://site.example \n")
    assert env.load().CONTENT_BASE_URL == "https://site.example"


@pytest.mark.parametrize("blank", ["", "  ", "\t\n"])
def test_a_blank_variable_is_an_unset_one(variables, blank):
    variables.setenv("PORT", blank)
    assert env.load().PORT == 7860


def test_a_variable_has_a_second_name(variables):
    variables.setenv("QDRANT_COLLECTION", " ")
    variables.setenv("QDRANT_COLLECTION_NAME", "robots")
    variables.setenv("OPENAI_MAX_TOKENS", "900")
    assert (env.load().QDRANT_COLLECTION, env.load().MAX_OUTPUT_TOKENS) == ("robots", 900)


def test_the_first_name_wins_over_the_second(variables):
    variables.setenv("MAX_OUTPUT_TOKENS", "100")
    variables.setenv("OPENAI_MAX_TOKENS", "900")
    assert env.load().MAX_OUTPUT_TOKENS == 100


def test_lists_are_written_with_commas(variables):
    variables.setenv("ALLOWED_HOSTS", "a.example, b.example,")
    assert env.load().ALLOWED_HOSTS == ("a.example", "b.example")


@pytest.mark.parametrize(
    ("written", "meant"), [("true", True), ("1", True), ("False", False), ("off", False)]
)
def test_a_switch_is_written_in_words_or_digits(variables, written, meant):
    variables.setenv("DEBUG", written)
    assert env.load().DEBUG is meant


def test_a_file_is_read_and_the_environment_has_the_last_word(variables, tmp_path):
    file = tmp_path / ".env"
    file.write_text("PORT=9000\nTOP_K = 7\nDJANGO_SUPERUSER_PASSWORD='with ${braces} and #'\n")
    variables.setenv("ENV_FILE", str(file))
    variables.setenv("PORT", "8000")
    loaded = env.load()
    assert (loaded.PORT, loaded.TOP_K) == (8000, 7)
    assert loaded.DJANGO_SUPERUSER_PASSWORD == "with ${braces} and #"


def test_an_empty_variable_does_not_hide_the_file(variables, tmp_path):
    file = tmp_path / ".env"
    file.write_text("PORT=9000\n")
    variables.setenv("ENV_FILE", str(file))
    variables.setenv("PORT", "")
    assert env.load().PORT == 9000


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("PORT", "a lot", "valid integer"),
        ("TOP_K", "21", "less than or equal to 20"),
        ("LLM_PROVIDER", "claude", "'auto', 'gemini'"),
        ("DJANGO_SECRET_KEY", "too short", "at least 32 characters"),
        ("CONTENT_BASE_URL", "site.example", "https?://"),
        ("DATABASE_URL", "mysql://u:secret@h/db", "sqlite|postgres"),
        ("ALLOWED_ORIGINS", "https://a.example, b.example", "entry 2 is not an origin"),
        ("THROTTLE_VISITOR", "many", "write it like 20/minute; 300/day"),
        ("THROTTLE_ADDRESS", "0/hour", "write it like 20/minute; 300/day"),
        ("OPENAI_MAX_TOKENS", "0", "greater than or equal to 1"),
    ],
)
def test_a_wrong_variable_is_named_with_advice_and_without_its_value(variables, name, value, advice):
    variables.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as caught:
        env.load()
    message = str(caught.value)
    assert f"{name}: " in message
    assert advice in message
    assert value not in message


def test_all_wrong_variables_are_named_at_once(variables):
    variables.setenv("PORT", "x")
    variables.setenv("TOP_K", "x")
    with pytest.raises(ImproperlyConfigured, match=r"PORT.*TOP_K|TOP_K.*PORT"):
        env.load()


def test_every_variable_is_described():
    assert [name for name, field in env.Environment.model_fields.items() if not field.description] == []


def test_paths_are_paths(variables):
    variables.setenv("DATA_DIR", "/srv/book")
    assert Path("/srv/book") == env.load().DATA_DIR
