"""What readers and cards say, gathered for someone who asks: ``dmp-tui card read``."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from dmp_tui.cards.atr import identify
from dmp_tui.cards.authentication import Holder, Validity, check_validity
from dmp_tui.cards.channel import CardError, CardProblem
from dmp_tui.cards.cps import open_cps
from dmp_tui.cards.events import CardKind
from dmp_tui.cards.sentences import kind_label, problem_sentence, unsupported_sentence
from dmp_tui.cards.source import CardSource
from dmp_tui.cards.vitale import Beneficiary, Vitale, read_vitale
from dmp_tui.dmp.identity import OID_NIR, IdentityError, Ins
from dmp_tui.dmp.professions import PROFESSIONS
from dmp_tui.i18n import _, n_


@dataclass(frozen=True, slots=True)
class CpsReport:
    """A CPS before its PIN."""

    holder: Holder
    serial: str
    validity: Validity
    tries_left: int | None


@dataclass(frozen=True, slots=True)
class ReaderReport:
    """One reader. ``kind`` is None without a card; ``problem`` says why there is nothing more."""

    reader: str
    atr: bytes = b""
    kind: CardKind | None = None
    problem: CardProblem | None = None
    vitale: Vitale | None = None
    cps: CpsReport | None = None


def read_readers(source: CardSource) -> Iterator[ReaderReport]:
    """Each reader and its card, one after the other. No PIN is asked, and none that was given is forgotten: somebody
    who works with the card of a reader goes on.

    Raises:
        CardError: NO_SERVICE, NO_DRIVER: no reader can be listed.
    """
    for reader in source.readers():
        try:
            channel = source.connect(reader)
        except CardError as error:
            yield ReaderReport(reader, problem=None if error.problem is CardProblem.NO_CARD else error.problem)
            continue
        kind: CardKind | None = None
        try:
            kind = identify(channel)
            if kind is CardKind.VITALE2:
                yield ReaderReport(reader, channel.atr, kind, vitale=read_vitale(channel))
            elif kind is CardKind.CPS3:
                cps = open_cps(channel)
                report = CpsReport(cps.holder, cps.serial, cps.validity, cps.tries_left())
                yield ReaderReport(reader, channel.atr, kind, cps=report)
            else:
                yield ReaderReport(reader, channel.atr, kind)
        except CardError as error:
            yield ReaderReport(reader, channel.atr, kind, error.problem)
        finally:
            channel.close(reset=False)


def lines(report: ReaderReport, now: datetime) -> Iterator[str]:
    """The report in sentences, for a terminal: nothing in it is active there."""
    yield plain(report.reader)
    if report.atr:
        yield "  " + _("ATR : {atr}").format(atr=report.atr.hex(" ").upper())
    if report.kind is not None:
        label = kind_label(report.kind)
        yield f"  {label[:1].upper()}{label[1:]}"
        if sentence := unsupported_sentence(report.kind):
            yield "  " + sentence
    elif report.problem is None:
        yield "  " + _("Pas de carte")
    if report.problem is not None:
        yield "  " + problem_sentence(report.problem)
    if report.vitale is not None:
        yield from ("  " + line for line in _vitale_lines(report.vitale))
    if report.cps is not None:
        yield from ("  " + line for line in _cps_lines(report.cps, now))


def as_json(report: ReaderReport) -> dict[str, object]:
    """The report as plain values, for a program."""
    result: dict[str, object] = {
        "reader": report.reader,
        "atr": report.atr.hex().upper(),
        "kind": report.kind,
        "problem": report.problem,
    }
    if report.vitale is not None:
        result["beneficiaries"] = [
            {
                "family": person.traits.family,
                "given": person.traits.given,
                "birth_date": person.birth_text,
                "nir": person.nir,
                "nir_unread": person.nir_unread,
                "country": person.country,
            }
            for person in report.vitale.beneficiaries
        ]
        result["unattributed"] = list(report.vitale.unattributed)
    if report.cps is not None:
        holder = report.cps.holder
        result["holder"] = {
            "national_id": holder.national_id,
            "family": holder.family,
            "given": holder.given,
            "profession": holder.profession,
            "specialty": holder.specialty,
            "card_type": holder.card_type,
            "test": holder.test,
        }
        result["serial"] = report.cps.serial
        result["valid_from"] = report.cps.validity.start.isoformat()
        result["valid_to"] = report.cps.validity.end.isoformat()
        result["tries_left"] = report.cps.tries_left
    return result


def plain(text: str) -> str:
    """A text from a card with what a terminal would act upon made visible."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def _vitale_lines(vitale: Vitale) -> Iterator[str]:
    count = len(vitale.beneficiaries)
    yield n_("{count} bénéficiaire", "{count} bénéficiaires", count).format(count=count)
    for number, person in enumerate(vitale.beneficiaries, start=1):
        yield f"{number}. {plain(person.traits.family)} {plain(person.traits.given)}  {_birth(person)}  {_nir(person)}"
    for nir in vitale.unattributed:
        yield _("NIR sans bénéficiaire certain : {nir}").format(nir=_grouped(nir))


def _birth(person: Beneficiary) -> str:
    if person.traits.birth is not None:
        return _("né(e) le {date}").format(date=person.traits.birth.french)
    if person.birth_text:
        return _("date de naissance illisible : {text}").format(text=plain(person.birth_text))
    return _("date de naissance absente")


def _nir(person: Beneficiary) -> str:
    if person.nir:
        return _("NIR {nir}").format(nir=_grouped(person.nir))
    return _("NIR illisible") if person.nir_unread else _("pas de NIR")


def _grouped(nir: str) -> str:
    """A matricule in groups; the site's OID does not matter to how it is written."""
    try:
        ins = Ins(nir, OID_NIR)
    except IdentityError:
        return plain(nir)
    return ins.grouped if ins.key_is_right else _("{nir} (clé fausse)").format(nir=ins.grouped)


def _cps_lines(report: CpsReport, now: datetime) -> Iterator[str]:
    holder = report.holder
    name = f"{plain(holder.family)} {plain(holder.given)}".strip() or _("titulaire sans nom")
    profession = PROFESSIONS.get(holder.profession, plain(holder.profession))
    yield "  ".join(part for part in (name, profession, holder.specialty) if part)
    yield _("Identifiant national : {id}").format(id=plain(holder.national_id))
    if holder.test:
        yield _("Carte de test ou de démonstration")
    yield _("Numéro de carte : {serial}").format(serial=report.serial)
    yield _("Certificat d'authentification valable du {start} au {end}").format(
        start=f"{report.validity.start:%d/%m/%Y}", end=f"{report.validity.end:%d/%m/%Y}"
    )
    try:
        check_validity(report.validity, now)
    except CardError as error:
        yield problem_sentence(error.problem)
    if report.tries_left is None:
        yield _("La carte ne dit pas combien d'essais du code il reste.")
    elif report.tries_left == 0:
        yield problem_sentence(CardProblem.PIN_BLOCKED)
    else:
        yield n_(
            "Code porteur : {count} essai restant", "Code porteur : {count} essais restants", report.tries_left
        ).format(count=report.tries_left)
