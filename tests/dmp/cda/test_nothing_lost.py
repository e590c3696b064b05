"""Every leaf of every narrative of the ten CI-SIS example documents stays readable."""

from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from dmp_tui.dmp.cda import read_cda
from tests.reference import needs_reference, reference_files

pytestmark = needs_reference
V3 = "{urn:hl7-org:v3}"


def squeezed(text: str) -> str:
    """A text without white space: that of a narrative is laid out anew."""
    return "".join(text.split())


def leaves(section: etree._Element) -> list[str]:
    """The texts of a section's own narrative."""
    narrative = section.find(f"{V3}text")
    texts = [] if narrative is None else [squeezed(str(text)) for text in narrative.itertext()]
    return [text for text in texts if text]


@pytest.mark.parametrize("path", reference_files("data/cda/*.xml"), ids=lambda path: path.stem)
def test_every_leaf_of_a_narrative_is_reachable(path: Path) -> None:
    content = path.read_bytes()
    shown = squeezed("".join(text for part in read_cda(content).parts for text in texts_of(part)))
    sections = etree.fromstring(content, etree.XMLParser(huge_tree=True, remove_comments=True)).iter(f"{V3}section")
    for leaf, times in Counter(leaf for section in sections for leaf in leaves(section)).items():
        assert shown.count(leaf) >= times, leaf


def texts_of(shown: object) -> list[str]:
    """Every text that a part holds, in the order of reading."""
    if isinstance(shown, str):
        return [shown]
    held = shown if isinstance(shown, tuple) else [getattr(shown, name) for name in getattr(shown, "__slots__", ())]
    return [text for inner in held for text in texts_of(inner)]
