"""Nobody is told what is asked here: the local model's library is kept from reporting to its maker."""

import os
import subprocess
import sys

from chatbot_project.env import BASE_DIR

PROGRAM = """
import asyncio, django
django.setup()
from knowledge.providers.local.minilm import MiniLmEmbedder
print(len(asyncio.run(MiniLmEmbedder().embed_query("a question"))))
"""
# With one of these set, the library keeps quiet by itself.
SILENCING = ("CI", "ORT_DISABLE_TELEMETRY", "GITHUB_ACTIONS", "TF_BUILD")


def test_embedding_leaves_no_device_id_behind(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    environment = {name: value for name, value in os.environ.items() if name not in SILENCING}
    environment |= {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "ENV_FILE": "",
        "DATA_DIR": str(tmp_path / "data"),
        "DJANGO_SETTINGS_MODULE": "chatbot_project.settings",
    }
    embedded = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=BASE_DIR, env=environment, capture_output=True, text=True
    )
    assert (embedded.stdout, embedded.returncode) == ("384\n", 0), embedded.stderr
    assert list(home.rglob("*")) == []
