"""``dmp-tui check``: may I give it? Of a patient as he is typed, or of a record that a card opens."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dmp_tui.i18n import _

if TYPE_CHECKING:
    from dmp_tui.asking.checking import Told
    from dmp_tui.dmp.medicines.model import Base
    from dmp_tui.screens.record import OpenRecord

_OF_THE_RECORD = ("age", "sex")
"""What a record says itself: typed beside one, it could be another patient's."""


@click.command(
    "check",
    help=_(
        "Puis-je donner ? Un à cinq médicaments, entre eux et avec ce qui est dit du patient, ou avec son dossier.\n\n"
        "Code de sortie : 0 rien trouvé dans ce qui est connu, 1 au moins une raison (même sous condition), 64 aucun "
        "médicament ou plus de cinq, 65 médicament inconnu : aucun verdict, 66 pas de dossier, 69 carte ou serveur "
        "absent, 77 accès refusé, 78 réglages."
    ),
)
@click.argument("drugs", nargs=-1, metavar=_("MÉDICAMENT..."))
@click.option(
    "--ins",
    metavar="-",
    help=_(
        "« - » : avec le dossier de ce patient, lu avec la carte CPS ; l'INS (15 chiffres, ou 13) est demandé, ou lu "
        "sur l'entrée standard, avant le code PIN. Ce qui est tapé ensuite s'ajoute au dossier."
    ),
)
@click.option("--oid", help=_("OID de cet INS, s'il n'est pas celui du site."))
@click.option("--vitale", is_flag=True, help=_("Le dossier du patient de la carte Vitale qui est dans un lecteur."))
@click.option("--pin-stdin", is_flag=True, help=_("Code PIN lu sur l'entrée standard, sans question."))
@click.option("--with", "taken", multiple=True, metavar=_("MÉDICAMENT,..."), help=_("Traitements en cours."))
@click.option("--allergy", "allergies", multiple=True, metavar="SUBSTANCE,...", help=_("Allergies, classes comprises."))
@click.option(
    "--problem", "problems", multiple=True, metavar=_("MOTS,..."), help=_("Antécédents : asthme, épilepsie...")
)
@click.option("--age", type=click.IntRange(0, 130), help=_("Âge en années."))
@click.option("--sex", type=click.Choice(["F", "M"]), help=_("Sexe."))
@click.option("--creatinine", type=click.FloatRange(10, 3000), help=_("Créatinine du jour, µmol/L."))
@click.option("--dfg", type=click.FloatRange(0, 250), help=_("DFG du jour, mL/min/1,73 m2."))
@click.option("--weight", type=click.FloatRange(0.3, 500), help=_("Poids, kg."))
@click.option("--potassium", type=click.FloatRange(0.5, 15), help=_("Kaliémie du jour, mmol/L."))
@click.option("--glucose", type=click.FloatRange(0.1, 100), help=_("Glycémie du jour, mmol/L."))
@click.option("--pregnant", is_flag=True, help=_("Grossesse en cours."))
@click.option("--weeks", type=click.IntRange(1, 44), help=_("Grossesse : semaines d'aménorrhée."))
@click.option("--breast-feeding", is_flag=True, help=_("Allaitement en cours."))
@click.option("--json", "as_json", is_flag=True, help=_("Un objet JSON, pour un programme."))
@click.pass_context
def check(ctx: click.Context, /, drugs: tuple[str, ...], **given: object) -> None:
    """Say what speaks against giving medicines; the exit code tells whether anything does."""
    from dmp_tui.feeding.commands import StopError
    from dmp_tui.widgets.text import visible

    config = ctx.parent.params.get("config") if ctx.parent else None
    try:
        found = _told(drugs, given, config)
    except StopError as error:
        click.echo(str(error), err=True)
        ctx.exit(error.code)
    for sentence in found.errors:
        click.echo(visible(sentence), err=True)
    if found.out:
        click.echo("\n".join(visible(line) for line in found.out.splitlines()))
    ctx.exit(found.code)


def _told(drugs: tuple[str, ...], given: Mapping[str, object], config: str | None) -> "Told":
    """What is to be said. A name that means nothing reads no record.

    Raises:
        StopError: the record cannot be read.
    """
    from dmp_tui.asking.checking import Told, answered, of_typed, proposed, typed_of

    base, as_json = _base(config), bool(given["as_json"])
    medicines = proposed(drugs, base, as_json=as_json)
    if isinstance(medicines, Told):
        return medicines
    today = datetime.now().astimezone().date()
    typed = typed_of(given)
    if not given["ins"] and not given["vitale"]:
        return answered(medicines, of_typed(typed, today), base, today, as_json=as_json)
    from dmp_tui.consulting.patient import of_record

    record = _read(given, config)
    today = record.read_at.astimezone().date()
    return answered(medicines, of_record(record, typed, today), base, today, as_json=as_json)


def _base(config: str | None) -> "Base":
    """The workstation's; a file of one that cannot be used is told, and the emergency set answers.

    Raises:
        StopError: the settings cannot be read.
    """
    from dmp_tui.asking.base import open_base
    from dmp_tui.config import ConfigError, load, reference_path
    from dmp_tui.feeding.commands import CONFIG, StopError
    from dmp_tui.reference.sentences import reference_sentence
    from dmp_tui.screens.sentences import config_sentence

    try:
        settings = load(Path(config) if config else None)
    except ConfigError as error:
        raise StopError(config_sentence(error), CONFIG) from None
    opened = open_base(reference_path(settings))
    if opened.fault is not None:
        click.echo(reference_sentence(opened.fault), err=True)
    return opened.base


def _read(given: Mapping[str, object], config: str | None) -> "OpenRecord":
    from dmp_tui.cards.pcsc import PcscSource
    from dmp_tui.consulting.patient import identity_of
    from dmp_tui.consulting.reading import read_with
    from dmp_tui.feeding import commands

    if given["ins"] and given["vitale"]:
        raise commands.StopError(_("--ins ou --vitale, pas les deux."), commands.USAGE)
    if any(given[name] is not None for name in _OF_THE_RECORD):
        sentence = _("--age et --sex viennent du dossier : ne les tapez pas avec --ins ou --vitale.")
        raise commands.StopError(sentence, commands.USAGE)
    settings, source = commands.settings_of(config), PcscSource()
    if given["vitale"]:
        identity = identity_of(*commands.person_of_vitale(source, settings))
    else:
        identity = identity_of(commands.ins_of(str(given["ins"]), str(given["oid"] or ""), settings))
    ask = commands.pin_of_stdin if given["pin_stdin"] else commands.pin_of_terminal
    with commands.opened_card(settings, source, ask) as card:
        return asyncio.run(read_with(settings, card, identity))
