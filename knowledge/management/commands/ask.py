"""`manage.py ask "question"`: an answer with its sources, in the terminal."""

import asyncio
import os
import sys
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
        if top_k is not None and not 1 <= top_k <= 20:
            raise CommandError("--top-k is a number from 1 to 20.")
        if not question.strip():
            raise CommandError('The question is empty. Try: manage.py ask "What is a robot?"')
        try:
            asyncio.run(self._ask(question, top_k or settings.TOP_K))
        except KnowledgeError as exc:
            raise CommandError(str(exc)) from exc
        except BrokenPipeError:
            # Whoever reads along (head, less) has seen enough; the interpreter must not flush at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

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
