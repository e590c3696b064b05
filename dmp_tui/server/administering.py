"""What the server's commands share: a failure in one sentence, the store that they open, the act that they trace."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click

from dmp_tui.i18n import _
from dmp_tui.server.layout import LayoutError, ServerFiles, load_files
from dmp_tui.server.messages import store_sentence
from dmp_tui.store import ALLOWED, Store, StoreError, StoreProblem, TrailEvent, system_clock


class Failure(click.ClickException):
    """One sentence on standard error; exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"dmp-tui: {self.message}", file=file, err=file is None)


@contextmanager
def told() -> Iterator[None]:
    """Turns what a store or a file met into a sentence."""
    try:
        yield
    except StoreError as error:
        raise Failure(store_sentence(error)) from error
    except LayoutError as error:
        sentence = _("server.toml n'est pas du TOML valable : corrigez-le.")
        if error.key:
            sentence = _("server.toml : « {key} » est absent, inconnu ou mal écrit : corrigez-le.").format(
                key=error.key
            )
        raise Failure(sentence) from error
    except OSError as error:
        raise Failure(
            _("Fichier inutilisable ({reason}) : {path}").format(reason=error.strerror, path=error.filename)
        ) from error


def files_of(data: Path) -> ServerFiles:
    """The files of a server's data directory."""
    if not (data / "server.toml").is_file():
        raise Failure(store_sentence(StoreError(StoreProblem.ABSENT)))
    return load_files(data)


@contextmanager
def opened_store(data: Path, *, read_only: bool = False) -> Iterator[Store]:
    """Its store, closed at the end of the block."""
    with told():
        store = files_of(data).open_store(system_clock, read_only=read_only)
        try:
            yield store
        finally:
            store.close()


def admin_event(operation: str, detail: str = "") -> TrailEvent:
    """What the trail keeps of an administrator at the server."""
    account = getpass.getuser()
    return TrailEvent(f"local:{account}", account, "administrator", "local", operation, ALLOWED, detail=detail)


data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="DMP_TUI_DATA",
    required=True,
    help=_("Dossier des données du serveur."),
)
file_argument = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
