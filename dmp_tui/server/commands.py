"""The server's half of the command line: ``serve``, and ``admin`` for who keeps the server."""

import ssl
import sys
from pathlib import Path

import click

from dmp_tui.i18n import _
from dmp_tui.server import layout, trail_commands
from dmp_tui.server.administering import Failure, admin_event, data_option, file_argument, files_of, opened_store, told
from dmp_tui.server.messages import csv_sentence
from dmp_tui.server.reference_commands import import_interactions, import_medicines
from dmp_tui.store import Transaction, system_clock


@click.command(help=_("Sert les dossiers : serveur FHIR avec TLS, jusqu'à Ctrl+C ou SIGTERM."))
@data_option
@click.option("--host", help=_("Adresse d'écoute, au lieu de celle de server.toml."))
@click.option(
    "--port", type=click.IntRange(0, 65535), help=_("Port d'écoute, au lieu de celui de server.toml ; 0 : libre.")
)
def serve(data: Path, host: str | None, port: int | None) -> None:
    from dmp_tui.server.logs import set_up_logs
    from dmp_tui.server.serving import CertificateExpiredError, InUseError, ListenError, run

    set_up_logs()
    with told():
        files = files_of(data)
        try:
            run(
                files,
                host or files.host,
                files.port if port is None else port,
                system_clock,
                lambda url: click.echo(f"dmp-tui: {url}"),
            )
        except CertificateExpiredError as error:
            raise Failure(
                _("Le certificat du serveur a expiré : renouvelez-le avec « dmp-tui admin renew-certificate ».")
            ) from error
        except InUseError as error:
            raise Failure(_("Un serveur utilise déjà ce dossier : arrêtez-le d'abord.")) from error
        except ListenError as error:
            raise Failure(
                _("Impossible d'écouter à cette adresse ({reason}) : choisissez un autre port avec --port.").format(
                    reason=error.reason
                )
            ) from error
        except (ssl.SSLError, ValueError) as error:
            raise Failure(
                _("Le certificat du serveur ou sa clé est inutilisable : refaites-les (admin renew-certificate).")
            ) from error


@click.group(help=_("Tenue du serveur : création, confiance, annuaire, trace."))
def admin() -> None:
    pass


admin.add_command(import_medicines)
admin.add_command(import_interactions)
admin.add_command(trail_commands.trail)
admin.add_command(trail_commands.notices)
admin.add_command(trail_commands.export_trail)
admin.add_command(trail_commands.verify_trail)


@admin.command(
    help=_("Crée les données d'un serveur dans DIR, et ses clés en dehors. Aucune autorité de cartes n'est admise.")
)
@click.argument("directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--keys", type=click.Path(file_okay=False, path_type=Path), help=_("Dossier des clés ; sinon DIR.keys."))
@click.option("--name", "names", multiple=True, help=_("Nom ou adresse du serveur pour les postes ; répétable."))
@click.option("--port", type=click.IntRange(1, 65535), default=layout.PORT, show_default=True, help=_("Port d'écoute."))
def init(directory: Path, keys: Path | None, names: tuple[str, ...], port: int) -> None:
    with told():
        try:
            files = layout.initialise(directory, system_clock, keys=keys, names=names or (layout.HOST,), port=port)
        except ValueError as error:
            raise click.UsageError(_("--name attend un nom d'hôte ou une adresse IP.")) from error
    click.echo(_("Données : {path}").format(path=files.data))
    click.echo(_("Clés, à sauvegarder à part : {path}").format(path=files.kek.parent))
    click.echo(_("Autorité à donner aux postes : {path}").format(path=files.authority))
    click.echo(_("Aucune autorité de cartes n'est admise : « dmp-tui admin trust » en ajoute une."))


@admin.command(help=_("Admet l'autorité de cartes dont FILE est le certificat (PEM ou DER)."))
@file_argument
@data_option
def trust(file: Path, data: Path) -> None:
    from dmp_tui.store.trust import read_authority

    with opened_store(data) as store:
        authority = read_authority(file.read_bytes())

        def work(transaction: Transaction) -> None:
            transaction.put_authority(authority.der)
            transaction.trace(admin_event("admin_trust", authority.subject))

        store.write_now(work)
    until = f"{authority.not_after:%d/%m/%Y}"
    click.echo(_("Autorité admise : {subject}, jusqu'au {until}").format(subject=authority.subject, until=until))


