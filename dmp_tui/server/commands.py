"""The server's half of the command line: ``serve``, and ``admin`` for who keeps the server."""

import getpass
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click

from dmp_tui.i18n import _
from dmp_tui.reference.commands import import_interactions, import_medicines
from dmp_tui.server import layout
from dmp_tui.server.layout import LayoutError, ServerFiles, load_files
from dmp_tui.server.messages import csv_sentence, report_sentence, store_sentence
from dmp_tui.store import ALLOWED, Store, StoreError, StoreProblem, TrailEvent, Transaction, system_clock


class Failure(click.ClickException):
    """One sentence on standard error; exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"dmp-tui: {self.message}", file=file, err=file is None)


@contextmanager
def _told() -> Iterator[None]:
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


def _files(data: Path) -> ServerFiles:
    if not (data / "server.toml").is_file():
        raise Failure(store_sentence(StoreError(StoreProblem.ABSENT)))
    return load_files(data)


@contextmanager
def _store(data: Path, *, read_only: bool = False) -> Iterator[Store]:
    with _told():
        store = _files(data).open_store(system_clock, read_only=read_only)
        try:
            yield store
        finally:
            store.close()


def _event(operation: str, detail: str = "") -> TrailEvent:
    account = getpass.getuser()
    return TrailEvent(f"local:{account}", account, "administrator", "local", operation, ALLOWED, detail=detail)


_data = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="DMP_TUI_DATA",
    required=True,
    help=_("Dossier des données du serveur."),
)
_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.command(help=_("Sert les dossiers : serveur FHIR avec TLS, jusqu'à Ctrl+C ou SIGTERM."))
@_data
@click.option("--host", help=_("Adresse d'écoute, au lieu de celle de server.toml."))
@click.option(
    "--port", type=click.IntRange(0, 65535), help=_("Port d'écoute, au lieu de celui de server.toml ; 0 : libre.")
)
def serve(data: Path, host: str | None, port: int | None) -> None:
    from dmp_tui.server.logs import set_up_logs
    from dmp_tui.server.serving import CertificateExpiredError, InUseError, ListenError, run

    set_up_logs()
    with _told():
        files = _files(data)
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


@admin.command(
    help=_("Crée les données d'un serveur dans DIR, et ses clés en dehors. Aucune autorité de cartes n'est admise.")
)
@click.argument("directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--keys", type=click.Path(file_okay=False, path_type=Path), help=_("Dossier des clés ; sinon DIR.keys."))
@click.option("--name", "names", multiple=True, help=_("Nom ou adresse du serveur pour les postes ; répétable."))
@click.option("--port", type=click.IntRange(1, 65535), default=layout.PORT, show_default=True, help=_("Port d'écoute."))
def init(directory: Path, keys: Path | None, names: tuple[str, ...], port: int) -> None:
    with _told():
        try:
            files = layout.initialise(directory, system_clock, keys=keys, names=names or (layout.HOST,), port=port)
        except ValueError as error:
            raise click.UsageError(_("--name attend un nom d'hôte ou une adresse IP.")) from error
    click.echo(_("Données : {path}").format(path=files.data))
    click.echo(_("Clés, à sauvegarder à part : {path}").format(path=files.kek.parent))
    click.echo(_("Autorité à donner aux postes : {path}").format(path=files.authority))
    click.echo(_("Aucune autorité de cartes n'est admise : « dmp-tui admin trust » en ajoute une."))


@admin.command(help=_("Admet l'autorité de cartes dont FILE est le certificat (PEM ou DER)."))
@_file
@_data
def trust(file: Path, data: Path) -> None:
    from dmp_tui.store.trust import read_authority

    with _store(data) as store:
        authority = read_authority(file.read_bytes())

        def work(transaction: Transaction) -> None:
            transaction.put_authority(authority.der)
            transaction.trace(_event("admin_trust", authority.subject))

        store.write_now(work)
    until = f"{authority.not_after:%d/%m/%Y}"
    click.echo(_("Autorité admise : {subject}, jusqu'au {until}").format(subject=authority.subject, until=until))


@admin.command(
    help=_("Enregistre la liste de révocation FILE (PEM ou DER) à la place de la précédente du même émetteur.")
)
@_file
@_data
def crl(file: Path, data: Path) -> None:
    from dmp_tui.store.trust import crl_of

    with _store(data) as store:
        der = crl_of(file.read_bytes())

        def work(transaction: Transaction) -> None:
            transaction.put_crl(der)
            transaction.trace(_event("admin_crl"))

        store.write_now(work)
    click.echo(_("Liste de révocation enregistrée."))


@admin.command("import-professionals", help=_("Importe l'annuaire des professionnels FILE (CSV) : tout, ou rien."))
@_file
@_data
def import_professionals(file: Path, data: Path) -> None:
    from dmp_tui.server.professionals import CsvError, read_professionals

    with _store(data) as store:
        try:
            professionals = read_professionals(file.read_bytes())
        except CsvError as error:
            raise Failure(csv_sentence(error)) from error

        def work(transaction: Transaction) -> None:
            for professional in professionals:
                transaction.put_professional(professional)
            transaction.trace(_event("admin_import_professionals", str(len(professionals))))

        store.write_now(work)
    click.echo(_("Professionnels importés : {count}").format(count=len(professionals)))


@admin.command(
    "import-habilitations", help=_("Charge la matrice d'habilitations FILE (CSV) : professions et types de documents.")
)
@_file
@_data
def import_habilitations(file: Path, data: Path) -> None:
    from dmp_tui.dmp.habilitations import HabilitationsError, read_habilitations

    with _store(data) as store:
        content = file.read_bytes()
        try:
            count = len(read_habilitations(content).cells)
        except HabilitationsError as error:
            where = _("ligne {line}, colonne {column}") if error.column else _("ligne {line}")
            sentence = _("Matrice refusée ({where}) : il faut profession, type, consultation (oui ou non).")
            told = where.format(line=error.line, column=error.column)
            raise Failure(sentence.format(where=told)) from error
        store.write_now(lambda transaction: transaction.trace(_event("admin_import_habilitations", str(count))))
        layout.keep_habilitations(data, content)
    click.echo(_("Habilitations chargées : {count}. Redémarrez le serveur.").format(count=count))


@admin.command("renew-certificate", help=_("Renouvelle le certificat du serveur ; redémarrez-le ensuite."))
@_data
@click.option("--name", "names", multiple=True, help=_("Nouveaux noms ; sinon ceux du certificat actuel."))
def renew_certificate(data: Path, names: tuple[str, ...]) -> None:
    with _told():
        files = _files(data)
        try:
            issued = layout.renew_certificate(files, system_clock(), names)
        except ValueError as error:
            raise Failure(
                _("L'autorité du serveur, son certificat ou un nom est inutilisable : vérifiez le dossier des clés.")
            ) from error
    until = f"{issued.certificate.not_valid_after_utc:%d/%m/%Y}"
    click.echo(_("Certificat renouvelé jusqu'au {until} : redémarrez le serveur.").format(until=until))


@admin.command(help=_("Affiche la trace : qui a fait quoi, quand et pourquoi. Cette lecture est tracée."))
@_data
@click.option("--after", type=click.IntRange(0), default=0, help=_("Commence après cette ligne."))
def trail(data: Path, after: int) -> None:
    with _store(data) as store:
        store.write_now(lambda transaction: transaction.trace(_event("admin_trail")))
        for row in store.trail(after=after):
            columns = (
                str(row.seq),
                row.at.isoformat(timespec="milliseconds"),
                row.outcome,
                row.operation,
                row.mode,
                row.role,
                row.actor,
                row.actor_name,
                row.on_behalf_of,
                row.patient_id,
                row.document_id,
                row.rule,
                row.reason_code,
                row.reason,
                row.detail,
            )
            click.echo("\t".join(map(_visible, columns)))


def _visible(text: str) -> str:
    """A column that moves no cursor and ends no line, whatever was typed as a reason."""
    return "".join(c if c.isprintable() else "·" for c in text) or "-"


@admin.command(help=_("Compte les avis et ce que sont devenus leurs messages ; aucune identité."))
@_data
def notices(data: Path) -> None:
    from dmp_tui.dmp.notices import Mail

    with _store(data, read_only=True) as store:
        counts = store.mail_counts()
    labels = {
        Mail.NONE: _("sans message (aucun serveur de messagerie)"),
        Mail.QUEUED: _("en attente"),
        Mail.SENT: _("envoyés"),
        Mail.FAILED: _("en échec"),
        Mail.NO_ADDRESS: _("sans adresse"),
        Mail.VOID: _("sans objet"),
    }
    click.echo(_("Avis : {count}").format(count=sum(counts.values())))
    for state, label in labels.items():
        click.echo(f"  {label} : {counts.get(state, 0)}")


@admin.command("export-trail", help=_("Copie la trace dans FILE : elle se vérifie sans clé et ne nomme personne."))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_data
def export_trail(file: Path, data: Path) -> None:
    from dmp_tui.store.trail_file import write_export

    with _store(data) as store:
        store.write_now(lambda transaction: transaction.trace(_event("admin_export_trail")))
        store.write_now(lambda transaction: transaction.sign_head())
        count = write_export(file, store.public_key, store.stored_trail(), store.heads())
    click.echo(_("Lignes copiées : {count}").format(count=count))


@admin.command("verify-trail", help=_("Vérifie la trace d'un serveur (--data) ou d'une copie (--file, --public-key)."))
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), envvar="DMP_TUI_DATA")
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=_("Copie de la trace."))
@click.option(
    "--public-key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("Clé publique qui vérifie les signatures (trail.pem du dossier des clés)."),
)
@click.option(
    "--witness",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("Têtes signées gardées ailleurs (trail.heads) ; avec --data, celles que server.toml désigne."),
)
def verify_trail(data: Path | None, file: Path | None, public_key: Path | None, witness: Path | None) -> None:
    from dmp_tui.store.trail import verify
    from dmp_tui.store.trail_file import TrailFileError, read_witness, verify_export

    try:
        if file is not None:
            if public_key is None:
                raise click.UsageError(_("--file demande --public-key : la clé qui est dans la copie ne prouve rien."))
            with _told():
                heads = read_witness(witness) if witness else []
                report = verify_export(file, public_key.read_bytes(), heads)
        elif data is not None:
            with _store(data, read_only=True) as store:
                found = witness or load_files(data).witness
                heads = read_witness(found) if found and found.exists() else []
                key = public_key.read_bytes() if public_key else store.public_key
                report = verify(store.stored_trail(), store.heads(), key, heads)
        else:
            raise click.UsageError(_("Indiquez --data ou --file."))
    except TrailFileError as error:
        raise Failure(
            _("Ce fichier n'est pas une trace : la ligne {line} est illisible.").format(line=error.line)
        ) from error
    except ValueError as error:
        raise Failure(_("Ce fichier n'est pas une clé publique de trace (trail.pem).")) from error
    if not report.sound:
        raise Failure(report_sentence(report))
    click.echo(report_sentence(report))


@admin.command(help=_("Détruit les dossiers fermés depuis dix ans : leur clé et leur contenu, pour toujours."))
@_data
@click.option("--dry-run", is_flag=True, help=_("Les compte, et ne détruit rien."))
@click.option("--yes", is_flag=True, help=_("Ne demande pas confirmation."))
def purge(data: Path, dry_run: bool, yes: bool) -> None:
    from dmp_tui.server.purging import KEY_BACKUPS_KEPT, destroy, due

    with _store(data) as store:
        found = due(store, system_clock())
        click.echo(_("Dossiers fermés depuis dix ans : {count}").format(count=len(found)))
        if dry_run:
            return
        if found and not yes:
            click.confirm(_("Les détruire pour toujours ?"), abort=True)
        with click.progressbar(length=len(found), file=sys.stderr) as bar:
            count, clean = destroy(store, found, _event("purge_record"), system_clock, lambda: bar.update(1))
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
