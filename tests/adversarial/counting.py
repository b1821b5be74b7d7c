"""Counts the steps of Python code, those of C code that it calls included, the same on every machine.

Modules that are imported while `instrumented` holds are rewritten: each function and each round of a loop
counts one, and each operation on text, bytes or a list what it costs: a copy its length, a search the way
to what it finds, a regular expression the steps of its backtracking. Code that is not rewritten counts the
length of the texts that it is given, as if it were linear.

Steps are counted by the place in the code, so that a loop that grows with the square of a text's length
stands out beside whatever else is done with the text.
"""

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.machinery import PathFinder, SourceFileLoader
from types import CodeType, ModuleType
from typing import Any

from selectolax.lexbor import LexborNode

from tests.adversarial.regex_steps import TooManySteps, stepped

MOST_STEPS = 10_000_000  # at one place

_COPIED = (str, bytes, list, tuple)
_LINEAR_IN_A_LIST = frozenset({"copy", "count", "index", "insert", "remove", "reverse", "sort"})
_OF_PATTERNS = frozenset({"findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn"})
_LINEAR_IN_A_NODE = frozenset({"css", "css_first", "text"})

packages: list[str] = []  # that are counted
steps: Counter[str] = Counter()


def counted_step(place: str, cost: int = 1) -> None:
    steps[place] += cost
    if steps[place] > MOST_STEPS:
        raise TooManySteps(place)