@admin.command(
    help=_("Enregistre la liste de révocation FILE (PEM ou DER) à la place de la précédente du même émetteur.")
)
@file_argument
@data_option
def crl(file: Path, data: Path) -> None:
    from dmp_tui.store.trust import crl_of

    with opened_store(data) as store:
        der = crl_of(file.read_bytes())

        def work(transaction: Transaction) -> None:
            transaction.put_crl(der)
            transaction.trace(admin_event("admin_crl"))

        store.write_now(work)
    click.echo(_("Liste de révocation enregistrée."))


@admin.command("import-professionals", help=_("Importe l'annuaire des professionnels FILE (CSV) : tout, ou rien."))
@file_argument
@data_option
def import_professionals(file: Path, data: Path) -> None:
    from dmp_tui.server.professionals import CsvError, read_professionals

    with opened_store(data) as store:
        try:
            professionals = read_professionals(file.read_bytes())
        except CsvError as error:
            raise Failure(csv_sentence(error)) from error

        def work(transaction: Transaction) -> None:
            for professional in professionals:
                transaction.put_professional(professional)
            transaction.trace(admin_event("admin_import_professionals", str(len(professionals))))

        store.write_now(work)
    click.echo(_("Professionnels importés : {count}").format(count=len(professionals)))


@admin.command(
    "import-habilitations", help=_("Charge la matrice d'habilitations FILE (CSV) : professions et types de documents.")
)
@file_argument
@data_option
def import_habilitations(file: Path, data: Path) -> None:
    from dmp_tui.dmp.habilitations import HabilitationsError, read_habilitations

    with opened_store(data) as store:
        content = file.read_bytes()
        try:
            count = len(read_habilitations(content).cells)
        except HabilitationsError as error:
            where = _("ligne {line}, colonne {column}") if error.column else _("ligne {line}")
            sentence = _("Matrice refusée ({where}) : il faut profession, type, consultation (oui ou non).")
            told = where.format(line=error.line, column=error.column)
            raise Failure(sentence.format(where=told)) from error
        store.write_now(lambda transaction: transaction.trace(admin_event("admin_import_habilitations", str(count))))
        layout.keep_habilitations(data, content)
    click.echo(_("Habilitations chargées : {count}. Redémarrez le serveur.").format(count=count))


@admin.command("renew-certificate", help=_("Renouvelle le certificat du serveur ; redémarrez-le ensuite."))
@data_option
@click.option("--name", "names", multiple=True, help=_("Nouveaux noms ; sinon ceux du certificat actuel."))
def renew_certificate(data: Path, names: tuple[str, ...]) -> None:
    with told():
        files = files_of(data)
        try:
            issued = layout.renew_certificate(files, system_clock(), names)
        except ValueError as error:
            raise Failure(
                _("L'autorité du serveur, son certificat ou un nom est inutilisable : vérifiez le dossier des clés.")
            ) from error
    until = f"{issued.certificate.not_valid_after_utc:%d/%m/%Y}"
    click.echo(_("Certificat renouvelé jusqu'au {until} : redémarrez le serveur.").format(until=until))


@admin.command(help=_("Détruit les dossiers fermés depuis dix ans : leur clé et leur contenu, pour toujours."))
@data_option
@click.option("--dry-run", is_flag=True, help=_("Les compte, et ne détruit rien."))
@click.option("--yes", is_flag=True, help=_("Ne demande pas confirmation."))
def purge(data: Path, dry_run: bool, yes: bool) -> None:
    from dmp_tui.server.purging import KEY_BACKUPS_KEPT, destroy, due

    with opened_store(data) as store:
        found = due(store, system_clock())
        click.echo(_("Dossiers fermés depuis dix ans : {count}").format(count=len(found)))
        if dry_run:
            return
        if found and not yes:
            click.confirm(_("Les détruire pour toujours ?"), abort=True)
        with click.progressbar(length=len(found), file=sys.stderr) as bar:
            count, clean = destroy(store, found, admin_event("purge_record"), system_clock, lambda: bar.update(1))
    if found:
        until = f"{system_clock() + KEY_BACKUPS_KEPT:%d/%m/%Y}"
        click.echo(_("Dossiers détruits : {count}").format(count=count))
        click.echo(
            _("Des sauvegardes de clés peuvent encore les ouvrir jusqu'au {until}, au plus tard.").format(until=until)
        )
    if not clean:
        click.echo(
            _("Le serveur lisait les clés : relancez « dmp-tui admin purge » pour effacer leur journal."), err=True
        )
