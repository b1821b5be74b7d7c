import argparse
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatbot_project.smoke.checks import Finding, Verdict, examine
from chatbot_project.smoke.deployment import Deployment

QUESTION = "What is this book about?"
TIMEOUT = 30.0  # seconds


class Command(BaseCommand):
    help = "Check a deployed server from outside: ask it over every transport, and say how long that takes."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", type=_address, help="the server's address: https://user-space.hf.space")
        parser.add_argument("--origin", type=_address, help="a site whose pages are to be able to call it")
        parser.add_argument("--question", default=QUESTION, help="what to ask (default: %(default)s)")
        parser.add_argument(
            "--timeout",
            type=float,
            default=TIMEOUT,
            help="seconds that each answer may take (default: %(default)g)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        findings = []
        self._print_row("check", "", "seconds", "")
        with Deployment(
            options["url"],
            origin=options["origin"] or "",
            question=options["question"],
            timeout=options["timeout"],
        ) as server:
            for finding in examine(server):
                self._print(finding)
                findings.append(finding)
        failed = [finding.check for finding in findings if finding.verdict is Verdict.FAILED]
        if failed:
            raise CommandError(f"{len(failed)} of {len(findings)} checks failed: {', '.join(failed)}.")
        self.stdout.write(self.style.SUCCESS(f"All {len(findings)} checks passed."))

    def _print(self, finding: Finding) -> None:
        self._print_row(finding.check, finding.verdict, f"{finding.seconds:.2f}", finding.note)

    def _print_row(self, check: str, verdict: str, seconds: str, note: str) -> None:
        self.stdout.write(f"{check:<16} {verdict:<6} {seconds:>7}  {note}".rstrip())
        self.stdout.flush()


def _address(url: str) -> str:
    """Its scheme and host. What else an address may hold, such as a password, has no place here."""
    example = "write an address as https://user-space.hf.space"
    try:
        parts = urlsplit(url)
        complete = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError as exc:
        raise argparse.ArgumentTypeError(example) from exc
    if not complete or "@" in parts.netloc:
        raise argparse.ArgumentTypeError(example)
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise argparse.ArgumentTypeError(f"{example}, without a path")
    return f"{parts.scheme}://{parts.netloc.lower()}"
