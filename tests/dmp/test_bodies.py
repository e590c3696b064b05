"""Words of texts, RTF and HTML pages: what a person reads in them, and never an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.bodies import Form, Words, rtf_text, words_of

RTF = rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}}{\colortbl;\red0;}{\*\generator Msftedit;}\uc1\f0 "


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        (rb"Bonjour \b gras\b0 \par suite}", "Bonjour gras\nsuite"),
        (rb"l'\'e9t\'e9 \u8364?uros}", "l'été €uros"),
        (rb"\u-4051?x}", "\uf02dx"),
        (rb"{\uc2\u233\'c3\'a9t\u233\'c3\'a9}}", "été"),
        (rb"A\cell B\cell\row C}", "A\tB\t\nC"),
        (rb"avant{\pict\pngblip 89504e470d0a}apr\'e8s}", "avantaprès"),
        (rb"un {\field{\*\fldinst HYPERLINK x}{\fldrslt lien}} ici}", "un lien ici"),
        (rb"accolades \{ \} et \\ barre, ins\~cable}", "accolades { } et \\ barre, ins\u00a0cable"),
        (rb"{\*\inconnu rien}reste}", "reste"),
        (rb"fin sans accolade", "fin sans accolade"),
    ],
)
def test_rtf(inner: bytes, said: str) -> None:
    assert words_of(RTF + inner, "text/rtf") == Words(Form.RTF, said)


def test_the_code_page_of_an_rtf() -> None:
    assert rtf_text(rb"{\rtf1\ansicpg1250 \'b3}") == "ł"
    assert rtf_text(rb"{\rtf1\ansicpg99999 \'e9}") == "é"


@pytest.mark.parametrize(
    ("content", "media_type", "said"),
    [
        ("été".encode(), "text/plain", "été"),
        ("été".encode("utf-16"), "text/plain", "été"),
        (b"\xef\xbb\xbf\xc3\xa9", "text/plain", "é"),
        (b"\xe9", "text/plain", "é"),
        (b"\xb3", "text/plain; charset=iso-8859-2", "ł"),
        (b"\xe9", "text/plain; charset=inconnu", "é"),
        (b"pas du RTF", "text/rtf", "pas du RTF"),
    ],
)
def test_plain_text(content: bytes, media_type: str, said: str) -> None:
    assert words_of(content, media_type) == Words(Form.PLAIN, said)


def test_html() -> None:
    page = (
        b"<html><head><title>t</title><style>p{}</style></head><body><p>Un <b>deux</b></p><script>x()</script>"
        b"<table><tr><td>a</td><td>b</td></tr></table>x<br>y <img alt='ECG'> fin</body></html>"
    )
    assert words_of(page, "text/html") == Words(Form.HTML, "Un deux\n\na b\n\nx\n\ny [image ECG] fin")
    assert words_of(b"", "text/html") == Words(Form.HTML, "")


@pytest.mark.parametrize("media_type", ["application/pdf", "image/png", "application/xml", ""])
def test_what_is_no_text(media_type: str) -> None:
    assert words_of(b"abc", media_type) is None


@given(st.binary(max_size=300), st.sampled_from(["text/rtf", "text/html", "text/plain; charset=utf-7", "text/plain"]))
def test_any_bytes(content: bytes, media_type: str) -> None:
    words = words_of(content, media_type)
    assert words is not None
    assert "\x00" not in words.text or words.form is Form.PLAIN


PIECES = (rb"{", rb"}", rb"\b ", rb"\u233?", rb"\'e9", rb"\*", rb"\pict ", rb"\uc0 ", rb"\\", rb"\par ", rb"x", b"\n")


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_rtf(pieces: list[bytes]) -> None:
    assert "\\b" not in rtf_text(b"{\\rtf1 " + b"".join(pieces).replace(b"\\\\", b"") + b"}")
