"""Index builds and documents: there to look at."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from knowledge.models import Document, IndexBuild

BUILDS = "/admin/knowledge/indexbuild/"
DOCUMENTS = "/admin/knowledge/document/"


@pytest.fixture
def build(db: None) -> IndexBuild:
    return IndexBuild.objects.create(
        build_id="b1",
        status=IndexBuild.Status.ACTIVE,
        embedder_provider="local",
        embedder_model="all-MiniLM-L6-v2",
        embedder_dimensions=384,
        documents_added=3,
        documents_changed=2,
        documents_removed=1,
        documents_unchanged=7,
        chunks=1234,
        duration=timedelta(seconds=9),
    )


def document_of(build: IndexBuild, number: int = 1, *, url: str = "https://book.example/balance") -> Document:
    return Document.objects.create(
        build=build, path=f"docs/{number}.md", title="Balance", url=url, content_hash="0" * 64, chunks=5
    )


def test_a_build_shows_its_embedder_and_counts(owner: Client, build: IndexBuild) -> None:
    for address in (BUILDS, reverse("admin:knowledge_indexbuild_change", args=[build.pk])):
        page = owner.get(address).content.decode()
        assert "all-MiniLM-L6-v2 (local, 384-d)" in page
        assert "3 new, 2 changed, 1 removed, 7 unchanged" in page
        assert "1234" in page


def test_a_running_build_shows_how_far_it_is(owner: Client) -> None:
    IndexBuild.objects.create(build_id="b2", phase="embedding", done=250, total=1000)
    page = owner.get(BUILDS).content.decode()
    assert "embedding 250 of 1,000" in page
    assert "25%" in page


def test_a_failed_build_shows_why(owner: Client) -> None:
    IndexBuild.objects.create(build_id="b3", status=IndexBuild.Status.FAILED, error="The disk is full.")
    assert "The disk is full." in owner.get(BUILDS).content.decode()


def test_a_build_leads_to_its_documents(owner: Client, build: IndexBuild) -> None:
    document_of(build)
    other = IndexBuild.objects.create(build_id="b0", status=IndexBuild.Status.SUPERSEDED)
    document_of(other, 2)
    page = owner.get(reverse("admin:knowledge_indexbuild_change", args=[build.pk])).content.decode()
    address = f"{DOCUMENTS}?build__id__exact={build.pk}"
    assert address in page
    shown = owner.get(address).context["cl"].result_list
    assert [document.path for document in shown] == ["docs/1.md"]


def test_a_documents_page_is_a_link_only_where_it_is_one(owner: Client, build: IndexBuild) -> None:
    document_of(build, 1, url="/book/balance")
    document_of(build, 2, url="javascript:alert(1)")
    page = owner.get(DOCUMENTS).content.decode()
    assert '<a href="/book/balance" target="_blank" rel="noopener noreferrer">' in page
    assert 'href="javascript:' not in page


@pytest.mark.parametrize("rows", [2, 30])
def test_the_lists_take_a_fixed_number_of_queries(
    owner: Client, build: IndexBuild, django_assert_num_queries, rows: int
) -> None:
    for number in range(rows):
        document_of(build, number)
        IndexBuild.objects.create(build_id=f"x{number}", status=IndexBuild.Status.FAILED)
    for address in (DOCUMENTS, BUILDS):
        with django_assert_num_queries(4):
            assert len(owner.get(address).context["cl"].result_list) >= rows


def test_nobody_edits_the_mirror(owner: Client, build: IndexBuild) -> None:
    document = document_of(build)
    for name, row in (("indexbuild", build), ("document", document)):
        assert owner.get(reverse(f"admin:knowledge_{name}_add")).status_code == 403
        assert owner.post(reverse(f"admin:knowledge_{name}_change", args=[row.pk]), {}).status_code == 403
        assert owner.post(reverse(f"admin:knowledge_{name}_delete", args=[row.pk])).status_code == 403


def test_the_sidebar_shows_staff_only_what_they_may_open(
    owner: Client, viewer: Client, vera_who_may_view: User
) -> None:
    assert "/admin/auth/user/" in owner.get("/admin/").content.decode()
    page = viewer.get("/admin/").content.decode()
    assert BUILDS in page
    assert "/admin/auth/user/" not in page
