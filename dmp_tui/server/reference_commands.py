"""``admin import-medicines`` and ``admin import-interactions``."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import click

from dmp_tui.config import ConfigError, load, reference_path
from dmp_tui.dmp.medicines.model import Edition
from dmp_tui.dmp.medicines.tables import TableError
from dmp_tui.i18n import _, n_
from dmp_tui.reference.schema import ReferenceFault
from dmp_tui.reference.sentences import reference_sentence, table_sentence
from dmp_tui.server.administering import Failure

FILE = "reference.db"
"""Name of the reference file in a server's data directory."""

_Command = Callable[..., None]


def _where(command: _Command) -> _Command:
    data = click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False, exists=True),
        envvar="DMP_TUI_DATA",
        help=_("Dossier des données d'un serveur ; sinon, la base de ce compte."),
    )
    file = click.option("--reference", type=click.Path(path_type=Path, dir_okay=False), help=_("Un autre fichier."))
    month = click.option("--month", metavar="AAAA-MM", callback=_checked_month, help=_("Mois de l'édition."))
    return data(file(month(command)))


def _checked_month(_ctx: click.Context, _option: click.Parameter, value: str | None) -> str:
    if value is None:
        return ""
    try:
        datetime.strptime(value, "%Y-%m")  # noqa: DTZ007 - a month has no zone
    except ValueError:
        raise click.BadParameter(_("un mois s'écrit AAAA-MM")) from None
    return value


@click.command("import-medicines", help=_("Importe la base publique des médicaments (BDPM) : les cinq tables de DIR."))
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, file_okay=False, exists=True))
@_where
def import_medicines(directory: Path, data: Path | None, reference: Path | None, month: str) -> None:
    """The five tables of a directory, all or none."""
    from dmp_tui.dmp.medicines.bdpm import Bdpm
    from dmp_tui.reference.importing import medicines_of
    from dmp_tui.reference.writing import write

    path = _path(data, reference)
    with _told(path):
        half = medicines_of(directory, _today(), month)
        assert isinstance(half.content, Bdpm)  # noqa: S101 - what medicines_of makes
        with _progress(len(half.content.boxes)) as told:
            write(path, [half], told)
    count = len(half.content.boxes)
    click.echo(
        n_("{count} spécialité importée : {edition}.", "{count} spécialités importées : {edition}.", count).format(
            count=count, edition=_shown(half.edition)
        )
    )
    if half.content.newest:
        click.echo(_("Date la plus récente dans les tables : {month}.").format(month=_month(half.content.newest)))
    _closing(path)


@click.command("import-interactions", help=_("Importe le thésaurus des interactions de l'ANSM : FILE (JSON)."))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--substances",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help=_("Index des substances et de leurs classes ; sinon, celui qui est à côté de FILE."),
)
@_where
def import_interactions(
    file: Path, substances: Path | None, data: Path | None, reference: Path | None, month: str
) -> None:
    """The thesaurus and its index, both or none."""
    from dmp_tui.dmp.medicines.thesaurus import Thesaurus
    from dmp_tui.reference.importing import interactions_of
    from dmp_tui.reference.writing import write

    path = _path(data, reference)
    with _told(path):
        half = interactions_of(file, _today(), month, substances)
        assert isinstance(half.content, Thesaurus)  # noqa: S101 - what interactions_of makes
        with _progress(0) as told:
            write(path, [half], told)
    pairs = len({frozenset((one.first, one.second)) for one in half.content.interactions})
    click.echo(
        n_("{count} couple importé : {edition}.", "{count} couples importés : {edition}.", pairs).format(
            count=pairs, edition=_shown(half.edition)
        )
    )
    if half.content.unlisted:
        names = ", ".join(half.content.unlisted[:12])
        click.echo(
            n_(
                "{count} nom sans substance (aliment, voie, classe sans liste) : {names}",
                "{count} noms sans substance (aliments, voies, classes sans liste) : {names}",
                len(half.content.unlisted),
            ).format(count=len(half.content.unlisted), names=names)
        )
    _closing(path)


def _path(data: Path | None, reference: Path | None) -> Path:
    if reference is not None:
        return reference
    if data is not None:
        return data / FILE
    try:
        return reference_path(load())
    except ConfigError as error:
        raise Failure(_("Réglages inutilisables : {where}").format(where=error)) from error


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield
    except TableError as error:
        raise Failure(table_sentence(error)) from error
    except ReferenceFault as error:
        raise Failure(reference_sentence(error)) from error
    except OSError as error:
        sentence = _("Fichier inutilisable ({reason}) : {path}")
        raise Failure(sentence.format(reason=error.strerror, path=error.filename or path)) from error


@contextmanager
def _progress(length: int) -> Iterator[Callable[[int, int], None]]:
    """A bar where standard error is a terminal and there is something to count, else nothing."""
    if not length or not sys.stderr.isatty():
        yield lambda done, of: None
        return
    with click.progressbar(length=length, file=sys.stderr, label=_("Import")) as bar:

        def told(done: int, _of: int) -> None:
            bar.update(done - bar.pos)

        yield told


def _closing(path: Path) -> None:
    from dmp_tui.reference.base import ReferenceBase, is_old

    base = ReferenceBase(path)
    try:
        for edition in base.editions:
            if is_old(edition, _today()):
                click.echo(_("Attention : {edition} a plus d'un an.").format(edition=_shown(edition)), err=True)
        if not base.whole:
            click.echo(
                _("Il manque l'autre moitié (médicaments ou interactions) : le jeu d'urgence reste en service."),
                err=True,
            )
    finally:
        base.close()


def _today() -> date:
    return datetime.now().astimezone().date()


def _month(month: str) -> str:
    from dmp_tui.reference.base import shown_month

    return shown_month(month)


def _shown(edition: Edition) -> str:
    return f"{edition.source} {_month(edition.month) or _('sans date')}"
