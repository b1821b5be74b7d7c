"""The expected slugs are those that github-slugger 1.5 documents or that Docusaurus sites show."""

import pytest

from knowledge.sources.slugs import Slugger, split_explicit_id


@pytest.mark.parametrize(
    ("heading", "slug"),
    [
        ("Getting Started", "getting-started"),
        ("bindActionCreators(actionCreators, dispatch)", "bindactioncreatorsactioncreators-dispatch"),
        ("What's New in v2.0?", "whats-new-in-v20"),
        ("TypeScript & JavaScript", "typescript--javascript"),
        ("A - B", "a---b"),
        ("ros2_control", "ros2_control"),
        ("Café déjà vu", "café-déjà-vu"),
        ("你好,世界", "你好世界"),
        ("Привет, мир!", "привет-мир"),
        ("🚀 Launch", "-launch"),
        ("sense–plan–act", "senseplanact"),
        ("tab\there", "tabhere"),
        ("no\u00a0break", "nobreak"),
        ("Ⅷ Ⓐ ½ ²", "ⅷ-ⓐ--"),
        ("100% (really) [sic]", "100-really-sic"),
        ("../config/*.json", "configjson"),
    ],
)
def test_a_slug_keeps_letters_and_digits_and_turns_spaces_into_dashes(heading, slug):
    assert Slugger().slug(heading) == slug


def test_equal_headings_are_numbered():
    slugger = Slugger()
    assert [slugger.slug("Example") for _ in range(3)] == ["example", "example-1", "example-2"]


def test_a_number_that_a_heading_took_is_not_given_twice():
    slugger = Slugger()
    assert [slugger.slug(heading) for heading in ("Step", "Step 1", "Step", "Step")] == [
        "step",
        "step-1",
        "step-2",
        "step-3",
    ]


@pytest.mark.parametrize(
    ("heading", "text", "explicit"),
    [
        ("Quality of service {#qos}", "Quality of service", "qos"),
        ("Escaped \\{#esc}", "Escaped", "esc"),
        ("In MDX {/* #mdx-id */}", "In MDX", "mdx-id"),
        ("In HTML <!-- #html-id -->", "In HTML", "html-id"),
        ("Spaces {#not an id, but kept}  ", "Spaces", "not an id, but kept"),
        ("Not at the end {#id} of it", "Not at the end {#id} of it", None),
        ("A comment {/* todo */}", "A comment {/* todo */}", None),
        ("{#only}", "", "only"),
    ],
)
def test_an_id_at_the_end_of_a_heading_is_taken_off(heading, text, explicit):
    assert split_explicit_id(heading) == (text, explicit)
