"""What a patient is told before his record is opened (CSP L1111-14 to L1111-19), in plain words."""

from dmp_tui.i18n import in_language


def leaflet(code: str) -> tuple[tuple[str, str], ...]:
    """``(heading, text)`` of each part, in ``fr`` or ``en``: the patient's language need not be the staff's."""

    def _(message: str) -> str:
        return in_language(code, message)

    return (
        (
            _("Votre dossier médical partagé (DMP)"),
            _(
                "Le DMP est un carnet de santé informatique. Il garde vos comptes rendus, vos ordonnances, vos "
                "résultats, vos allergies. Les soignants que vous acceptez peuvent le lire pour mieux vous soigner, "
                "aussi aux urgences. Il est gratuit. Il vous appartient."
            ),
        ),
        (
            _("Vous décidez"),
            _(
                "Il n'est ouvert que si vous êtes d'accord. Refuser ne change rien à vos soins ni à vos "
                "remboursements. Vous pouvez changer d'avis à tout moment."
            ),
        ),
        (
            _("Qui peut le lire"),
            _(
                "Les soignants qui s'occupent de vous et à qui vous l'avez permis. Votre médecin traitant. "
                "Personne d'autre : ni votre employeur, ni votre assureur, ni votre banque, ni la médecine du "
                "travail. Le demander pour un contrat est interdit par la loi."
            ),
        ),
        (
            _("En cas d'urgence"),
            _(
                "Si vous ne pouvez pas parler, ou si votre vie est en danger, un soignant peut lire votre DMP sans "
                "vous demander (on dit « bris de glace »). Le médecin du SAMU (le 15) le peut aussi quand on l'appelle "
                "pour vous. Vous pouvez refuser l'un, l'autre, ou les deux. Vous en êtes prévenu à chaque fois."
            ),
        ),
        (
            _("Vos droits"),
            _(
                "Vous pouvez lire votre DMP. Voir qui l'a lu, quand, et pourquoi. Bloquer un soignant. Retirer une "
                "autorisation. Masquer un document. Y ajouter les vôtres : vos volontés, la personne à prévenir. "
                "Faire corriger une erreur. Pour un motif légitime, refuser qu'une information y soit mise."
            ),
        ),
        (
            _("Pour un enfant"),
            _(
                "Ses parents ou son tuteur décident et peuvent lire son DMP. Un mineur peut demander le secret pour "
                "certains soins : ses parents ne les verront pas."
            ),
        ),
        (
            _("Combien de temps"),
            _(
                "Vous pouvez fermer votre DMP quand vous voulez. Plus personne ne le lit alors. Il est gardé dix ans, "
                "pour que vous puissiez le rouvrir, puis il est détruit."
            ),
        ),
        (
            _("Vos données"),
            _(
                "Elles sont chiffrées. Chaque lecture est notée, avec le nom du lecteur. Pour toute question : le "
                "soignant qui vous a remis cette page, ou le délégué à la protection des données de l'établissement. "
                "Vous pouvez aussi écrire à la CNIL."
            ),
        ),
    )


def leaflet_text(code: str, width: int = 78) -> str:
    """The leaflet as a page of plain text, to print or to keep."""
    from dmp_tui.widgets.text import wrap

    parts = []
    for heading, words in leaflet(code):
        parts.append("\n".join([heading.upper(), *wrap(words, width)]))
    return "\n\n".join(parts) + "\n"
