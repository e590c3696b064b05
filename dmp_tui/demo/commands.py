"""The command line of the demonstration and of the sandbox. Only what a verb needs is imported, when it is called."""

from pathlib import Path

import click

from dmp_tui.demo import keys
from dmp_tui.i18n import _

DEFAULT_PORT = 8443


@click.command(
    help=_("Démonstration : vrai serveur, lecteurs et cartes virtuels, patients inventés. F9 : insérer une carte.")
)
@click.option("--list", "listing", is_flag=True, help=_("Professionnels et patients en JSON, puis fin."))
@click.option("--insert-cps", metavar="KEY", help=_("Carte de professionnel insérée dès le début."))
@click.option("--pin", metavar="PIN", help=_("Code de cette carte (de démonstration), tapé dès qu'elle est lue."))
@click.option("--insert-vitale", metavar="KEY", help=_("Carte de patient insérée dès le début."))
def demo(listing: bool, insert_cps: str | None, pin: str | None, insert_vitale: str | None) -> None:
    if listing:
        _list()
        return
    if pin is not None and insert_cps is None:
        raise click.UsageError(_("--pin va avec --insert-cps : indiquez la carte."))
    for key, known, option in ((insert_cps, keys.CPS, "--insert-cps"), (insert_vitale, keys.VITALE, "--insert-vitale")):
        if key is not None and key not in (*known, *keys.PROBLEMS):
            raise _unknown(key, option)
    from dmp_tui.demo.app import Script, run

    run(Script(insert_cps or "", pin or "", insert_vitale or ""))


def _unknown(key: str, option: str) -> click.BadParameter:
    sentence = _("« {key} » n'est la clé d'aucune carte de la démonstration : « dmp-tui demo --list » les donne.")
    return click.BadParameter(sentence.format(key=key), param_hint=option)


def _list() -> None:
    import json
    from datetime import UTC, datetime

    from dmp_tui.demo.authority import cached_authority
    from dmp_tui.demo.listing import patients, professionals
    from dmp_tui.demo.places import cache_directory

    authority = cached_authority(cache_directory(), datetime.now(UTC))
    described = {"professionals": professionals(authority), "patients": patients()}
    click.echo(json.dumps(described, ensure_ascii=False, indent=2))


@click.command(
    help=_("Bac à sable pour intégrateurs : écrit dans DIR un serveur prêt, ses cartes de démonstration, sandbox.json.")
)
@click.argument("directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--port", type=click.IntRange(1, 65535), default=DEFAULT_PORT, show_default=True, help=_("Port du serveur.")
)
def sandbox(directory: Path, port: int) -> None:
    from datetime import UTC, datetime

    from dmp_tui.demo.sandbox import NotEmptyError, write_sandbox

    try:
        url = write_sandbox(directory.absolute(), port, datetime.now(UTC))
    except NotEmptyError:
        raise click.UsageError(_("Ce dossier n'est pas vide : donnez-en un nouveau.")) from None
    except OSError as error:
        raise click.ClickException(
            _("Le bac à sable n'a pas pu être écrit ({reason}) : choisissez un autre dossier.").format(
                reason=error.strerror
            )
        ) from error
    click.echo(
        _("Bac à sable écrit. Démarrez le serveur : dmp-tui serve --data {path}").format(path=directory / "server")
    )
    click.echo(_("Il répondra à {url} ; sandbox.json dit le reste.").format(url=url))
