"""What is wrong with a card or a reader, in one sentence that says what to do: at the desk and on the command line."""

from dmp_tui.cards.channel import CardError, CardProblem
from dmp_tui.cards.events import CardKind
from dmp_tui.i18n import _, n_


def problem_sentence(problem: CardProblem) -> str:
    """The sentence of a problem."""
    return {
        CardProblem.REMOVED: _("La carte a été retirée pendant la lecture : remettez-la et attendez."),
        CardProblem.NO_CARD: _("Le lecteur est vide : insérez une carte, puce en avant."),
        CardProblem.NO_READER: _("Aucun lecteur de cartes : branchez-en un, il sera reconnu sans redémarrer."),
        CardProblem.NO_SERVICE: _(
            "Le service des cartes (pcscd) ne répond pas : démarrez-le, ou prévenez l'administrateur du poste."
        ),
        CardProblem.NO_DRIVER: _(
            "Il manque de quoi lire les cartes : installez dmp-tui[cards] (pyscard, python-pkcs11), "
            "et le module PKCS#11 s'il est réglé."
        ),
        CardProblem.NO_HOTPLUG: _("Un lecteur branché maintenant ne sera vu qu'après quelques secondes : patientez."),
        CardProblem.IN_USE: _("La carte est prise par un autre logiciel : fermez-le, puis remettez la carte."),
        CardProblem.UNREADABLE: _("Carte illisible : retirez-la, essuyez la puce, remettez-la dans le bon sens."),
        CardProblem.WRONG_KIND: _("Ce n'est pas la carte attendue : insérez une carte CPS ou Vitale."),
        CardProblem.PIN_FORMAT: _("Le code PIN a 4 chiffres : retapez-le (aucun essai n'a été compté)."),
        CardProblem.PIN_WRONG: _("Code PIN faux : retapez-le, la carte se bloque après quelques erreurs."),
        CardProblem.PIN_BLOCKED: _(
            "Carte CPS bloquée après trop de codes faux : débloquez-la avec son code PUK, ou appelez l'ANS."
        ),
        CardProblem.PIN_NEEDED: _("La carte a oublié le code PIN : retapez-le."),
        CardProblem.EXPIRED: _(
            "Carte CPS expirée : utilisez une carte en cours de validité, et vérifiez la date du poste."
        ),
        CardProblem.NOT_YET_VALID: _(
            "Carte CPS pas encore valide : vérifiez la date du poste, sinon attendez le début de sa validité."
        ),
        CardProblem.REFUSED: _("La carte refuse de signer : remettez-la ; si cela dure, elle est hors service."),
        CardProblem.CACHE_WRITABLE: _(
            "Le module PKCS#11 écrirait des fichiers de la carte en clair : retirez à ce compte le droit "
            "d'écrire dans son cache (réglage pkcs11_cache)."
        ),
    }[problem]


def error_sentence(error: CardError) -> str:
    """The sentence of a card's error, with the tries that are left where the card says so."""
    if error.problem is CardProblem.PIN_WRONG and error.tries_left is not None:
        return n_(
            "Code PIN faux : retapez-le. Il reste {count} essai avant le blocage de la carte.",
            "Code PIN faux : retapez-le. Il reste {count} essais avant le blocage de la carte.",
            error.tries_left,
        ).format(count=error.tries_left)
    return problem_sentence(error.problem)


def kind_label(kind: CardKind) -> str:
    """What a kind of card is called, as in the middle of a sentence."""
    return {
        CardKind.VITALE2: _("carte Vitale"),
        CardKind.VITALE1: _("carte Vitale 1"),
        CardKind.CPS3: _("carte CPS"),
        CardKind.CPS2TER: _("carte CPS2ter"),
        CardKind.CPS4: _("carte CPS4"),
        CardKind.BANK: _("carte bancaire"),
        CardKind.UNKNOWN: _("carte inconnue"),
    }[kind]


def unsupported_sentence(kind: CardKind) -> str:
    """What to do with a card whose content is not read by APDU; empty for those that are."""
    return {
        CardKind.VITALE1: _("Carte Vitale de première génération, illisible ici : scannez ou saisissez l'INS (/)."),
        CardKind.CPS2TER: _("Carte CPS2ter : elle demande le module PKCS#11 de l'ANS (réglage pkcs11_module)."),
        CardKind.CPS4: _("Carte CPS4 : elle demande le module PKCS#11 de l'ANS (réglage pkcs11_module)."),
        CardKind.BANK: _("C'est une carte bancaire : insérez une carte CPS ou Vitale."),
        CardKind.UNKNOWN: _("Carte inconnue : insérez une carte CPS ou Vitale, dans le bon sens."),
    }.get(kind, "")
