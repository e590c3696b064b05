"""``dmp-tui officer``: the register of emergency accesses, for privacy officers."""

import click

from dmp_tui.i18n import _


@click.command(help=_("Registre des accès d'urgence, pour le délégué à la protection des données. Aucun dossier."))
@click.pass_context
def officer(ctx: click.Context) -> None:
    from dmp_tui.app import run

    run(ctx.find_root().params.get("config"), officers_only=True)
