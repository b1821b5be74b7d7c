"""A conversation opened: readable, faithful, and harmless whatever was written."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from chat.models import Conversation
from tests.chat.admin.conftest import MakeConversation, rate

TRACE = {
    "question": "how is the zero-moment point measured?",
    "evidence": 0.8123,
    "candidates": [
        {
            "id": "7f0c",
            "url": "https://book.example/sensors#force-plates",
            "heading": "Force plates",
            "score": 1.9344,
            "similarity": 0.6612,
            "bm25": 11.25,
        },
        {
            "id": "8a1d",
            "url": "/balance#zmp",
            "heading": "Zero-moment point",
            "score": 1.2,
            "similarity": None,
        },
    ],
}


def opened(client: Client, conversation: Conversation) -> str:
    response = client.get(reverse("admin:chat_conversation_change", args=[conversation.pk]))
    assert response.status_code == 200
    # The page's own frame has scripts and handlers; the transcript must have none.
    return re.search(r'<div class="transcript">.*</ol>', response.content.decode(), re.DOTALL)[0]


def test_it_reads_as_question_and_answer_with_model_timings_and_tokens(
    owner: Client, make_conversation: MakeConversation
) -> None:
    page = opened(owner, make_conversation("What is ZMP?", "And how is it measured?"))
    assert page.index("What is ZMP?") < page.index("support polygon") < page.index("And how is it measured?")
    for fact in ("extractive (local)", "12 ms", "15 ms", "43 ms", "1,200 tokens", "64 tokens"):
        assert fact in page


def test_citations_and_their_markers_lead_to_the_cited_section(
    owner: Client, make_conversation: MakeConversation
) -> None:
    page = opened(owner, make_conversation("What is ZMP?"))
    links = re.findall(r"<a [^>]*book\.example/balance#zmp[^>]*>([^<]*)</a>", page)
    assert links == [
        "[1]",
        "Locomotion \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} Balance "
        "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} Zero-moment point",
    ]
    assert "0.71" in page


def test_links_of_others_open_apart_and_tell_them_nothing(
    owner: Client, make_conversation: MakeConversation, settings
) -> None:
    settings.CONTENT_BASE_URL = "https://site.example"
    page = opened(owner, make_conversation("What is ZMP?", page_url="https://site.example/page", trace=TRACE))
    links = re.findall(r"<a [^>]*>", page)
    assert len(links) == 5
    assert all('target="_blank" rel="noopener noreferrer"' in link for link in links)


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,<script>1</script>", "//evil.example", "/\\evil.example", ""],
)
def test_an_address_that_is_no_web_page_is_shown_but_is_no_link(
    owner: Client, make_conversation: MakeConversation, url: str
) -> None:
    page = opened(owner, make_conversation("What is ZMP?", citation_url=url, page_url=url))
    assert "<a " not in page
    assert "Zero-moment point" in page


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/page",
        "https://book.example.evil.example/page",
        "https://book.example@evil.example/page",
        "https://a.pages.example/page",
        "/admin/logout/",
    ],
)
def test_a_page_that_is_not_on_the_book_s_site_is_shown_but_is_no_link(
    owner: Client, make_conversation: MakeConversation, settings, url: str
) -> None:
    settings.CONTENT_BASE_URL = "https://book.example"
    settings.FRAMING_ORIGINS = ["*", "https://*.pages.example", "https://shop.example"]
    conversation = make_conversation("What is ZMP?", page_url=url)
    conversation.messages.filter(role="user").update(page_url=f"{url}/2")
    page = opened(owner, conversation)
    assert f"<dd>{url}</dd>" in page
    assert f"On {url}/2</p>" in page
    assert not re.search(rf"<a [^>]*{re.escape(url)}", page)


@pytest.mark.parametrize(
    ("url", "is_link"),
    [
        ("https://book.example/docs/balance", True),
        ("https://shop.example/chat?page=2", True),
        ("https://book.example/other/", False),
    ],
)
def test_a_page_on_the_book_s_site_is_a_link(
    owner: Client, make_conversation: MakeConversation, settings, url: str, is_link: bool
) -> None:
    settings.CONTENT_BASE_URL = "https://book.example/docs"
    settings.FRAMING_ORIGINS = ["https://shop.example"]
    page = opened(owner, make_conversation("What is ZMP?", page_url=url))
    assert (f'<dd><a href="{url}"' in page) is is_link


def test_a_marked_passage_does_not_make_its_page_a_link(
    owner: Client, make_conversation: MakeConversation
) -> None:
    url = "https://evil.example/page"
    trace = {"question": "x", "candidates": [{"heading": "Your selection", "url": url}]}
    conversation = make_conversation("Explain", citation_url=url, trace=trace)
    conversation.messages.filter(role="user").update(page_url=url)
    page = opened(owner, conversation)
    assert "<a " not in page
    assert f"({url})" in page


def test_what_a_reader_writes_is_text_and_never_markup(
    owner: Client, make_conversation: MakeConversation
) -> None:
    attack = '<script>alert(1)</script>"><img src=x onerror=alert(2)>{{ 7|add:7 }}\nsecond line'
    conversation = make_conversation(
        attack,
        answer=attack,
        selected_text=attack,
        page_url=attack,
        trace={"question": attack, "candidates": [{"heading": attack, "url": attack}]},
    )
    rate(conversation, "down", comment=attack)
    page = opened(owner, conversation)
    assert "<script" not in page
    assert "<img" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 6
    assert "{{ 7|add:7 }}\nsecond line" in page


def test_the_transcript_needs_no_inline_style_script_or_handler(
    owner: Client, make_conversation: MakeConversation
) -> None:
    conversation = make_conversation("What is ZMP?", trace=TRACE)
    rate(conversation, "up", comment="Thanks")
    page = opened(owner, conversation)
    assert not re.search(r"<style|<script|\sstyle=|\son\w+=", page)


def test_marks_tell_what_went_wrong(owner: Client, make_conversation: MakeConversation) -> None:
    conversation = make_conversation("What is ZMP?", answered=False, degraded=True)
    conversation.messages.filter(role="assistant").update(status="interrupted", error_code="llm_interrupted")
    page = opened(owner, conversation)
    for mark in ("Not in the book", "Degraded", "Interrupted", "llm_interrupted"):
        assert mark in page
    assert "Not in the book" not in opened(owner, make_conversation("What is ZMP?"))


def test_feedback_stands_with_the_answer_that_it_is_about(
    owner: Client, make_conversation: MakeConversation
) -> None:
    conversation = make_conversation("first", "second")
    rate(conversation, "down", comment="Wrong unit", turn=0)
    page = opened(owner, conversation)
    assert page.index("first") < page.index("Wrong unit") < page.index("second")
    assert "accuracy" in page


def test_the_trace_shows_what_was_searched_for_and_found(
    owner: Client, make_conversation: MakeConversation
) -> None:
    page = opened(owner, make_conversation("And how is it measured?", trace=TRACE))
    trace = re.search(r"<details.*</details>", page, re.DOTALL)[0]
    for fact in ("how is the zero-moment point measured?", "0.81", "Force plates", "1.934", "0.661", "11.25"):
        assert fact in trace


@pytest.mark.parametrize("trace", [None, {}, {"question": "x"}, {"candidates": [{}]}])
def test_an_incomplete_trace_does_not_hide_the_conversation(
    owner: Client, make_conversation: MakeConversation, trace: dict[str, object] | None
) -> None:
    assert "What is ZMP?" in opened(owner, make_conversation("What is ZMP?", trace=trace))


@pytest.mark.parametrize("turns", [1, 15])
def test_a_transcript_takes_five_queries_however_long_it_is(
    owner: Client, make_conversation: MakeConversation, django_assert_num_queries, turns: int
) -> None:
    conversation = make_conversation(*(f"question {turn}" for turn in range(turns)), trace=TRACE)
    for turn in range(turns):
        rate(conversation, "down", turn=turn)
    opened(owner, conversation)  # which caches the content types
    with django_assert_num_queries(5):
        assert opened(owner, conversation).count('class="entry ') == 2 * turns
