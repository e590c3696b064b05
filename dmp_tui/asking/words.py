"""French words for what ``dmp/safety`` says in codes. Rules and the thesaurus bring their own words."""

import re
from collections.abc import Sequence
from datetime import date

from dmp_tui.dmp.medicines.emergency import english_phrases
from dmp_tui.dmp.medicines.model import Edition
from dmp_tui.dmp.safety.allergies import GRAVE
from dmp_tui.dmp.safety.model import Answer, Caveat, Evidence, Limit, LimitKind, Reason, ReasonKind, Verdict
from dmp_tui.dmp.safety.rules import states
from dmp_tui.i18n import _, language, n_


def verdict_words(verdict: Verdict) -> str:
    """The five answers, in the thesaurus' terms."""
    return {
        Verdict.CONTRAINDICATED: _("contre-indiqué"),
        Verdict.DISCOURAGED: _("déconseillé"),
        Verdict.PRECAUTION: _("précaution d'emploi"),
        Verdict.TO_CONSIDER: _("à prendre en compte"),
        Verdict.NOTHING_FOUND: _("rien trouvé dans ce qui est connu"),
    }[verdict]


def answer_words(answer: Answer) -> str:
    """The verdict, and what it would be if a condition that nobody knows were met."""
    said = verdict_words(answer.verdict)
    if answer.at_worst is answer.verdict:
        return said
    return _("{verdict}, {worst} selon une condition à vérifier").format(
        verdict=said, worst=verdict_words(answer.at_worst)
    )


def kind_words(kind: ReasonKind) -> str:
    """What a reason rests on, in a few words."""
    return {
        ReasonKind.ALLERGY: _("allergie à la substance"),
        ReasonKind.CLASS_ALLERGY: _("allergie à la classe"),
        ReasonKind.CROSS_ALLERGY: _("allergie croisée"),
        ReasonKind.MYTH: _("idée reçue"),
        ReasonKind.ADVERSE_EFFECT: _("effet indésirable connu"),
        ReasonKind.INTERACTION: _("interaction"),
        ReasonKind.PAIR: _("association"),
        ReasonKind.SAME_SUBSTANCE: _("même substance deux fois"),
        ReasonKind.SAME_CLASS: _("même classe deux fois"),
        ReasonKind.KIDNEY: _("fonction rénale"),
        ReasonKind.PREGNANCY: _("grossesse"),
        ReasonKind.BREAST_FEEDING: _("allaitement"),
        ReasonKind.AGE: _("âge"),
        ReasonKind.STATE: _("terrain"),
        ReasonKind.LABORATORY: _("biologie"),
        ReasonKind.QT: _("allongement de QT"),
    }[kind]


def evidence_words(evidence: Evidence) -> str:
    """What stands behind a reason."""
    return {
        Evidence.OFFICIAL: _("officiel"),
        Evidence.GUIDELINE: _("recommandation"),
        Evidence.STUDIES: _("études"),
        Evidence.WEAK: _("faible : cas isolés ou structure voisine"),
        Evidence.REFUTED: _("réfuté"),
    }[evidence]


def caveat_words(caveat: Caveat) -> str:
    """What must be known of what a reason rests on."""
    return {
        Caveat.GUESS_DRUG: _("médicament deviné d'après son nom"),
        Caveat.GUESS_LINE: _("ligne de la fiche devinée d'après son nom"),
        Caveat.PAST: _("ancien"),
        Caveat.STOPPED: _("arrêté récemment"),
        Caveat.STOPPED_UNDATED: _("arrêté, sans date d'arrêt"),
        Caveat.CONTRADICTED: _("contredit par un document"),
        Caveat.DENIED_BY_CODE: _("nié par le code, pas par le texte"),
        Caveat.NOT_AN_ALLERGY: _("plutôt une intolérance qu'une allergie"),
        Caveat.PLANNED: _("prévu"),
        Caveat.OLD_VALUE: _("valeur ancienne"),
        Caveat.PRESCRIBED: _("prescrit ou remboursé, prise non certaine"),
    }[caveat]


