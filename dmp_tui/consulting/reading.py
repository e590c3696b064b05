"""A record opened from the shell: logged in by a card, read once, logged out."""

from typing import TYPE_CHECKING

from dmp_tui.feeding.commands import UNAVAILABLE, StopError, client_of, code_of
from dmp_tui.i18n import _

if TYPE_CHECKING:
    from dmp_tui.cards.authentication import AuthenticationCard
    from dmp_tui.config import Settings
    from dmp_tui.dmp.identity import Identity
    from dmp_tui.screens.record import OpenRecord

NO_RECORD = 66
"""Exit code (EX_NOINPUT): there is no record, or it is closed."""
NO_PERMISSION = 77


async def read_with(settings: "Settings", card: "AuthenticationCard", identity: "Identity") -> "OpenRecord":
    """Log in, read the sheet of a record in the normal mode, log out. The server traces it as any reading.

    Raises:
        StopError: there is no record that may be read, or the server cannot be asked; nothing was read.
        CardError: what the card did.
    """
    from dmp_tui.client import ClientError
    from dmp_tui.feeding.session import Lasting
    from dmp_tui.screens.opening import Closed, NoRecord, NotAuthorised, NotOpened, Opened, open_record
    from dmp_tui.screens.refusals import client_sentence

    client = client_of(settings)
    server = Lasting(client, card)
    try:
        await server.begin()
        professional = server.professional
        if professional is None:
            raise StopError(_("Le serveur ne dit pas qui vous êtes : prévenez l'administrateur."), UNAVAILABLE)
        outcome = await open_record(client, identity, professional)
    except ClientError as error:
        raise StopError(client_sentence(error), code_of(error)) from None
    finally:
        await client.logout()
        await client.aclose()
    match outcome:
        case Opened(record):
            return record
        case NotAuthorised(_identity, why):
            urgent = _("En urgence, brisez la glace dans l'application.")
            raise StopError(f"{why} {urgent}", NO_PERMISSION)
        case NoRecord():
            raise StopError(_("Aucun DMP pour cet INS : vérifiez le numéro."), NO_RECORD)
        case Closed():
            raise StopError(_("Le DMP de ce patient est fermé : il ne peut pas être lu."), NO_RECORD)
        case NotOpened(sentence):
            raise StopError(sentence, NO_RECORD)
