import threading
import time

import pytest
from django.core.management import CommandError

from chatbot_project import startup


def test_a_start_waits_for_a_database_that_is_away(through, empty_database, caplog):
    empty_database.proxy.refuse()
    back = threading.Timer(2, empty_database.proxy.accept)
    back.start()
    startup._connect(through)
    back.join()
    assert through.is_usable()
    assert "The database cannot be reached yet" in caplog.text


def test_a_start_gives_up_in_the_end_and_says_where_to_look(through, empty_database, monkeypatch):
    monkeypatch.setattr(startup, "DATABASE_WITHIN", 1.0)
    empty_database.proxy.refuse()
    began = time.monotonic()
    with pytest.raises(CommandError, match="DATABASE_URL cannot be reached"):
        startup._connect(through)
    assert time.monotonic() - began < 5
