"""Counts the steps of a regular expression.

CPython's engine backtracks, and does not tell how much. This one walks through the same parse tree in the
same order and counts each character that it compares and each alternative that it tries.
"""

import re
import sys
from collections.abc import Callable, Iterable
from functools import cache, reduce
from itertools import groupby, starmap
from re import _compiler, _constants, _parser
from typing import Any

Then = Callable[[int], bool]  # whether the rest of the pattern matches from a position on
Accepts = Callable[[str], bool]  # a character
Matcher = Callable[[int, Then], bool]

DEEPEST = 1_000_000  # calls; of Python, which take no place on C's stack
_NO_CHARACTER = {_constants.AT, _constants.ASSERT, _constants.ASSERT_NOT}
_ONE_CHARACTER = {_constants.LITERAL, _constants.NOT_LITERAL, _constants.ANY, _constants.IN}


class TooManySteps(Exception):
    pass


class SteppedPattern:
    """A pattern as closures that count."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        nodes = _parser.parse(pattern.pattern, pattern.flags)
        self._state, self._flags = nodes.state, nodes.state.flags
        self._match = self._sequence(nodes)
        first = self._first(list(nodes))
        self._may_begin = first and cache(lambda character: any(accepts(character) for accepts in first))

    def steps(self, text: str, starts: range, end: int, *, most: int, whole: bool = False) -> int:
        """How many it takes to find the first of the starts with a match, or none. Raises TooManySteps."""
        self._text, self._end, self._most, self._steps = text, end, most, 0
        self._groups: dict[int, tuple[int, int]] = {}
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(DEEPEST)
        try:
            for start in starts:
                self._step()
                may_begin = not self._may_begin or (start < end and self._may_begin(text[start]))
                if may_begin and self._match(start, lambda place: not whole or place == end):
                    break
        finally:
            sys.setrecursionlimit(limit)
        return self._steps

    def _first(self, nodes: list[Any]) -> list[Accepts] | None:
        """What may be a match's first character; None where there need be none."""
        if not nodes:
            return None
        (operation, argument), *rest = nodes
        if operation in _ONE_CHARACTER:
            return [self._accepts(nodes[0])]
        if operation in _NO_CHARACTER:
            return self._first(rest)
        match str(operation), argument:
            case "SUBPATTERN", (_, 0, 0, inner):
                return self._first([*inner, *rest])
            case "BRANCH", (_, alternatives):
                firsts = [self._first([*inner, *rest]) for inner in alternatives]
            case "MAX_REPEAT" | "MIN_REPEAT", (least, _, inner):
                firsts = [self._first([*inner, *rest]), *([] if least else [self._first(rest)])]
            case _:
                return None
        return None if None in firsts else [accepts for first in firsts for accepts in first or ()]

    def _step(self, count: int = 1) -> None:
        self._steps += count
        if self._steps > self._most:
            raise TooManySteps

    def _sequence(self, nodes: Any) -> Matcher:
        def chained(one: Matcher, other: Matcher) -> Matcher:
            return lambda place, then: one(place, lambda after: other(after, then))

        runs = groupby(nodes, lambda node: node[0] in _ONE_CHARACTER)
        matchers = [
            matcher
            for are_characters, run in runs
            for matcher in ([self._characters(run)] if are_characters else starmap(self._matcher, run))
        ]
        return reduce(chained, matchers) if matchers else lambda place, then: then(place)

    def _matcher(self, operation: Any, argument: Any) -> Matcher:
        matcher: Matcher = getattr(self, f"_{str(operation).lower()}")(argument)
        return matcher

    def _characters(self, nodes: Iterable[Any]) -> Matcher:
        accepted = [self._accepts(node) for node in nodes]

        def match(place: int, then: Then) -> bool:
            if place + len(accepted) > self._end:
                return False
            for accepts in accepted:
                self._step()
                if not accepts(self._text[place]):
                    return False
                place += 1
            return then(place)

        return match

    def _accepts(self, node: Any) -> Accepts:
        """Whether a character is what the node asks for, as CPython's own engine sees it."""
        one = _compiler.compile(_parser.SubPattern(self._state, [node]), self._flags)
        return cache(lambda character: one.match(character) is not None)

    def _at(self, argument: Any) -> Matcher:
        nodes = _parser.SubPattern(self._state, [(_constants.AT, argument)])
        here = _compiler.compile(nodes, self._flags)

        def match(place: int, then: Then) -> bool:
            self._step()
            return here.match(self._text, place, self._end) is not None and then(place)

        return match

    def _branch(self, argument: Any) -> Matcher:
        alternatives = [self._sequence(nodes) for nodes in argument[1]]

        def match(place: int, then: Then) -> bool:
            for alternative in alternatives:
                self._step()
                if alternative(place, then):
                    return True
            return False

        return match

    def _subpattern(self, argument: Any) -> Matcher:
        group, added, removed, nodes = argument
        before, self._flags = self._flags, (self._flags | added) & ~removed
        inner = self._sequence(nodes)
        self._flags = before

        def match(place: int, then: Then) -> bool:
            def closed(after: int) -> bool:
                before, self._groups[group] = self._groups.get(group), (place, after)
                if then(after):
                    return True
                self._groups[group] = before
                return False

            return inner(place, closed)

        return match if group is not None else inner

    def _groupref(self, group: int) -> Matcher:
        def match(place: int, then: Then) -> bool:
            start, end = self._groups.get(group) or (0, -1)
            self._step(1 + max(0, end - start))
            length = end - start
            same = (
                end >= 0
                and place + length <= self._end
                and self._text.startswith(self._text[start:end], place)
            )
            return same and then(place + length)

        return match

    def _assert(self, argument: Any, *, wanted: bool = True) -> Matcher:
        direction, nodes = argument
        inner = self._sequence(nodes)
        width = nodes.getwidth()[0] if direction < 0 else 0

        def match(place: int, then: Then) -> bool:
            self._step()
            return (place >= width and inner(place - width, lambda _: True)) == wanted and then(place)

        return match

    def _assert_not(self, argument: Any) -> Matcher:
        return self._assert(argument, wanted=False)

    def _max_repeat(self, argument: Any) -> Matcher:
        return self._repeated(*argument, greedy=True)

    def _min_repeat(self, argument: Any) -> Matcher:
        return self._repeated(*argument, greedy=False)

    def _repeated(self, least: int, most: int, nodes: Any, *, greedy: bool) -> Matcher:
        if len(nodes) == 1 and nodes[0][0] in _ONE_CHARACTER:
            run = self._greedy_run if greedy else self._lazy_run
            return run(least, min(int(most), sys.maxsize), self._accepts(nodes[0]))
        inner = self._sequence(nodes)

        def match(place: int, then: Then, count: int = 0) -> bool:
            self._step()

            def again() -> bool:
                return count < most and inner(
                    place, lambda after: (after > place or count < least) and match(after, then, count + 1)
                )

            if count < least:
                return again()
            return again() or then(place) if greedy else then(place) or again()

        return match

    def _greedy_run(self, least: int, most: int, accepts: Accepts) -> Matcher:
        def match(place: int, then: Then) -> bool:
            text, after, limit = self._text, place, min(self._end, place + most)
            while after < limit and accepts(text[after]):
                after += 1
            self._step(1 + after - place)
            while after >= place + least:
                if then(after):
                    return True
                self._step()
                after -= 1
            return False

        return match

    def _lazy_run(self, least: int, most: int, accepts: Accepts) -> Matcher:
        def match(place: int, then: Then) -> bool:
            for after in range(place, min(self._end, place + most) + 1):
                self._step()
                if after >= place + least and then(after):
                    return True
                if after == self._end or not accepts(self._text[after]):
                    break
            return False

        return match


stepped = cache(SteppedPattern)