def counted_each(place: str, items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        counted_step(place)
        yield item


def counted_copy(place: str, copy: Any) -> Any:
    if type(copy) in _COPIED:
        counted_step(place, len(copy))
    return copy


def counted_in(place: str, item: Any, container: Any) -> bool:
    if type(container) is str:
        found = container.find(item)
        counted_step(place, len(container) if found < 0 else found + 1)
    elif type(container) in (list, tuple):
        counted_step(place, len(container))
    return item in container


def counted_call(place: str, function: Any, /, *arguments: Any, **named: Any) -> Any:
    if not _is_counted(getattr(function, "__module__", None)):
        counted_step(place, 1 + sum(len(each) for each in arguments if type(each) in _COPIED))
    return function(*arguments, **named)


def counted_method(place: str, owner: Any, name: str, /, *arguments: Any, **named: Any) -> Any:
    if owner is re and name in _OF_PATTERNS:
        owner, arguments = re.compile(arguments[0], named.pop("flags", 0)), arguments[1:]
    method = getattr(owner, name)
    kind = type(owner)
    if kind is re.Pattern:
        return _counted_match(owner, name, *arguments, **named)
    if kind in (str, bytes):
        result = method(*arguments, **named)
        counted_step(place, _cost_of_string_method(owner, name, arguments, result))
        return result
    if kind is list and (name in _LINEAR_IN_A_LIST or (name == "pop" and arguments == (0,))):
        counted_step(place, len(owner))
    elif kind is LexborNode and name in _LINEAR_IN_A_NODE:
        counted_step(place, len(owner.html or ""))
    return counted_call(place, method, *arguments, **named)


def _cost_of_string_method(owner: Any, name: str, arguments: Sequence[Any], result: Any) -> int:
    if name in ("find", "index", "count", "rfind", "rindex"):
        start, end, _ = slice(*(*arguments[1:], None, None)[:2]).indices(len(owner))
        if name in ("find", "index") and result >= 0:
            end = result
        elif name in ("rfind", "rindex"):
            start = max(start, result)
        return 1 + max(0, end - start)
    if name in ("startswith", "endswith"):
        return 1
    return len(owner) + (len(result) if type(result) in _COPIED else 0)


@cache
def _is_counted(module: str | None) -> bool:
    return any(f"{module}.".startswith(f"{package}.") for package in packages)


def _counted_match(pattern: re.Pattern[Any], name: str, /, *arguments: Any, **named: Any) -> Any:
    if name in ("match", "fullmatch"):
        text, start, end = (
            (*arguments, 0, sys.maxsize)[:3] if len(arguments) != 2 else (*arguments, sys.maxsize)
        )
        _count_attempts(
            pattern, text, range(start, start + 1), min(end, len(text)), whole=name == "fullmatch"
        )
        return getattr(pattern, name)(*arguments, **named)
    if name in ("sub", "subn"):
        for _ in _counted_matches(pattern, named.get("string") or arguments[1]):
            pass
        return getattr(pattern, name)(*arguments, **named)
    matches = _counted_matches(pattern, *arguments)
    if name == "finditer":
        return matches
    if name == "search":
        return next(matches, None)
    for _ in matches:
        pass
    return getattr(pattern, name)(*arguments, **named)


def _counted_matches(
    pattern: re.Pattern[Any], text: Any, start: int = 0, end: int = sys.maxsize
) -> Iterator[re.Match[Any]]:
    matches, end = pattern.finditer(text, start, end), min(end, len(text))
    while start <= end:
        _count_attempts(pattern, text, range(start, end + 1), end)
        if not (match := next(matches, None)):
            return
        start = max(match.end(), match.start() + 1)
        yield match


def _count_attempts(
    pattern: re.Pattern[Any], text: Any, starts: range, end: int, *, whole: bool = False
) -> None:
    place = f"the pattern {pattern.pattern[:60]!r}"
    if isinstance(text, str):
        counted_step(place, stepped(pattern).steps(text, starts, end, whole=whole, most=MOST_STEPS))


_HOOKS = (counted_each, counted_copy, counted_in, counted_call, counted_method, counted_step)
_LEFT_ALONE = frozenset(
    {"super", "locals", "globals", "vars", "isinstance", "issubclass", "len", "type", "cast"}
)


class _Rewriter(ast.NodeTransformer):
    def __init__(self, module: str) -> None:
        self._module = module

    def _hook(self, function: Any, node: ast.AST, *arguments: ast.expr, keywords: Any = ()) -> ast.Call:
        place = ast.Constant(f"{self._module}:{getattr(node, 'lineno', 0)}")
        call = ast.Call(ast.Name(function.__name__, ast.Load()), [place, *arguments], list(keywords))
        return ast.fix_missing_locations(ast.copy_location(call, node))

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        match node.func:
            case ast.Attribute(value, name):
                called = [value, ast.Constant(name)]
                return self._hook(counted_method, node, *called, *node.args, keywords=node.keywords)
            case ast.Name(name) if name in _LEFT_ALONE:
                return node
        return self._hook(counted_call, node, node.func, *node.args, keywords=node.keywords)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        is_slice = isinstance(node.slice, ast.Slice) and isinstance(node.ctx, ast.Load)
        return self._hook(counted_copy, node, node) if is_slice else node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        return self._hook(counted_copy, node, node) if isinstance(node.op, ast.Add | ast.Mult) else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                value.value = self.visit(value.value)
        return self._hook(counted_copy, node, node)

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Add) or isinstance(node.target, ast.Name):
            return node  # CPython appends to a local variable's string in place
        whole = ast.parse(ast.unparse(node.target), mode="eval").body
        return [node, ast.copy_location(ast.Expr(self._hook(counted_copy, node, whole)), node)]

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        match node.ops:
            case [ast.In()]:
                return self._hook(counted_in, node, node.left, *node.comparators)
            case [ast.NotIn()]:
                found = self._hook(counted_in, node, node.left, *node.comparators)
                return ast.copy_location(ast.UnaryOp(ast.Not(), found), node)
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        self.generic_visit(node)
        node.iter = self._hook(counted_each, node.iter, node.iter)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        self.generic_visit(node)
        if not node.is_async:
            node.iter = self._hook(counted_each, node.iter, node.iter)
        return node

    def visit_While(self, node: ast.While) -> ast.AST:
        self.generic_visit(node)
        node.body.insert(0, ast.copy_location(ast.Expr(self._hook(counted_step, node)), node))
        return node

    def visit_FunctionDef(self, node: Any) -> ast.AST:
        body, decorators = node.body, node.decorator_list
        node.body = [self.visit(each) for each in body]
        node.body = [each for group in node.body for each in (group if isinstance(group, list) else [group])]
        node.decorator_list = [self.visit(each) for each in decorators]
        node.body.insert(0, ast.copy_location(ast.Expr(self._hook(counted_step, node)), node))
        return node

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815


class _Loader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        vars(module).update({hook.__name__: hook for hook in _HOOKS})
        super().exec_module(module)

    def get_code(self, fullname: str) -> CodeType:
        source = self.get_source(fullname) or ""
        tree = _Rewriter(fullname).visit(ast.parse(source))
        return compile(ast.fix_missing_locations(tree), f"counted:{fullname}", "exec")


class _Finder:
    def find_spec(self, name: str, path: Any, target: ModuleType | None = None) -> Any:
        if not _is_counted(name):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(name, spec.loader.path)
        return spec


@contextmanager
def instrumented(*names: str) -> Iterator[None]:
    """What is imported of these packages meanwhile counts its steps, for as long as the process lives."""
    finder = _Finder()
    packages.extend(names)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
