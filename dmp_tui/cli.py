"""The command line. A verb's room is imported when the verb is called, and no other."""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dmp_tui import __version__

if TYPE_CHECKING:
    from dmp_tui.cards.virtual.emulator import Offer

_VERBS = {
    "admin": "dmp_tui.server.commands:admin",
    "card": "dmp_tui.cards.commands:card",
    "check": "dmp_tui.consulting.check_command:check",
    "deposit": "dmp_tui.feeding.commands:deposit",
    "demo": "dmp_tui.demo.commands:demo",
    "officer": "dmp_tui.consulting.officer_command:officer",
    "patient": "dmp_tui.consulting.patient_command:patient",
    "sandbox": "dmp_tui.demo.commands:sandbox",
    "watch": "dmp_tui.feeding.watch_command:watch",
    "serve": "dmp_tui.server.commands:serve",
}


class _Verbs(click.Group):
    """A group that finds its commands in ``_VERBS``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _VERBS:
            return None
        module, _, name = _VERBS[cmd_name].partition(":")
        command = getattr(import_module(module), name)
        return command if isinstance(command, click.Command) else None


@click.command(cls=_Verbs, invoke_without_command=True)
@click.version_option(__version__, prog_name="dmp-tui")
@click.option("--config", type=click.Path(dir_okay=False), help="Settings (TOML); else the user's own.")
@click.pass_context
def main(ctx: click.Context, config: str | None) -> None:
    """Fiche d'urgence du DMP dans un terminal. Sans commande: l'application."""
    ctx.obj = _virtual_cards
    if ctx.invoked_subcommand is None:
        from dmp_tui.app import run

        run(config)


def _virtual_cards(sandbox: Path | None) -> "Iterable[Offer]":
    """What ``card emulate`` offers: it stands below the demonstration, so its cards are handed to it from here."""
    from dmp_tui.demo.cards import emulator_offers

    return emulator_offers(sandbox)