def reason_words(reason: Reason) -> str:
    """Why, in the reader's language where our rule speaks it, else as its source has it."""
    own = reason.english if language() == "en" and reason.english else reason.text
    if own:
        return own
    if reason.kind is ReasonKind.ALLERGY:
        return _("Hypersensibilité connue à cette substance.")
    if reason.kind is ReasonKind.CLASS_ALLERGY:
        return _("Hypersensibilité connue à la classe : {names}.").format(names=", ".join(reason.substances[1:]))
    if reason.kind is ReasonKind.QT:
        return _("Les deux allongent QT : torsades de pointes.")
    if reason.kind is ReasonKind.SAME_SUBSTANCE:
        return _("Déjà sur la fiche ou déjà proposé : risque de double dose.")
    if reason.kind is ReasonKind.SAME_CLASS:
        return _("Même sous-groupe chimique (ATC, niveau 4).")
    return ""


def phrase(text: str) -> str:
    """A condition or a conduct in the reader's language where it is of our own tables, else as its source has it."""
    return english_phrases().get(text, text) if language() == "en" else text


def other_words(reason: Reason) -> str:
    """The other side of a reason: the sheet's own words; a filtration and an age with their unit and day."""
    if reason.kind is ReasonKind.KIDNEY and reason.other[:1] in set("0123456789<>≤≥"):
        said = _("DFG {value} mL/min").format(value=reason.other.replace(".", ","))
        return f"{said} ({reason.date[:10]})" if reason.date else said
    if reason.kind is ReasonKind.AGE and reason.other:
        return _("{count} ans").format(count=reason.other)
    return reason.other


_PATIENT = re.compile(r"(?P<what>[a-z-]+)(?::(?P<code>[a-z0-9-]+))?(?P<sign>>=|<=|<|>)?(?P<bound>[0-9.]+)?")


def condition_words(reason: Reason) -> str:
    """``si DFG < 30``: the condition of a reason that holds only on it; empty of one that holds."""
    if reason.holds:
        return ""
    if reason.condition == GRAVE:
        return _("si la réaction était immédiate et grave, ou une toxidermie sévère")
    own = {ReasonKind.KIDNEY, ReasonKind.PREGNANCY, ReasonKind.BREAST_FEEDING, ReasonKind.AGE, ReasonKind.LABORATORY}
    match = _PATIENT.fullmatch(reason.condition) if reason.kind in own else None
    if match is None:
        return _("si : {condition}").format(condition=phrase(reason.condition))
    bound = f"{match['sign'] or ''} {match['bound'] or ''}".strip()
    bound = bound.replace(">=", "≥").replace("<=", "≤").replace(".", ",")
    return {
        "dfg": _("si DFG {bound} mL/min"),
        "pregnant": _("si grossesse (semaines d'aménorrhée {bound})") if bound else _("si grossesse"),
        "breast-feeding": _("si allaitement"),
        "age": _("si âge {bound} ans"),
        "potassium": _("si kaliémie {bound} mmol/L"),
        "glucose": _("si glycémie {bound} mmol/L"),
        "weight": _("si poids {bound} kg"),
        "inr": _("si INR {bound}"),
        "platelets": _("si plaquettes {bound} G/L"),
    }[match["what"]].format(bound=bound)


