"""Logging in to the admin: few attempts, and one password hashed at a time."""

import asyncio
import threading
from collections import Counter
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.test import AsyncClient

pytestmark = pytest.mark.django_db(transaction=True)

LOGIN = "/admin/login/"


@pytest.fixture(autouse=True)
def _owner(olga_the_owner: User) -> None:
    """There is one account."""


async def attempt(password: str, **headers: str) -> Any:
    return await AsyncClient().post(LOGIN, {"username": "olga", "password": password}, headers=headers)


async def test_an_address_that_guesses_passwords_is_told_to_wait(settings) -> None:
    settings.THROTTLE_LOGIN = "2/10 minutes"
    assert [(await attempt(f"guess {n}")).status_code for n in range(2)] == [200, 200]
    refused = await attempt("correct horse")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 600
    assert "<h1>Too many attempts to log in." in refused.content.decode()
    assert "sessionid" not in refused.cookies


async def test_each_address_has_attempts_of_its_own(settings) -> None:
    settings.THROTTLE_LOGIN, settings.TRUSTED_PROXIES = "1/10 minutes", 1
    addresses = ["192.0.2.1", "192.0.2.1", "192.0.2.2"]
    statuses = [
        (await attempt("guess", **{"X-Forwarded-For": f"198.51.100.{n}, {address}"})).status_code
        for n, address in enumerate(addresses)
    ]
    assert statuses == [200, 429, 200]


async def test_a_successful_login_ends_the_count(settings) -> None:
    settings.THROTTLE_LOGIN = "2/10 minutes"
    passwords = ["guess", "correct horse", "guess", "correct horse", "guess", "guess", "correct horse"]
    statuses = [(await attempt(password)).status_code for password in passwords]
    assert statuses == [200, 302, 200, 302, 200, 200, 429]


async def test_opening_the_page_is_no_attempt(settings) -> None:
    settings.THROTTLE_LOGIN = "1/10 minutes"
    assert [(await AsyncClient().get(LOGIN)).status_code for _ in range(3)] == [200] * 3
    response = await attempt("correct horse")
    assert (response.status_code, response.url) == (302, "/admin/")


async def test_parallel_guesses_are_counted_before_a_password_is_hashed(settings) -> None:
    settings.THROTTLE_LOGIN = "3/10 minutes"
    responses = await asyncio.gather(*(attempt(f"guess {n}") for n in range(12)))
    assert Counter(response.status_code for response in responses) == {200: 3, 429: 9}


async def test_one_password_is_hashed_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    hashing, second = threading.Semaphore(1), threading.Event()
    encode = MD5PasswordHasher.encode

    def watched(self: MD5PasswordHasher, password: str, salt: str) -> str:
        if not hashing.acquire(blocking=False):
            second.set()
            return encode(self, password, salt)
        second.wait(0.1)  # for another to come, if one may
        hashing.release()
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", watched)
    responses = await asyncio.gather(*(attempt(f"guess {n}") for n in range(8)))
    assert [response.status_code for response in responses] == [200] * 8
    assert not second.is_set()
