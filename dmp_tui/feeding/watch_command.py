"""``dmp-tui watch``: what other software drops into a folder, into the records, with a structure's certificate."""

import asyncio
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dmp_tui.dmp.files import USUAL_TYPES, is_type
from dmp_tui.feeding.certificate import CertificateError, CertificateProblem, SoftwareCertificate, load_certificate
from dmp_tui.feeding.commands import (
    CONFIG,
    SOME_REFUSED,
    UNAVAILABLE,
    USAGE,
    StopError,
    client_of,
    code_of,
    settings_of,
    type_sentence,
)
from dmp_tui.feeding.folder import Folder
from dmp_tui.feeding.log import configure
from dmp_tui.feeding.session import Lasting
from dmp_tui.feeding.watching import Log, Patience, Watch
from dmp_tui.i18n import _

if TYPE_CHECKING:
    from dmp_tui.config import Settings


@dataclass(frozen=True, slots=True)
class Structure:
    """Who deposits: a structure by its certificate, for the software or the person that it names."""

    certificate: SoftwareCertificate
    on_behalf_of: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a watch."""

    structure: Structure
    usual_type: str
    patience: Patience
    once: bool


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--certificate",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    envvar="DMP_TUI_WATCH_CERTIFICATE",
    help="Certificat de la structure (PEM : lui, puis ses autorités).",
)
@click.option(
    "--key",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    envvar="DMP_TUI_WATCH_KEY",
    help="Sa clé privée (PEM), lisible par son seul propriétaire.",
)
@click.option(
    "--key-password-file",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="DMP_TUI_WATCH_KEY_PASSWORD_FILE",
    help="Fichier du mot de passe de cette clé.",
)
@click.option(
    "--on-behalf-of",
    required=True,
    envvar="DMP_TUI_WATCH_ON_BEHALF_OF",
    help="Le logiciel ou la personne qui agit : tracé.",
)
@click.option(
    "--settle",
    type=click.FloatRange(0.1, 3600),
    default=5,
    show_default=True,
    help="Secondes sans changement après lesquelles un fichier est entier.",
)
@click.option(
    "--sidecar-wait",
    type=click.FloatRange(0, 86400),
    default=60,
    show_default=True,
    help="Secondes pendant lesquelles un PDF attend son fichier d'accompagnement.",
)
@click.option(
    "--type",
    "usual_type",
    default=USUAL_TYPES[0],
    show_default=True,
    envvar="DMP_TUI_WATCH_TYPE",
    help="Type (JDV_J66) d'un PDF, d'un texte, d'une image dont le fichier d'accompagnement n'en donne pas.",
)
@click.option("--once", is_flag=True, help="Ce qui est là et ne change plus, puis fin.")
@click.pass_context
def watch(ctx: click.Context, /, folder: Path, **given: Any) -> None:
    """Dépose ce que d'autres logiciels mettent dans un dossier (CDA, PDF), avec le certificat de la structure."""

    config = ctx.parent.params.get("config") if ctx.parent else None
    log = configure()
    watched = Folder(folder)
    try:
        if not is_type(given["usual_type"]):
            raise StopError(type_sentence(), USAGE)
        settings = settings_of(config)
        password = _password(given["key_password_file"])
        certificate = load_certificate(given["certificate"], given["key"], password)
        structure = Structure(certificate, given["on_behalf_of"])
        patience = Patience(settle=given["settle"], sidecar=given["sidecar_wait"], poll=min(2.0, given["settle"]))
        with watched.alone() as alone:
            if not alone:
                raise StopError(_("Une autre surveillance tient déjà ce dossier."), UNAVAILABLE)
            watching = Wanted(structure, given["usual_type"], patience, once=given["once"])
            whole = asyncio.run(_watched(settings, watched, watching, log))
    except CertificateError as error:
        raise SystemExit(_stop(StopError(certificate_sentence(error.problem), CONFIG))) from None
    except OSError:
        raise SystemExit(_stop(StopError(_("Ce dossier ne peut pas être lu ou écrit."), UNAVAILABLE))) from None
    except StopError as error:
        raise SystemExit(_stop(error)) from None
    if not whole:
        ctx.exit(SOME_REFUSED)


def _stop(error: StopError) -> int:
    click.echo(str(error), err=True)
    return error.code


def _password(path: Path | None) -> bytes | None:
    if path is None:
        return None
    try:
        return path.read_bytes().strip()
    except OSError:
        raise StopError(_("Le fichier du mot de passe ne peut pas être lu."), CONFIG) from None


async def _watched(settings: "Settings", folder: Folder, wanted: Wanted, log: Log) -> bool:
    """Watch until SIGTERM or SIGINT; with ``once``, whether everything found its place.

    Raises:
        StopError: the server refuses this certificate, or is another one; or could not be asked at the start of a
            ``once``.
    """
    from dmp_tui.client import ClientError
    from dmp_tui.screens.refusals import client_sentence

    client = client_of(settings)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    server = Lasting(client, wanted.structure.certificate, wanted.structure.on_behalf_of)
    watching = Watch(folder, server, wanted.usual_type, log, wanted.patience)
    try:
        if wanted.once:
            return await watching.once(stop)
        await watching.run(stop)
    except ClientError as error:
        raise StopError(client_sentence(error), code_of(error)) from None
    finally:
        await client.logout()
        await client.aclose()
    return True


def certificate_sentence(problem: CertificateProblem) -> str:
    """Why a certificate's files cannot log in."""
    return {
        CertificateProblem.UNREADABLE: _("Le certificat ou sa clé ne peut pas être lu : vérifiez les chemins."),
        CertificateProblem.NOT_A_CERTIFICATE: _("Ce fichier n'est pas un certificat en PEM."),
        CertificateProblem.NOT_A_KEY: _("Ce fichier n'est pas une clé RSA en PEM, ou son mot de passe est autre."),
        CertificateProblem.OPEN_TO_OTHERS: _("D'autres que son propriétaire peuvent lire la clé : chmod 600."),
        CertificateProblem.NOT_ITS_KEY: _("Cette clé n'est pas celle de ce certificat."),
    }[problem]
