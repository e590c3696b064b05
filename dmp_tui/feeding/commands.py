"""``dmp-tui deposit``: files into a record, with a professional's card."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dmp_tui.dmp.documents import Confidentiality
from dmp_tui.dmp.files import USUAL_TYPES, is_type, stated_date
from dmp_tui.feeding.deposits import Outcome, Told, Wishes, deposit_files
from dmp_tui.feeding.progress import Progress
from dmp_tui.feeding.session import Lasting
from dmp_tui.i18n import _
from dmp_tui.widgets.text import visible

if TYPE_CHECKING:
    from dmp_tui.cards.authentication import AuthenticationCard
    from dmp_tui.cards.source import CardSource
    from dmp_tui.client import ClientError, DmpClient
    from dmp_tui.config import Settings
    from dmp_tui.dmp.identity import Ins, Traits

SOME_REFUSED = 1
USAGE = 64
UNAVAILABLE = 69
NO_PERMISSION = 77
CONFIG = 78
_LEVELS = {"mask": Confidentiality.MASKED, "hide": Confidentiality.HIDDEN_FROM_PATIENT}


class StopError(Exception):
    """Nothing was deposited. Its text is a sentence for the user; ``code`` is the exit code (sysexits)."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.code = code


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--ins",
    metavar="-",
    help="« - » : l'INS du patient (15 chiffres, ou 13) est demandé, ou lu sur l'entrée standard, avant le code PIN. "
    "Sans lui : celui de la carte, du document ou de son datamatrix.",
)
@click.option("--oid", help="OID de cet INS, s'il n'est pas celui du site.")
@click.option("--vitale", is_flag=True, help="Patient de la carte Vitale qui est dans un lecteur.")
@click.option(
    "--type",
    "type_code",
    default=USUAL_TYPES[0],
    show_default=True,
    help="Type (JDV_J66) d'un PDF, d'un texte, d'une image.",
)
@click.option(
    "--date", default="", metavar="AAAA-MM-JJ", help="Date d'un PDF, d'un texte, d'une image ; sinon ce jour."
)
@click.option("--title", default="", help="Titre d'un PDF, d'un texte, d'une image.")
@click.option("--mask", is_flag=True, help="Masqué aux professionnels.")
@click.option("--hide", is_flag=True, help="Pas encore visible par le patient.")
@click.option("--replaces", default="", metavar="UNIQUEID", help="Document que ce fichier remplace.")
@click.option("--accept-differences", is_flag=True, help="Le nom diffère, c'est le même patient : vérifié.")
@click.option("--pin-stdin", is_flag=True, help="Code PIN lu sur l'entrée standard, sans question.")
@click.option("--json", "as_json", is_flag=True, help="Un objet JSON par fichier, pour un programme.")
@click.pass_context
def deposit(ctx: click.Context, /, files: tuple[Path, ...], **given: object) -> None:
    """Dépose des fichiers (PDF, CDA, document FHIR, texte, image) dans un dossier, avec la carte CPS."""
    from dmp_tui.cards.pcsc import PcscSource

    config = ctx.parent.params.get("config") if ctx.parent else None
    tell = _as_json if given["as_json"] else _as_text
    ask = pin_of_stdin if given["pin_stdin"] else pin_of_terminal
    try:
        if given["replaces"] and len(files) > 1:
            raise StopError(_("--replaces ne va qu'avec un seul fichier."), USAGE)
        settings, source = settings_of(config), PcscSource()
        wishes = wishes_of(settings, source, given)
        with opened_card(settings, source, ask) as card:
            told = asyncio.run(deposit_with(settings, card, files, wishes, tell))
    except StopError as error:
        click.echo(str(error), err=True)
        ctx.exit(error.code)
    if any(one.outcome is Outcome.REFUSED for one in told):
        ctx.exit(SOME_REFUSED)


def type_sentence() -> str:
    """Why a type is not taken."""
    return _("--type n'est pas un code de type de document (JDV_J66), comme 15507-7 : vérifiez-le.")


