"""The SDK takes a second to load, and questions come meanwhile."""

import asyncio
import os
import sys

import pytest

from chatbot_project.env import BASE_DIR
from knowledge.errors import EmbeddingUnavailable, ModelRefused
from knowledge.providers.gemini.embedder import GeminiEmbedder
from knowledge.providers.gemini.language import GeminiModel
from knowledge.runtime import Runtime
from knowledge.types import Prompt, PromptMessage, Role
from tests.standins.gemini.server import KEY, gemini

__all__ = ["gemini"]

PROMPT = Prompt(
    system="", messages=(PromptMessage(Role.USER, "What?"),), question="What?", max_output_tokens=9
)

PROGRAM = """
import asyncio, django
django.setup()
from knowledge.providers.gemini.language import GeminiModel
from knowledge.types import Prompt, PromptMessage, Role

PROMPT = Prompt(
    system="", messages=(PromptMessage(Role.USER, "What?"),), question="What?", max_output_tokens=9
)

async def first_piece(model):
    async for delta in model.stream(PROMPT):
        return delta.text

async def main():
    model = GeminiModel()
    {while_it_loads}
    print(await first_piece(model))
    await model.aclose()

asyncio.run(main())
"""


async def printed(gemini, while_it_loads):
    """By a process that has not loaded the SDK yet."""
    environment = os.environ | {
        "ENV_FILE": "",
        "DJANGO_SETTINGS_MODULE": "chatbot_project.settings",
        "GEMINI_API_KEY": KEY,
        "GEMINI_BASE_URL": gemini.url,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM.format(while_it_loads=while_it_loads)),
        cwd=BASE_DIR,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    return output.decode()


async def test_a_question_that_comes_meanwhile_waits_and_is_answered(gemini):
    loading = "preparing = asyncio.create_task(model.prepare()); await asyncio.sleep(0.1)"
    assert await printed(gemini, loading) == "The book says so\n"


async def test_whoever_gives_up_meanwhile_does_no_harm(gemini):
    loading = """
    asking = asyncio.create_task(first_piece(model))
    await asyncio.sleep(0.1)
    asking.cancel()
    await asyncio.wait([asking])"""
    assert await printed(gemini, loading) == "The book says so\n"


@pytest.fixture(
    params=[
        ("SSL_CERT_FILE", "/nowhere/certificates.pem"),
        ("HTTPS_PROXY", "ftp://ann:secret@proxy.nowhere:21"),
    ]
)
def unopenable(request, monkeypatch):
    """An environment in which the SDK cannot be opened, until the fixture is called."""
    monkeypatch.setenv(*request.param)
    return lambda: monkeypatch.delenv(request.param[0])


async def test_a_model_whose_sdk_cannot_be_opened_is_unavailable_until_it_can(gemini, unopenable):
    model = GeminiModel()
    with pytest.raises(ModelRefused, match="SDK of Gemini cannot be opened") as refused:
        [delta async for delta in model.stream(PROMPT)]
    assert "nowhere" not in str(refused.value)

    unopenable()
    assert [delta async for delta in model.stream(PROMPT)]
    await model.aclose()


async def test_so_is_the_embedder(gemini, unopenable):
    embedder = GeminiEmbedder()
    with pytest.raises(EmbeddingUnavailable, match="SDK of Gemini cannot be opened"):
        await embedder.embed_query("What?")

    unopenable()
    assert (await embedder.embed_query("What?")).any()
    await embedder.aclose()


async def test_preparing_tells_the_log_what_will_be_missing(gemini, unopenable, caplog):
    runtime = Runtime()
    await runtime.prepare()
    await runtime.aclose()

    assert "SDK of Gemini cannot be opened" in caplog.text
