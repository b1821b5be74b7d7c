import pytest
from django.test import RequestFactory

from chatbot_project.clients import (
    address_of_request,
    address_of_scope,
    client_address,
    throttle_key_of,
)

PEER = "10.0.0.9"


def test_without_proxies_the_peer_is_the_client_whatever_it_claims():
    assert client_address(PEER, "1.1.1.1, 2.2.2.2", 0) == PEER


@pytest.mark.parametrize(("proxies", "client"), [(1, "3.3.3.3"), (2, "2.2.2.2"), (3, "1.1.1.1")])
def test_proxies_are_counted_from_the_right(proxies, client):
    assert client_address(PEER, "1.1.1.1, 2.2.2.2,3.3.3.3", proxies) == client


def test_a_forged_entry_on_the_left_changes_nothing():
    assert client_address(PEER, "6.6.6.6, 3.3.3.3", 1) == client_address(PEER, "3.3.3.3", 1) == "3.3.3.3"


@pytest.mark.parametrize("header", [None, "", "nonsense", "a, b, c", ",", "999.1.1.1", "[::1"])
def test_a_header_that_says_nothing_leaves_the_peer(header):
    expected = "::1" if header == "[::1" else PEER
    assert client_address(PEER, header, 1) == expected


def test_a_header_shorter_than_the_chain_of_proxies_gives_its_leftmost_entry():
    assert client_address(PEER, "1.1.1.1", 3) == "1.1.1.1"


@pytest.mark.parametrize(
    ("entry", "address"),
    [
        ("1.2.3.4:5678", "1.2.3.4"),
        (" 1.2.3.4 ", "1.2.3.4"),
        ('"[2001:db8::1]:443"', "2001:db8::1"),
        ("[2001:DB8::1]", "2001:db8::1"),
        ("2001:db8:0:0::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
    ],
)
def test_an_entry_may_have_a_port_brackets_and_blanks(entry, address):
    assert client_address(PEER, entry, 1) == address


def test_a_caller_without_any_address_is_unknown():
    assert client_address(None, None, 1) == throttle_key_of("unknown") == "unknown"


def test_one_ipv6_subscriber_counts_as_one_caller():
    assert throttle_key_of("2001:db8:1:2:a::1") == throttle_key_of("2001:db8:1:2:b::2") == "2001:db8:1:2::/64"
    assert throttle_key_of("2001:db8:1:3::1") != throttle_key_of("2001:db8:1:2::1")
    assert throttle_key_of("1.2.3.4") == "1.2.3.4"


def test_a_request_and_a_socket_of_one_caller_have_one_address(settings):
    settings.TRUSTED_PROXIES = 1
    request = RequestFactory().get("/", REMOTE_ADDR=PEER, headers={"X-Forwarded-For": "9.9.9.9, 1.2.3.4"})
    scope = {
        "client": (PEER, 5000),
        "headers": [(b"x-forwarded-for", b"9.9.9.9"), (b"host", b"h"), (b"x-forwarded-for", b"1.2.3.4")],
    }
    assert address_of_request(request) == address_of_scope(scope) == "1.2.3.4"


def test_a_socket_without_a_peer_is_unknown(settings):
    settings.TRUSTED_PROXIES = 0
    assert address_of_scope({"client": None, "headers": []}) == "unknown"
