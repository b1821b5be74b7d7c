"""Code on the event loop reaches the database through threads of its own."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# The ORM's own async methods share one thread, and detached tasks on them keep their connections.
ASYNC_ORM = {
    *("aget", "acreate", "afirst", "alast", "aexists", "acount", "aupdate", "adelete", "asave", "ain_bulk"),
    *("aget_or_create", "aupdate_or_create", "abulk_create", "abulk_update", "arefresh_from_db", "aiterator"),
}


@pytest.mark.parametrize("path", sorted((ROOT / "chat").rglob("*.py")), ids=lambda path: path.name)
def test_the_chat_never_uses_the_async_orm(path):
    names = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    assert not names & ASYNC_ORM