def limit_words(limit: Limit) -> str:
    """What is not known, or was not looked at, as one sentence."""
    said = {
        LimitKind.NO_BASE: _("aucune base officielle importée : le jeu d'urgence intégré a répondu"),
        LimitKind.UNKNOWN_TREATMENT: _("traitement inconnu de la base, non évalué : {detail}"),
        LimitKind.GUESSED_TREATMENT: _("traitement deviné d'après son nom : {detail}"),
        LimitKind.UNKNOWN_ALLERGY: _("allergie non rapprochée d'un médicament : {detail}"),
        LimitKind.UNREADABLE: _("illisible, lire le document : {detail}"),
        LimitKind.ALLERGIES_NOT_STATED: _("aucun document ne parle d'allergies"),
        LimitKind.TREATMENTS_NOT_STATED: _("aucun document ne parle de traitements"),
        LimitKind.PROBLEMS_NOT_STATED: _("aucun document ne parle d'antécédents"),
        LimitKind.NO_RECORD: _("sans dossier : seul ce qui est saisi est connu"),
        LimitKind.EMPTY_RECORD: _("dossier sans document : rien n'est connu du patient"),
        LimitKind.AGE: _("âge inconnu"),
        LimitKind.SEX: _("sexe inconnu"),
        LimitKind.WEIGHT: _("poids inconnu : aucune dose n'est vérifiée"),
        LimitKind.PREGNANCY: _("grossesse : non renseigné"),
        LimitKind.BREAST_FEEDING: _("allaitement : non renseigné"),
        LimitKind.LABORATORY: _("valeur récente absente : {detail}"),
        LimitKind.KIDNEY_OLD: _("fonction rénale ancienne : {detail}"),
    }
    if limit.kind is LimitKind.UNREAD_DOCUMENTS:
        return n_("{count} document lu en partie", "{count} documents lus en partie", limit.count).format(
            count=limit.count
        )
    if limit.kind is LimitKind.KIDNEY:
        return _("fonction rénale inconnue : {why}").format(why=_why_no_filtration(limit.detail))
    if limit.kind is LimitKind.NOT_EVALUATED:
        return _("non évalué : {what}").format(what=_rule_class(limit.detail))
    if limit.kind is LimitKind.PREGNANCY and limit.detail:
        return _("terme de la grossesse inconnu")
    return said[limit.kind].format(detail=limit.detail)


def _why_no_filtration(code: str) -> str:
    return {
        "no-creatinine": _("pas de créatinine"),
        "unit": _("unité de la créatinine inconnue"),
        "sex": _("sexe inconnu"),
        "age": _("âge inconnu"),
        "child": _("enfant"),
        "pregnancy": _("grossesse"),
        "dialysis": _("dialyse"),
    }.get(code, code)


def _rule_class(code: str) -> str:
    return {
        "dfg": _("fonction rénale (aucune règle sourcée pour ce médicament)"),
        "pregnant": _("grossesse (aucune règle sourcée pour ce médicament)"),
        "breast-feeding": _("allaitement (aucune règle sourcée pour ce médicament)"),
        "age": _("âge (aucune règle sourcée pour ce médicament)"),
        "dose": _("dose, voie et excipients"),
    }.get(code, code)


def state_words(code: str) -> str:
    """The name of an illness that a rule asks for."""
    found = next((state for state in states() if state.code == code), None)
    if found is None:
        return code
    return found.english if language() == "en" else found.french


def edition_words(answer: Answer) -> str:
    """``BDPM 11/2019, ANSM 10/2020``; that it is the emergency set, where nothing was imported."""
    return editions_words(answer.editions)


def editions_words(editions: Sequence[Edition]) -> str:
    """The same of a base itself."""
    if not editions:
        return _("jeu d'urgence intégré")
    return ", ".join(f"{edition.source} {_month(edition.month)}" for edition in editions)


def _month(text: str) -> str:
    year, _dash, month = text.partition("-")
    return f"{month}/{year}" if month else year


OLD_MONTHS = 12
"""Months after which a base is said to be old."""


def old_editions(answer: Answer, today: date) -> tuple[str, ...]:
    """The editions that are older than a year, each with its month: a warning."""
    return old_of(answer.editions, today)


def old_of(editions: Sequence[Edition], today: date) -> tuple[str, ...]:
    """The same of a base itself."""
    found = []
    for edition in editions:
        year, _dash, month = edition.month.partition("-")
        if year.isdigit() and (today.year - int(year)) * 12 + today.month - int(month or 1) > OLD_MONTHS:
            found.append(
                _("base ancienne : {source} {month}").format(source=edition.source, month=_month(edition.month))
            )
    return tuple(found)