def code_of(error: "ClientError") -> int:
    """The exit code of a login that failed."""
    from dmp_tui.client import ClientProblem

    refused = error.problem in {ClientProblem.LOGIN_REFUSED, ClientProblem.REFUSED}
    return NO_PERMISSION if refused else UNAVAILABLE


def settings_of(config: str | None) -> "Settings":
    from dmp_tui.config import ConfigError, load
    from dmp_tui.screens.sentences import config_sentence

    try:
        settings = load(Path(config) if config else None)
    except ConfigError as error:
        raise StopError(config_sentence(error), CONFIG) from None
    if not settings.server_url or settings.authority is None:
        raise StopError(_("Réglages absents : donnez server_url et authority (docs/administrator.md)."), CONFIG)
    return settings


def wishes_of(settings: "Settings", source: "CardSource", given: Mapping[str, object]) -> Wishes:
    """Whose record, and as what.

    Raises:
        StopError: a number that is none, or on the command line; a type or a date that is none; both ways at once; no
            card.
    """
    levels = tuple(level for name, level in _LEVELS.items() if given[name])
    wishes = Wishes(
        type_code=str(given["type_code"]),
        title=str(given["title"]),
        date=str(given["date"]),
        levels=levels,
        replaces=str(given["replaces"]),
        accept_differences=bool(given["accept_differences"]),
    )
    if not is_type(wishes.type_code):
        raise StopError(type_sentence(), USAGE)
    if wishes.date and not stated_date(wishes.date, datetime.now(UTC)):
        raise StopError(_("--date n'est pas une date passée, AAAA-MM-JJ : vérifiez-la."), USAGE)
    if given["ins"] and given["vitale"]:
        raise StopError(_("--ins ou --vitale, pas les deux."), USAGE)
    if given["ins"]:
        return replace(wishes, ins=ins_of(str(given["ins"]), str(given["oid"] or ""), settings))
    if not given["vitale"]:
        return wishes
    ins, traits = person_of_vitale(source, settings)
    return replace(wishes, ins=ins, traits=traits)


def ins_of(given: str, oid: str, settings: "Settings") -> "Ins":
    """The INS that is typed when it is asked for; on the command line only one that is nobody's.

    Raises:
        StopError: it is none, or it would stay in the shell's history and in the list of processes.
    """
    from dmp_tui.dmp.identity import FICTIVE_OIDS, IdentityError, Ins, oid_of_matricule, parse_matricule
    from dmp_tui.screens.sentences import identity_sentence

    if given != "-" and (oid or settings.site_oid) not in FICTIVE_OIDS:
        sentence = _(
            "L'INS ne s'écrit pas dans la commande, qui reste dans l'historique : donnez --ins -, il est demandé."
        )
        raise StopError(sentence, USAGE)
    try:
        matricule = parse_matricule(_asked_ins() if given == "-" else given)
        return Ins(matricule, oid or oid_of_matricule(matricule, settings.site_oid))
    except IdentityError as error:
        raise StopError(identity_sentence(error.problem), USAGE) from None


def _asked_ins() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    return str(click.prompt(_("INS du patient (rien ne s'affiche)"), hide_input=True, err=True))


def person_of_vitale(source: "CardSource", settings: "Settings") -> "tuple[Ins, Traits]":
    """The one person of the Vitale card; of several nobody is chosen, nor a number that may be the insured's.

    Raises:
        StopError: no card, or one that does not tell whose it is.
    """
    from dmp_tui.cards.channel import CardError
    from dmp_tui.cards.sentences import error_sentence
    from dmp_tui.dmp.identity import Ins, oid_of_matricule, ownership_doubts
    from dmp_tui.feeding.cards import find_vitale

    try:
        vitale = find_vitale(source)
    except CardError as error:
        raise StopError(error_sentence(error), UNAVAILABLE) from None
    people = vitale.beneficiaries
    if len(people) != 1 or ownership_doubts(people[0].nir, people[0].traits, (people[0].nir,)):
        raise StopError(_("La carte Vitale ne dit pas avec certitude qui est le patient : donnez --ins."), USAGE)
    return Ins(people[0].nir, oid_of_matricule(people[0].nir, settings.site_oid)), people[0].traits


