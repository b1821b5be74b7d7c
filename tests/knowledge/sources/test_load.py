"""Which files are read, from where, and what goes wrong."""

import pytest

from knowledge.errors import SourceUnreadable
from knowledge.sources import default_base_url, load, snapshot


def test_pages_come_by_path(read_pages):
    pages = dict.fromkeys(("b.md", "a/z.mdx", "a.txt", "c/index.html", "a/B.MD", "d.markdown"), "text")
    assert list(read_pages(pages)) == ["a.txt", "a/B.MD", "a/z.mdx", "b.md", "c/index.html", "d.markdown"]


def test_partials_hidden_files_packages_and_other_kinds_are_no_pages(read_pages):
    others = [
        "_partial.md", "_drafts/a.md", ".hidden.md", ".git/a.md", "node_modules/x/README.md",
        "style.css", "notes.rst", "data.jsonl", "page.md.bak",
    ]  # fmt: skip
    assert list(read_pages(dict.fromkeys([*others, "page.md"], "text"))) == ["page.md"]


def test_addresses_follow_the_tree(read_pages):
    documents = read_pages({"docs/01-intro.md": "x", "docs/02-ros/index.mdx": "x", "about.html": "<p>x</p>"})
    assert {path: document.url for path, document in documents.items()} == {
        "docs/01-intro.md": "https://site.example/docs/intro",
        "docs/02-ros/index.mdx": "https://site.example/docs/ros/",
        "about.html": "https://site.example/about.html",
    }


def test_a_single_page_can_be_read(folder):
    [document] = load([folder({"docs/01-a.md": "text"}) / "docs" / "01-a.md"], base_url="/book")
    assert (document.path, document.url) == ("01-a.md", "/book/a")


def test_several_sources_are_read_in_their_order(folder, tmp_path):
    (tmp_path / "more.jsonl").write_text('{"id": "z", "text": "x"}')
    root = folder({"a.md": "text"})
    assert [d.path for d in load([tmp_path / "more.jsonl", root], base_url="/book")] == ["z", "a.md"]


def test_two_documents_of_one_path_are_refused_by_name(folder, tmp_path):
    root = folder({"a.md": "text"})
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.md").write_text("text")
    with pytest.raises(SourceUnreadable, match=rf"{root} and {tmp_path / 'other'} both hold 'a\.md'"):
        load([root, tmp_path / "other"], base_url="/book")


def test_links_are_followed_within_the_root_alone(folder, tmp_path):
    root = folder({"real.md": "real", ".data/a.md": "linked"})
    (tmp_path / "outside.md").write_text("secret")
    (root / "inside.md").symlink_to(root / ".data" / "a.md")
    (root / "outside.md").symlink_to(tmp_path / "outside.md")
    (root / "broken.md").symlink_to(root / "nothing.md")
    (root / "loop").symlink_to(root, target_is_directory=True)
    assert [d.path for d in load([root], base_url="/book")] == ["inside.md", "real.md"]


def test_a_folder_that_is_itself_a_link_is_read(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder({"a.md": "text"}), target_is_directory=True)
    assert [d.path for d in load([tmp_path / "link"], base_url="/book")] == ["a.md"]


@pytest.mark.parametrize("name", ["nowhere", "nowhere.jsonl"])
def test_a_missing_path_is_named(tmp_path, name):
    with pytest.raises(SourceUnreadable, match=f"There is no folder or file .*{name}"):
        load([tmp_path / name], base_url="/book")


def test_a_file_of_another_kind_is_refused(folder):
    with pytest.raises(SourceUnreadable, match=r"book\.pdf is not a folder"):
        load([folder({"book.pdf": "x"}) / "book.pdf"], base_url="/book")


def test_a_book_without_text_is_refused(folder):
    with pytest.raises(SourceUnreadable, match=r"There is nothing to read in .*site"):
        load([folder({"empty.md": "", "draft.md": "---\ndraft: true\n---\nx"})], base_url="/book")


def test_a_huge_page_is_read_whole(read_page):
    document = read_page("".join(f"## Heading {n}\n\nText {n}.\n\n" for n in range(5000)))
    assert len(document.sections) == 5000


def test_a_snapshot_tells_changes_of_pages_and_partials(folder):
    root = folder({"a.md": "text", "_b.md": "text", "c.css": "text"})
    before = snapshot(root)
    (root / "c.css").write_text("other")
    assert snapshot(root) == before
    (root / "_b.md").write_text("longer text")
    changed = snapshot(root)
    assert changed != before
    (root / "a.md").unlink()
    assert snapshot(root) not in (before, changed)
    assert snapshot(root / "nowhere") == frozenset()


def test_pages_lead_to_the_site_or_to_this_server(settings):
    settings.CONTENT_BASE_URL = None
    assert default_base_url() == "/book"
    settings.CONTENT_BASE_URL = "https://site.example"
    assert default_base_url() == "https://site.example"
