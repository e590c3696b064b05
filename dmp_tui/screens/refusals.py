"""Every problem with the server, or the way to it, in one sentence: what is wrong and what to do."""

from dmp_tui.client.errors import ClientError, ClientProblem
from dmp_tui.i18n import _
from dmp_tui.widgets.text import visible

_SAID_AT_MOST = 300


def client_sentence(error: ClientError) -> str:
    """The sentence of a client's error; what we know a rule to mean comes before what the server says."""
    if error.code == "not-supported":
        return _("Ce serveur ne sait pas faire cela : rien n'est fait, prévenez l'administrateur.")
    if error.problem in {ClientProblem.LOGIN_REFUSED, ClientProblem.REFUSED}:
        return _refusal(error)
    if error.problem is ClientProblem.UNREACHABLE and error.code == "timeout":
        return _("Le serveur ne répond pas à temps : réessayez ; si cela dure, prévenez l'administrateur.")
    if error.problem is ClientProblem.UNTRUSTED:
        return _untrusted(error.code)
    if error.problem is ClientProblem.TOO_MANY:
        return _("Trop d'essais : attendez {count} secondes, puis recommencez.").format(count=error.retry_after or 60)
    return problem_sentence(error.problem)


def problem_sentence(problem: ClientProblem) -> str:
    """The sentence of a kind of problem, where nothing more is known."""
    return {
        ClientProblem.UNREACHABLE: _("Serveur injoignable : vérifiez le réseau, réessayez dans un instant."),
        ClientProblem.UNTRUSTED: _untrusted(""),
        ClientProblem.CLOCK: _(
            "L'horloge de ce poste retarde : la connexion n'est pas sûre ; faites régler l'heure du poste."
        ),
        ClientProblem.LOGIN_REFUSED: _("Connexion refusée par le serveur : prévenez l'administrateur."),
        ClientProblem.REFUSED: _("Le serveur refuse cet accès."),
        ClientProblem.NOT_FOUND: _("Absent du dossier, ou pas lisible pour vous."),
        ClientProblem.TOO_MANY: _("Trop d'essais : attendez une minute, puis recommencez."),
        ClientProblem.UNAVAILABLE: _("Le serveur ne peut pas répondre pour le moment : réessayez dans un instant."),
        ClientProblem.BAD_ANSWER: _(
            "Réponse du serveur incompréhensible : réessayez, sinon prévenez l'administrateur."
        ),
        ClientProblem.SESSION_ENDED: _("La session a pris fin : tapez le code PIN pour en ouvrir une autre."),
        ClientProblem.GRANT_ENDED: _("L'accès en urgence est terminé : brisez la glace de nouveau (!) si besoin."),
    }[problem]


def _untrusted(code: str) -> str:
    if code == "expired":
        return _("Le certificat du serveur a expiré : rien n'a été envoyé, prévenez l'administrateur.")
    if code == "authority-file":
        return _("Le fichier de l'autorité du serveur est illisible (réglage authority) : prévenez l'administrateur.")
    return _("Ce serveur n'est pas celui attendu (autre autorité) : rien n'a été envoyé, prévenez l'administrateur.")


def _refusal(error: ClientError) -> str:
    """A refusal by its rule; by the server's own sentence where we do not know the rule."""
    known = {
        "certificate-expired": _("Carte CPS expirée : faites-la renouveler, utilisez une autre carte."),
        "certificate-not-yet-valid": _("Carte CPS pas encore valide : attendez le début de sa validité."),
        "certificate-revoked": _("Carte CPS révoquée (mise en opposition) : utilisez une autre carte."),
        "unknown-authority": _(
            "L'autorité de cette carte CPS n'est pas connue du serveur : prévenez l'administrateur."
        ),
        "demonstration-card": _("Carte de test ou de démonstration : ce serveur ne prend que des cartes réelles."),
        "not-in-directory": _(
            "Carte valable, mais vous n'êtes pas dans l'annuaire du serveur : prévenez l'administrateur."
        ),
        "opposed": _("Le patient s'est opposé à l'accès en urgence : le dossier reste fermé (CSP L1111-17)."),
        "blocked": _("Le patient a bloqué votre accès à ce dossier : il reste fermé."),
        "role": _("Votre profession ne donne pas ce droit sur ce dossier."),
        "closed": _("Le DMP de ce patient est fermé : il ne peut pas être lu."),
        "not-authorised": _("Vous n'avez pas d'autorisation du patient pour ce dossier."),
        "expired": _("Votre autorisation d'accès à ce dossier a expiré."),
    }
    if sentence := known.get(error.code):
        return f"{sentence} {visible(error.instead[:_SAID_AT_MOST])}".strip()
    if error.said:
        return visible(error.said[:_SAID_AT_MOST])
    return problem_sentence(error.problem)
