import pytest


@pytest.fixture
def failing_site(settings, client):
    """A client of the views in `tests.frame.urls`, which answers errors as a server does."""
    settings.ROOT_URLCONF = "tests.frame.urls"
    client.raise_request_exception = False
    return client
