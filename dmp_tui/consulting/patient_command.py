"""``dmp-tui patient``: a patient's own space."""

from pathlib import Path

import click

from dmp_tui.i18n import _


@click.command(help=_("Mon DMP : l'espace du patient. Sa fiche, ses documents, qui l'a vu, qui est autorisé."))
@click.pass_context
def patient(ctx: click.Context) -> None:
    from dmp_tui.client.patient import PatientClient
    from dmp_tui.config import ConfigError, load
    from dmp_tui.screens.own_app import OwnApp

    config = ctx.find_root().params.get("config")
    try:
        settings = load(Path(config) if config else None)
    except ConfigError as error:
        from dmp_tui.screens.sentences import config_sentence

        raise SystemExit(config_sentence(error)) from None
    if not settings.server_url or settings.authority is None:
        raise SystemExit(_("dmp-tui : réglages absents : donnez server_url et authority (docs/patient.md)."))
    OwnApp(PatientClient(settings.server_url, settings.authority)).run(mouse=False)
