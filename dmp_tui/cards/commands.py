"""``dmp-tui card``: what the readers say, and virtual cards for a real PC/SC service."""

import json
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dmp_tui.cards.channel import CardError, CardProblem
from dmp_tui.cards.sentences import problem_sentence
from dmp_tui.cards.source import CardSource
from dmp_tui.cards.virtual.card import VirtualCard
from dmp_tui.i18n import _

if TYPE_CHECKING:
    from dmp_tui.cards.virtual.emulator import Offer

_FAILED = 1
_UNAVAILABLE = 69
"""EX_UNAVAILABLE of sysexits: no reader, no service."""


@click.group()
def card() -> None:
    """Cartes et lecteurs."""


@card.command()
@click.option("--json", "as_json", is_flag=True, help="Pour un programme.")
def read(as_json: bool) -> None:
    """Ce que disent les lecteurs et les cartes, sans code porteur.

    Code de retour : 0 si tout a été lu, 1 si une carte n'a pas pu l'être, 69 sans lecteur ni service.
    """
    from dmp_tui.cards.pcsc import PcscSource

    sys.exit(show_readers(PcscSource(), as_json=as_json))


def show_readers(source: CardSource, *, as_json: bool) -> int:
    """Write what the readers of a source say; the exit code."""
    from dmp_tui.cards import report as reporting

    try:
        reports = list(reporting.read_readers(source))
    except CardError as error:
        return _unavailable(error.problem, as_json=as_json)
    if not reports:
        return _unavailable(CardProblem.NO_READER, as_json=as_json)
    if as_json:
        click.echo(json.dumps([reporting.as_json(report) for report in reports], ensure_ascii=False, indent=2))
    else:
        for report in reports:
            click.echo("\n".join(reporting.lines(report, datetime.now(UTC))))
    return _FAILED if any(report.problem for report in reports) else 0


def _unavailable(problem: CardProblem, *, as_json: bool) -> int:
    if as_json:
        click.echo(json.dumps({"problem": problem}))
    click.echo(problem_sentence(problem), err=True)
    return _UNAVAILABLE


@card.command()
@click.option(
    "--vitale",
    "vitale_files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Une carte Vitale, en JSON ; sa clé est le nom du fichier sans extension.",
)
@click.option(
    "--cps",
    "cps_directories",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Une carte CPS : certificate.pem, private_key.pem, holder.json ; sa clé est le nom du dossier.",
)
@click.option(
    "--sandbox",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Les cartes d'un bac à sable (dmp-tui sandbox DIR), au lieu de celles de la démonstration.",
)
@click.option(
    "--port", default=35963, show_default=True, help="Port du premier lecteur de vpcd ; le second est le suivant."
)
@click.option("--allow-open", is_flag=True, help="Accepter un vpcd ouvert au-delà de cette machine.")
@click.pass_context
def emulate(
    ctx: click.Context,
    *,
    vitale_files: tuple[Path, ...],
    cps_directories: tuple[Path, ...],
    sandbox: Path | None,
    port: int,
    allow_open: bool,
) -> None:
    """Offrir des cartes virtuelles à pcscd, par vpcd (vsmartcard).

    Commandes, au clavier ou sur l'entrée standard : vitale CLÉ [LECTEUR], cps CLÉ [LECTEUR], insert CLÉ [LECTEUR],
    remove LECTEUR, list, quit. Les lecteurs sont 0 et 1 ; sans lecteur, une CPS va dans le 0, une autre dans le 1.
    """
    from dmp_tui.cards.virtual.emulator import Emulator, Offer
    from dmp_tui.cards.virtual.load import CardFileError, load_cps, load_vitale

    _check_port(port, allow_open=allow_open)
    try:
        offers = _offers_of(ctx.obj, sandbox)
        offers += [Offer(path.stem, "vitale", path.name, _made(load_vitale(path))) for path in vitale_files]
        offers += [Offer(path.name, "cps", path.name, _made(load_cps(path))) for path in cps_directories]
    except CardFileError as error:
        raise click.ClickException(_bad_card_file(error.path)) from None
    emulator = Emulator((port, port + 1), offers)
    interactive = sys.stdin.isatty()
    try:
        run(emulator.answer, sys.stdin, prompt="> " if interactive else "")
    finally:
        emulator.close()


def run(answer: Callable[[str], str | None], commands: Iterable[str], *, prompt: str = "") -> None:
    """Answer commands, one a line, until one ends it (``answer`` returns None) or there are no more."""
    click.echo(answer("list"))
    click.echo(prompt, nl=False)
    for command in commands:
        text = answer(command)
        if text is None:
            return
        click.echo(text)
        click.echo(prompt, nl=False)


def _offers_of(provider: "Callable[[Path | None], Iterable[Offer]] | None", sandbox: Path | None) -> "list[Offer]":
    """Cards that the command line hands over in ``ctx.obj``: a callable, called when they are needed."""
    return [] if provider is None else list(provider(sandbox))


def _made(made: VirtualCard) -> Callable[[], VirtualCard]:
    return lambda: made


def _check_port(port: int, *, allow_open: bool) -> None:
    """Refuse before anything is offered: virtual cards have no business on the network."""
    from dmp_tui.cards.virtual.exposure import listens, open_beyond_loopback

    if listens(port) is False:
        raise click.ClickException(
            _(
                "Rien n'écoute au port {port} : démarrez pcscd avec le lecteur virtuel vpcd (paquet vsmartcard-vpcd)."
            ).format(port=port)
        )
    if open_beyond_loopback(port) is not False and not allow_open:
        raise click.ClickException(
            _(
                "vpcd (port {port}) est ouvert au-delà de cette machine, ou rien ne prouve le contraire : démarrez "
                "pcscd et cette commande dans un espace réseau qui n'a que la boucle locale "
                "(unshare --net sh -c 'ip link set lo up; pcscd; dmp-tui card emulate'), "
                "ou ajoutez --allow-open en connaissance de cause."
            ).format(port=port)
        )


def _bad_card_file(path: Path) -> str:
    return _("{path} ne décrit pas une carte : docs/virtual-cards.md dit ce qu'il faut y écrire.").format(path=path)
