"""What is wrong with a card or a reader, in one sentence that says what to do."""

from dmp_tui.cards.channel import CardProblem
from dmp_tui.cards.events import CardKind
from dmp_tui.i18n import _, n_


def problem_sentence(problem: CardProblem, tries_left: int | None = None) -> str:
    """The sentence of a problem; ``tries_left`` counts for a wrong PIN, None if the card does not say."""
    if problem is CardProblem.PIN_WRONG and tries_left is not None:
        return n_(
            "Code faux : il reste {count} essai avant le blocage de la carte.",
            "Code faux : il reste {count} essais avant le blocage de la carte.",
            tries_left,
        ).format(count=tries_left)
    return {
        CardProblem.REMOVED: _("Carte retirée pendant la lecture : remettez-la et recommencez."),
        CardProblem.NO_CARD: _("Pas de carte dans le lecteur : insérez-la, puce en avant."),
        CardProblem.NO_READER: _("Aucun lecteur de carte : branchez-en un, il sera reconnu sans redémarrer."),
        CardProblem.NO_SERVICE: _("Le service des cartes ne répond pas : démarrez pcscd (paquet pcscd)."),
        CardProblem.NO_DRIVER: _(
            "Il manque de quoi lire les cartes : installez dmp-tui[cards] (pyscard, python-pkcs11) "
            "et le module du fabricant s'il est configuré."
        ),
        CardProblem.NO_HOTPLUG: _(
            "Ce service des cartes ne signale pas les lecteurs que l'on branche : un nouveau lecteur est vu "
            "après quelques secondes."
        ),
        CardProblem.IN_USE: _("Un autre logiciel se réserve la carte : fermez-le, puis réinsérez la carte."),
        CardProblem.UNREADABLE: _("Carte illisible : vérifiez son sens, essuyez la puce et réinsérez-la."),
        CardProblem.WRONG_KIND: _("Ce n'est pas la carte attendue : insérez la bonne."),
        CardProblem.PIN_FORMAT: _(
            "Le code porteur a 4 chiffres : aucun essai n'a été compté, saisissez-le de nouveau."
        ),
        CardProblem.PIN_WRONG: _(
            "Code faux : vérifiez-le avant un nouvel essai, la carte se bloque après quelques erreurs."
        ),
        CardProblem.PIN_BLOCKED: _(
            "Carte bloquée par trop de codes faux : débloquez-la avec son code de déblocage (courrier de l'ANS)."
        ),
        CardProblem.PIN_NEEDED: _("La carte a oublié le code : saisissez-le de nouveau."),
        CardProblem.EXPIRED: _("Carte expirée : utilisez la nouvelle, ou demandez-la à l'ANS."),
        CardProblem.NOT_YET_VALID: _(
            "Carte pas encore valable : vérifiez la date du poste, sinon utilisez l'ancienne."
        ),
        CardProblem.REFUSED: _("La carte a refusé l'opération : retirez-la, réinsérez-la et recommencez."),
        CardProblem.CACHE_WRITABLE: _(
            "Le module PKCS#11 laisserait en clair sur ce poste des fichiers protégés de la carte : "
            "retirez à cet utilisateur le droit d'écrire dans son dossier de cache."
        ),
    }[problem]


def kind_label(kind: CardKind) -> str:
    """What a kind of card is called."""
    return {
        CardKind.VITALE2: _("Carte Vitale"),
        CardKind.VITALE1: _("Carte Vitale de première génération"),
        CardKind.CPS3: _("Carte CPS"),
        CardKind.CPS2TER: _("Carte CPS2ter"),
        CardKind.CPS4: _("Carte CPS4"),
        CardKind.BANK: _("Carte bancaire"),
        CardKind.UNKNOWN: _("Carte inconnue"),
    }[kind]


def unsupported_sentence(kind: CardKind) -> str:
    """What to do with a card that we cannot read; empty for those that we can."""
    return {
        CardKind.VITALE1: _("Cette carte Vitale n'est plus lue : saisissez ou scannez l'INS du patient."),
        CardKind.CPS2TER: _("Carte CPS2ter, retirée du service : utilisez votre carte CPS actuelle."),
        CardKind.CPS4: _(
            "Une carte CPS4 demande le module PKCS#11 de l'ANS : indiquez-le dans les réglages (pkcs11_module)."
        ),
        CardKind.BANK: _("C'est une carte bancaire : insérez une carte Vitale ou CPS."),
        CardKind.UNKNOWN: _("Carte inconnue : insérez une carte Vitale ou CPS."),
    }.get(kind, "")
