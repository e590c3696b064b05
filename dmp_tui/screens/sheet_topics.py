"""The blocks of the sheet: which lines stand in each, in which order, and in which words."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from rich.cells import cell_len
from rich.style import Style

from dmp_tui.dmp.entries import Kind
from dmp_tui.dmp.identity import Sex, Traits
from dmp_tui.dmp.sheet.kidney import Computed
from dmp_tui.dmp.sheet.model import Line, Presence, Sheet, Topic
from dmp_tui.dmp.sheet.reading import check_is_past
from dmp_tui.i18n import _, n_
from dmp_tui.screens.biology import (
    anticoagulated,
    by_urgency,
    date_group,
    group_date,
    is_blood_group,
    measured_on,
    value_words,
)
from dmp_tui.screens.dates import month
from dmp_tui.screens.keys import OfCheck, OfChecks, OfDocuments, OfLine, OfSection
from dmp_tui.screens.prescription import short_names
from dmp_tui.screens.sheet_blocks import Block, Item, folded
from dmp_tui.screens.sheet_lines import (
    alert_text,
    device_rank,
    directive_rank,
    directive_text,
    is_only_paid,
    is_stated,
    is_tetanus,
    other_text,
    over,
    person_rank,
    person_text,
    pregnancy_rank,
    pregnancy_text,
    presence_text,
    vaccine_text,
)
from dmp_tui.screens.weighed import weighed_text
from dmp_tui.screens.words import check_label, check_words, contradicted, kind_title, named
from dmp_tui.widgets.line import ALARM, PLAIN, STRONG
from dmp_tui.widgets.text import cut

OTHERS = (Kind.FUNCTIONAL, Kind.PLAN, Kind.REASON, Kind.SOCIAL, Kind.FAMILY, Kind.OCCUPATIONAL)
"""Kinds without a block of their own."""
QUIET = (
    Kind.PREGNANCY,
    Kind.DIRECTIVE,
    Kind.ALERT,
    Kind.DEVICE,
    Kind.RESULT,
    Kind.VITAL,
    Kind.CONTACT,
    Kind.VACCINATION,
)
"""Kinds whose silence is told in one place, below."""
_ALL = 10_000
_FERTILE = range(12, 56)
"""Years of age within which nothing said of a pregnancy is said above; at another age it is not worth a word."""

Text = Callable[[Line, int, date], tuple[str, Style]]
Listing = Callable[[int, bool], list[Item]]


def first_blocks(sheet: Sheet, today: date, traits: Traits) -> list[Block]:
    """What may kill or must not be done: pregnancy, directives, alerts, devices."""
    pregnancy = sorted(sheet.topic(Kind.PREGNANCY).lines, key=pregnancy_rank)
    groups = [line for line in sheet.topic(Kind.RESULT).lines if is_blood_group(line)] if pregnancy else []
    blocks = []
    if pregnancy or groups or _unreadable(sheet, Kind.PREGNANCY):
        make = _pregnancy(sheet, pregnancy, groups, today)
        blocks.append(Block(_("GROSSESSE"), OfSection((Kind.PREGNANCY, Kind.RESULT)), make, STRONG))
    elif _may_be_pregnant(sheet, today, traits):
        words = presence_text(sheet.topic(Kind.PREGNANCY))[0]
        item = Item(words, PLAIN, OfSection((Kind.PREGNANCY,)))
        blocks.append(Block(_("GROSSESSE"), OfSection((Kind.PREGNANCY,)), lambda _width, _long: [item]))
    named: tuple[tuple[str, Kind, Text, Callable[[Line], int]], ...] = (
        (_("DIRECTIVES"), Kind.DIRECTIVE, directive_text, directive_rank),
        (_("ALERTES"), Kind.ALERT, alert_text, lambda line: 0),
        (_("DISPOSITIF"), Kind.DEVICE, alert_text, device_rank),
    )
    for name, kind, text, rank in named:
        lines = sorted((line for line in sheet.topic(kind).lines if not is_only_paid(line)), key=rank)
        lines.sort(key=lambda line: (over(line, today), not is_stated(line)))
        if lines or _unreadable(sheet, kind):
            make = _listing(sheet, kind, lines, text, today)
            blocks.append(Block(name, OfSection((kind,)), make, STRONG))
    return blocks


def _may_be_pregnant(sheet: Sheet, today: date, traits: Traits) -> bool:
    """Whether the silence about a pregnancy must be seen."""
    years = _years(today, traits)
    silent = sheet.topic(Kind.PREGNANCY).presence is Presence.NOT_STATED
    return silent and traits.sex is Sex.F and years is not None and years in _FERTILE


def _years(today: date, traits: Traits) -> int | None:
    return traits.birth.age(today) if traits.birth else None


def _pregnancy(sheet: Sheet, lines: Sequence[Line], groups: Sequence[Line], today: date) -> Listing:
    """The state of a pregnancy, its term, and the blood group."""
    listed = _listing(sheet, Kind.PREGNANCY, lines, pregnancy_text, today)

    def make(width: int, long: bool) -> list[Item]:
        items = listed(width, long)
        for line in groups:
            words, _style = value_words(line, width, units=True, contradicted=contradicted(line))
            when = month(measured_on(line))
            items.append(Item(f"{words} ({when})", STRONG, OfLine(line.kind, line.key), joint=" · "))
        return items

    return make


def check_block(sheet: Sheet, today: date) -> Block | None:
    """What a clinician must look at, one point a row; the words are whole, the names before them may be cut."""
    if not sheet.checks and not sheet.unread:
        return None

    def make(width: int, _long: bool) -> list[Item]:
        items = []
        for index, check in enumerate(sheet.checks):
            label, words = short_names(check_label(check)), check_words(check)
            if check_is_past(sheet, check, today):
                words = _("{what} (passé)").format(what=words)
            if check.weighed is not None:
                fuller = named(words, weighed_text(check.weighed))
                words = fuller if cell_len(named(label, fuller)) <= width else words
            text = named(cut(label, max(width - cell_len(words) - 3, 8)), words)
            items.append(Item(text, STRONG, OfCheck(index), alone=True))
        if count := len(sheet.unread):
            text = n_(
                "{count} document dont une partie n'est que du texte : à lire",
                "{count} documents dont une partie n'est que du texte : à lire",
                count,
            ).format(count=count)
            items.append(Item(text, STRONG, OfDocuments(), alone=True))
        return items

    return Block(_("À VÉRIFIER"), OfChecks(), make, STRONG)


def biology_block(sheet: Sheet, today: date, computed: Computed | None = None) -> Block | None:
    """Results and vital signs by urgency, the date before each group of one day.

    ``computed``: a glomerular filtration of ours, which stands behind the creatinine that it comes from.
    """
    kinds = (Kind.RESULT, Kind.VITAL)
    pregnant = bool(sheet.topic(Kind.PREGNANCY).lines)
    lines = [
        line
        for kind in kinds
        for line in sheet.topic(kind).lines
        if not (pregnant and kind is Kind.RESULT and is_blood_group(line))
    ]
    ordered = by_urgency(lines, today, bleeds=anticoagulated(sheet))
    if not ordered and not any(_unreadable(sheet, kind) for kind in kinds):
        return None

    def make(width: int, long: bool) -> list[Item]:
        items = []
        last = ""
        for line in ordered:
            day = group_date(line, today)
            lead = day if day != last else ""
            text, style = value_words(line, width - 10, units=long, contradicted=contradicted(line))
            joint = "  " if lead else " · "
            items.append(Item(text, style, OfLine(line.kind, line.key), lead, joint=joint))
            last = day
            if computed is not None and line.key == computed.line.key and line.kind is computed.line.kind:
                day = date_group(computed.creatinine.date, today)
                items.append(_filtration_item(computed, "" if day == last else day, units=long))
                last = day
        return items + _unreadable_items(sheet, kinds)

    return Block(_("BIOLOGIE"), OfSection(kinds), make)


def _filtration_item(computed: Computed, lead: str, *, units: bool) -> Item:
    """``DFG calc. 58``; Enter opens the creatinine."""
    words = _("DFG calc. {value}").format(value=computed.value) + (" mL/min" if units else "")
    return Item(words, PLAIN, OfLine(computed.line.kind, computed.line.key), lead, joint="  " if lead else " · ")


def last_blocks(sheet: Sheet, today: date) -> list[Block]:
    """Whom to call, and vaccines."""
    named: tuple[tuple[str, Kind, Text, Callable[[Line], int]], ...] = (
        (_("À PRÉVENIR"), Kind.CONTACT, person_text, person_rank),
        (_("VACCINS"), Kind.VACCINATION, vaccine_text, lambda line: int(not is_tetanus(line))),
    )
    blocks = []
    for name, kind, text, rank in named:
        lines = sorted(sheet.topic(kind).lines, key=rank)
        if lines or _unreadable(sheet, kind):
            make = _listing(sheet, kind, lines, text, today)
            blocks.append(Block(name, OfSection((kind,)), make))
    return blocks


def others_block(sheet: Sheet, today: date, traits: Traits, above: Iterable[Kind] = ()) -> Block | None:
    """What is told of a patient besides, by its counts or, where there is room, in its words; and what nobody tells."""
    paid = [line for line in sheet.topic(Kind.DEVICE).lines if is_only_paid(line)]
    said = [sheet.topic(kind) for kind in OTHERS if sheet.topic(kind).lines or _unreadable(sheet, kind)]
    quiet = _quiet(sheet, today, traits, tuple(above))
    if not said and not quiet and not paid:
        return None

    def make(width: int, long: bool) -> list[Item]:
        items: list[Item] = []
        for topic in said:
            name = kind_title(topic.kind)
            if long:
                for line in topic.lines:
                    item = Item(named(name, other_text(line)), PLAIN, OfLine(line.kind, line.key), alone=True)
                    items += folded(item, width)
                items += _unreadable_items(sheet, (topic.kind,))
            else:
                count = len(topic.lines) or "!"
                items.append(Item(f"{name} ({count})", PLAIN, OfSection((topic.kind,))))
        if paid:
            words = _("Dispositifs remboursés ({count})").format(count=len(paid))
            items.append(Item(words, PLAIN, OfSection((Kind.DEVICE,))))
        return items + quiet

    return Block(_("AUTRES"), OfSection(OTHERS), make)


def _quiet(sheet: Sheet, today: date, traits: Traits, above: tuple[Kind, ...]) -> list[Item]:
    """Kinds that list nothing: who says "none", and of which no document speaks."""
    items: list[Item] = []
    silent: list[Kind] = []
    for kind in QUIET:
        topic = sheet.topic(kind)
        if topic.lines or topic.presence is Presence.UNREADABLE or kind in above:
            continue
        if kind is Kind.PREGNANCY and (traits.sex is Sex.M or _may_be_pregnant(sheet, today, traits)):
            continue
        if kind is Kind.VITAL:
            continue
        if topic.presence is Presence.NOT_STATED and not topic.said_by:
            if kind is not Kind.PREGNANCY or _years(today, traits) is None:
                silent.append(kind)
        else:
            items.append(Item(named(kind_title(kind), presence_text(topic)[0]), PLAIN, OfSection((kind,)), joint=" · "))
    for index, kind in enumerate(silent):
        comma = "," if index < len(silent) - 1 else ""
        lead = _("non renseigné :") if index == 0 else ""
        items.append(Item(_quiet_name(kind) + comma, PLAIN, OfSection((kind,)), lead, joint="  " if lead else " "))
    return items


def _quiet_name(kind: Kind) -> str:
    return {
        Kind.PREGNANCY: _("grossesse"),
        Kind.DIRECTIVE: _("directives"),
        Kind.ALERT: _("alertes"),
        Kind.DEVICE: _("dispositifs"),
        Kind.RESULT: _("biologie"),
        Kind.CONTACT: _("contacts"),
        Kind.VACCINATION: _("vaccins"),
    }[kind]


def _listing(sheet: Sheet, kind: Kind, lines: Sequence[Line], text: Text, today: date) -> Listing:
    """What makes the items of one kind for a width; in the long form nothing is cut."""

    def make(width: int, long: bool) -> list[Item]:
        items: list[Item] = []
        for line in lines:
            words, style = text(line, _ALL if long else width, today)
            item = Item(words, style, OfLine(line.kind, line.key), joint=" · ")
            items += folded(item, width) if long else [item]
        return items + _unreadable_items(sheet, (kind,))

    return make


def _unreadable(sheet: Sheet, kind: Kind) -> bool:
    return sheet.topic(kind).presence is Presence.UNREADABLE


def _unreadable_items(sheet: Sheet, kinds: Iterable[Kind]) -> list[Item]:
    topics: list[Topic] = [sheet.topic(kind) for kind in kinds if _unreadable(sheet, kind)]
    return [Item(presence_text(topic)[0], ALARM, OfDocuments(), alone=True) for topic in topics[:1]]
