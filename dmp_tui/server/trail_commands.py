"""The commands of ``admin`` about the trail, and about notices."""

from pathlib import Path

import click

from dmp_tui.i18n import _
from dmp_tui.server.administering import Failure, admin_event, data_option, files_of, opened_store, told
from dmp_tui.server.layout import load_files
from dmp_tui.server.messages import report_sentence


@click.command(help=_("Affiche la trace : qui a fait quoi, quand et pourquoi. Cette lecture est tracée."))
@data_option
@click.option("--after", type=click.IntRange(0), default=0, help=_("Commence après cette ligne."))
def trail(data: Path, after: int) -> None:
    with opened_store(data) as store:
        store.write_now(lambda transaction: transaction.trace(admin_event("admin_trail")))
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


@click.command(help=_("Compte les avis et ce que sont devenus leurs messages ; aucune identité."))
@data_option
def notices(data: Path) -> None:
    from dmp_tui.dmp.notices import Mail

    with opened_store(data, read_only=True) as store:
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


@click.command("export-trail", help=_("Copie la trace dans FILE : elle se vérifie sans clé et ne nomme personne."))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@data_option
@click.option("--fhir", is_flag=True, help=_("En AuditEvent FHIR, un par ligne (NDJSON), sans chaîne ni signatures."))
@click.option("--identities", is_flag=True, help=_("Avec --fhir : les noms et les motifs aussi. C'est tracé."))
def export_trail(file: Path, data: Path, fhir: bool, identities: bool) -> None:
    from dmp_tui.server.trail_export import write_fhir
    from dmp_tui.store.trail_file import write_export

    if identities and not fhir:
        raise click.UsageError(_("--identities va avec --fhir : la copie vérifiable ne nomme jamais personne."))
    detail = ("fhir identities" if identities else "fhir") if fhir else ""
    with opened_store(data) as store:
        store.write_now(lambda transaction: transaction.trace(admin_event("admin_export_trail", detail)))
        store.write_now(lambda transaction: transaction.sign_head())
        if fhir:
            files = files_of(data)
            named = None if identities else store.pseudonym
            count = write_fhir(file, store.trail(), f"{files.base_url(files.port)}/fhir", named)
        else:
            count = write_export(file, store.public_key, store.stored_trail(), store.heads(), store.sign_copy)
    click.echo(_("Lignes copiées : {count}").format(count=count))


@click.command("verify-trail", help=_("Vérifie la trace d'un serveur (--data) ou d'une copie (--file, --public-key)."))
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
            with told():
                heads = read_witness(witness) if witness else []
                report = verify_export(file, public_key.read_bytes(), heads)
        elif data is not None:
            with opened_store(data, read_only=True) as store:
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
