"""FHIR narratives: every word kept, nothing active, in time proportional to their size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.fhir.narrative import MAX_BLOCKS, narrative_text, read_narrative
from dmp_tui.dmp.narrative import Items, Paragraph, Picture, Table
from tests.dmp.fhir.builders import LATEX, document, narrative, read, section


def div(inner: str) -> str:
    return f'<div xmlns="http://www.w3.org/1999/xhtml">{inner}</div>'


def test_paragraphs_headings_and_breaks() -> None:
    assert read_narrative(div("<h3>Problems</h3><p>One<br/>two</p>three <b>bold</b>")) == (
        Paragraph("Problems", heading=True),
        Paragraph("One"),
        Paragraph("two"),
        Paragraph("three bold"),
    )


def test_a_table_has_a_header_a_caption_and_full_rows() -> None:
    table = div(
        "<table><caption>Meds</caption><thead><tr><th>Name</th><th>Dose</th></tr></thead>"
        "<tbody><tr><td>A</td><td>1<br/>2</td></tr><tr><td colspan='2'>none</td></tr><tr><td>B</td></tr></tbody>"
        "</table>"
    )
    assert read_narrative(table) == (Table((("A", "1 2"), ("none", ""), ("B", "")), ("Name", "Dose"), "Meds"),)


def test_a_row_that_mixes_headers_and_cells_is_a_row() -> None:
    assert read_narrative(div("<table><tr><th>A</th><td>1</td></tr></table>")) == (Table((("A", "1"),)),)


def test_lists_and_their_inner_lists() -> None:
    assert read_narrative(div("<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>")) == (
        Items(("a", "b", "c"), ordered=True),
    )


def test_an_inner_table_stays_in_its_cell() -> None:
    blocks = read_narrative(div("<table><tr><td>a<table><tr><td>b</td></tr></table></td></tr></table>"))
    assert blocks == (Table((("a b",),)),)


def test_images_are_named_and_scripts_are_not_read() -> None:
    blocks = read_narrative(div('<img alt="Scan" src="x"/><script>alert(1)</script><style>p{}</style><p>end</p>'))
    assert blocks == (Picture("Scan"), Paragraph("end"))


def test_named_characters_of_html() -> None:
    assert read_narrative(div("a&nbsp;b &eacute; &lt;i&gt; &amp;")) == (Paragraph("a b é <i> &"),)


def test_prefixed_elements() -> None:
    prefixed = '<x:div xmlns:x="http://www.w3.org/1999/xhtml"><x:p>a</x:p><x:p>b</x:p></x:div>'
    assert read_narrative(prefixed) == (Paragraph("a"), Paragraph("b"))


def test_what_is_no_xml_is_stripped_not_lost() -> None:
    assert read_narrative('<div><p>one<p>two <b>bold<br>three<script>x()</script><img alt="Scan">') == (
        Paragraph("one"),
        Paragraph("two bold"),
        Paragraph("three"),
        Paragraph("[Scan]"),
    )


def test_a_dtd_is_not_processed() -> None:
    bomb = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><div>&b;</div>'
    assert "aaaaaaaaaaaaaaaaaaaa" not in narrative_text(read_narrative(bomb))


def test_more_blocks_than_a_screen_can_hold_keep_their_words() -> None:
    blocks = read_narrative(div("<p>word</p>" * (MAX_BLOCKS + 10)))
    assert len(blocks) == MAX_BLOCKS
    assert narrative_text(blocks).count("word") == MAX_BLOCKS + 10


@pytest.mark.parametrize("soup", ["<", "<a ", "<!--", "</", "&", "<![CDATA[", "<a b='", "<script>", "<td>", "<ul><li>"])
def test_soup_of_any_kind_is_read_in_linear_time(soup: str) -> None:
    # A quadratic reader would meet the test's own timeout.
    read_narrative(soup * 100_000)


_words = st.sampled_from(["alpha", "beta", "gamma", "delta"])
_trees = st.recursive(
    _words,
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{' '.join(parts)}</{tag}>",
        st.sampled_from(["p", "b", "div", "ul", "ol", "li", "table", "tr", "td", "th", "h1", "caption", "span"]),
        st.lists(inner, max_size=4),
    ),
    max_leaves=12,
)


@given(_trees)
def test_every_word_is_kept(tree: str) -> None:
    text = narrative_text(read_narrative(div(tree)))
    for word in ("alpha", "beta", "gamma", "delta"):
        assert text.count(word) == tree.count(word)


@given(st.text(max_size=60))
def test_any_text_reads(text: str) -> None:
    assert isinstance(read_narrative(text), tuple)


def test_several_roots_keep_their_tables() -> None:
    table = "<div><table><tr><td>a</td></tr></table></div>"
    assert read_narrative(table + table) == (Table((("a",),)), Table((("a",),)))


@pytest.mark.parametrize("div", ['<div><img src="{0}"/></div>', '<div>un<b><img src="{0}"></div>'])
@pytest.mark.parametrize(
    ("source", "name"), [("", "image"), ("ecg.png", "ecg.png"), ("data:image/png;base64,AAAA", "image/png")]
)
def test_a_picture_without_a_name_is_named(div: str, source: str, name: str) -> None:
    assert name in narrative_text(read_narrative(div.format(source)))


def test_other_things_that_a_terminal_cannot_show_are_named_and_their_words_kept() -> None:
    blocks = read_narrative('<div><object data="ecg.pdf" type="application/pdf">Tracé</object></div>')
    assert blocks == (Picture("ecg.pdf", "application/pdf"), Paragraph("Tracé"))


def test_what_was_crossed_out_says_so() -> None:
    assert narrative_text(read_narrative("<div><del>Penicillin</del> Latex</div>")) == "[barré : Penicillin] Latex"


def test_a_section_that_nobody_put_into_words_is_written_from_its_statements() -> None:
    rash = {"manifestation": [{"text": "rash"}]}
    listed = section("48765-2", "AllergyIntolerance/a")
    bundle = document({**LATEX, "reaction": [rash], "onsetDateTime": "2020"}, sections=[listed])
    (part,) = read(bundle).parts
    assert (part.blocks, part.coded) == ((Items(("Latex : rash, 2020",)),), True)
    listed["text"] = narrative("Latex, since 2020")
    (part,) = read(bundle).parts
    assert (part.blocks, part.coded) == ((Paragraph("Latex, since 2020"),), False)


def test_a_bundle_without_any_words_is_written_from_its_statements() -> None:
    level = {"code": {"text": "Hb"}, "valueQuantity": {"value": 8, "unit": "g/dL"}, "effectiveDateTime": "2024-01"}
    refuted = {**LATEX, "verificationStatus": {"text": "refuted"}}
    bodies = [{"resourceType": "Observation", **level}, refuted]
    (part,) = read({"resourceType": "Bundle", "entry": [{"resource": body} for body in bodies]}).parts
    assert (part.blocks, part.coded) == ((Items(("Hb : 8 g/dL, 2024-01", "Latex : nié")),), True)
