"""The sections of a Composition: what they are about, what they name, what their emptiness says."""

from collections.abc import Iterator
from dataclasses import dataclass

from dmp_tui.dmp.entries import Assertion, Coding, Kind
from dmp_tui.dmp.fhir.elements import codings, concept_text, first, flag, objects, string
from dmp_tui.dmp.fhir.narrative import narrative_text, read_narrative
from dmp_tui.dmp.fhir.spoken import spoken_absence
from dmp_tui.dmp.fhir.strict import Json
from dmp_tui.dmp.fhir.vocabulary import LOINC, SAYS_NONE, SECTIONS, TEXTUAL, empty_reason
from dmp_tui.dmp.narrative import Block

MAX_SECTIONS = 10_000


@dataclass(frozen=True, slots=True)
class Section:
    """A section as read."""

    code: str
    title: str
    kind: Kind | None
    blocks: tuple[Block, ...]
    references: tuple[Json, ...]
    absence: Assertion | None
    """What it says by being empty; None if it is not, or says nothing."""
    reason: str
    reason_codes: tuple[Coding, ...]
    depth: int
    text: str
    """All the words of its narrative."""

    @property
    def textual(self) -> bool:
        """Whether its narrative alone is a statement."""
        return self.kind in TEXTUAL


def read_sections(composition: Json) -> Iterator[Section]:
    """The sections, sub-sections after their own; at most ``MAX_SECTIONS``."""
    pending: list[tuple[Json, int, Kind | None]]
    pending = [(section, 0, None) for section in reversed(objects(composition.get("section")))]
    count = 0
    while pending and count < MAX_SECTIONS:
        body, depth, outer = pending.pop()
        section = read_section(body, depth, outer)
        count += 1
        yield section
        pending += [(inner, depth + 1, section.kind) for inner in reversed(objects(body.get("section")))]


def section_of_list(body: Json, outer: Kind | None = None) -> Section:
    """A List resource as the section that it would be in a Composition; deleted items are none of it."""
    items = [first(item.get("item")) for item in objects(body.get("entry")) if flag(item.get("deleted")) is not True]
    return read_section({**body, "entry": items}, 0, outer)


def read_section(body: Json, depth: int, outer: Kind | None) -> Section:
    """A section, of what its code says or, where that says nothing, of what the section around it does."""
    codes = codings(body.get("code"))
    loinc = next((c.code for c in codes if c.system == LOINC), next((c.code for c in codes), ""))
    kind = next((SECTIONS[c.code] for c in codes if c.code in SECTIONS), outer)
    div = first(body.get("text")).get("div")
    blocks = read_narrative(div) if isinstance(div, str) else ()
    text = narrative_text(blocks)
    references = tuple(objects(body.get("entry")))
    reason = body.get("emptyReason")
    said = None if references else empty_reason(codings(reason))
    leaf = not references and not objects(body.get("section"))
    if said is None and leaf and kind in SAYS_NONE:
        said = spoken_absence(text) or spoken_absence(concept_text(reason))
    if said is None and leaf and not text and concept_text(reason):
        # A reason that no code explains says at least that nothing was told.
        said = Assertion.NO_DATA
    return Section(
        code=loinc,
        title=string(body.get("title")) or concept_text(body.get("code")),
        kind=kind,
        blocks=blocks,
        references=references,
        absence=said,
        reason=concept_text(reason),
        reason_codes=codings(reason),
        depth=depth,
        text=text,
    )
