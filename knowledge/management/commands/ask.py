"""`manage.py ask "question"`: an answer with its sources, in the terminal."""

import asyncio
from argparse import ArgumentParser
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from knowledge.answering import Question, Written, answer
from knowledge.errors import KnowledgeError
from knowledge.runtime import close_runtime, runtime
from knowledge.types import Source


class Command(BaseCommand):
    help = "Ask the book a question. The server may be running or not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("question")
        parser.add_argument("--top-k", type=int, default=None, help="passages to answer from (1-20)")

    def handle(self, *args: Any, question: str, top_k: int | None, **options: Any) -> None:
        if not question.strip():
            raise CommandError('The question is empty. Try: manage.py ask "What is a robot?"')
        try:
            asyncio.run(self._ask(question, top_k or settings.TOP_K))
        except KnowledgeError as exc:
            raise CommandError(str(exc)) from exc

    async def _ask(self, question: str, limit: int) -> None:
        asked = Question(text=question, limit=limit, max_output_tokens=settings.MAX_OUTPUT_TOKENS)
        sources: list[Source] = []
        try:
            async with aclosing(answer(asked, runtime=runtime())) as events:
                async for event in events:
                    if isinstance(event, Written):
                        self.stdout.write(event.text, ending="")
                        self.stdout.flush()
                        sources += event.cited
        finally:
            await close_runtime()
        self._write_sources(sources)

    def _write_sources(self, sources: Sequence[Source]) -> None:
        self.stdout.write("\n")
        for source in sources:
            self.stdout.write(f"\n[{source.number}] {' › '.join(source.path)}")
            self.stdout.write(f"    {_address(source.url)}")


def _address(url: str) -> str:
    """Pages that this server shows itself have no host of their own in the index."""
    return f"http://localhost:{settings.PORT}{url}" if url.startswith("/") else url