@contextmanager
def opened_card(
    settings: "Settings", source: "CardSource", ask: Callable[[int | None], str]
) -> Iterator["AuthenticationCard"]:
    """The CPS of a reader, its PIN given; reset afterwards.

    Raises:
        StopError: there is none, or the PIN is not its own.
    """
    from dmp_tui.cards.channel import CardError, CardProblem
    from dmp_tui.cards.sentences import error_sentence
    from dmp_tui.feeding.cards import find_cps, open_with_pin

    try:
        card = find_cps(source, settings.pkcs11_module, settings.pkcs11_cache)
    except CardError as error:
        raise StopError(error_sentence(error), UNAVAILABLE) from None
    try:
        open_with_pin(card, ask)
        yield card
    except CardError as error:
        gone = error.problem in {CardProblem.REMOVED, CardProblem.NO_READER, CardProblem.NO_SERVICE}
        raise StopError(error_sentence(error), UNAVAILABLE if gone else NO_PERMISSION) from None
    finally:
        card.close()


def client_of(settings: "Settings") -> "DmpClient":
    """The client of a site's server, which is closed by who asked for it.

    Raises:
        StopError: the authority's file cannot be used.
    """
    from dmp_tui.client import ClientError, DmpClient
    from dmp_tui.screens.refusals import client_sentence

    assert settings.authority is not None  # noqa: S101 - checked with the settings; narrows the type
    try:
        return DmpClient(settings.server_url, settings.authority)
    except ClientError as error:
        raise StopError(client_sentence(error), CONFIG) from None


class _Telling:
    """Each outcome as it comes, and between them what takes its time."""

    def __init__(self, progress: Progress, tell: Callable[[Told], None]) -> None:
        self.begin, self.sent = progress.begin, progress.sent
        self._progress = progress
        self._tell = tell

    def told(self, one: Told) -> None:
        self._progress.clear()
        self._tell(one)


async def deposit_with(
    settings: "Settings",
    card: "AuthenticationCard",
    files: Sequence[Path],
    wishes: Wishes,
    tell: Callable[[Told], None],
) -> list[Told]:
    """Log in, deposit, log out.

    Raises:
        StopError: the login failed: nothing was deposited.
        CardError: what the card did; it was taken out: the files after that are not deposited.
    """
    from dmp_tui.client import ClientError
    from dmp_tui.screens.refusals import client_sentence

    client = client_of(settings)
    server = Lasting(client, card)
    progress = Progress(sys.stderr, len(files))
    try:
        try:
            await server.begin()
        except ClientError as error:
            raise StopError(client_sentence(error), code_of(error)) from None
        with progress.running():
            # No session outlives its card: a look at the tries finds out that it is gone.
            return await deposit_files(server, files, wishes, _Telling(progress, tell), card.tries_left)
    finally:
        await client.logout()
        await client.aclose()


def pin_of_terminal(tries: int | None) -> str:
    """The PIN, asked for at the terminal; nothing of it is shown."""
    words = _("Code PIN de la carte CPS") if tries is None else _("Code PIN de la carte CPS (essais : {n})")
    return str(click.prompt(words.format(n=tries), hide_input=True, err=True))


def pin_of_stdin(_tries: int | None) -> str:
    """The PIN, as the next line of standard input."""
    return sys.stdin.readline().strip()


def _as_text(told: Told) -> None:
    words = {
        Outcome.DEPOSITED: _("déposé : {type}").format(type=visible(told.type)),
        Outcome.ALREADY_THERE: _("déjà dans le dossier, rien n'a changé"),
        Outcome.REFUSED: _("refusé : {why}").format(why=visible(told.why)),
    }[told.outcome]
    click.echo(f"{visible(str(told.path))}: {words}", err=told.outcome is Outcome.REFUSED)


def _as_json(told: Told) -> None:
    parts = {"file": str(told.path), "outcome": told.outcome.value, "id": told.id, "type": told.type, "why": told.why}
    # In ASCII: whatever a name holds, it is exact for the program, and nothing for the terminal.
    click.echo(json.dumps({key: value for key, value in parts.items() if value}))
