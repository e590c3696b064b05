"""French words for what the rooms below say in codes, and for dates, ages and values."""

import re
from datetime import date, datetime

from dmp_tui.cards.authentication import Holder
from dmp_tui.dmp.entries import Assertion, Kind, Mark
from dmp_tui.dmp.identity import BirthDate, IdentityStatus, OwnershipDoubt, Sex, Traits, fold
from dmp_tui.dmp.professions import PROFESSIONS
from dmp_tui.dmp.sheet.model import Check, Contradiction, Disagreement, Line, Topic
from dmp_tui.i18n import _, n_
from dmp_tui.screens.coded import document_name, specialty
from dmp_tui.screens.dates import day
from dmp_tui.screens.weighed import weighed_level
from dmp_tui.widgets.text import visible


def clock_time(moment: datetime) -> str:
    """``14:02``, in the workstation's time zone."""
    return moment.astimezone().strftime("%H:%M")


def day_and_time(moment: datetime) -> str:
    """``12/11/2026 14:02`` at the workstation."""
    return moment.astimezone().strftime("%d/%m/%Y %H:%M")


def age(birth: BirthDate | None, today: date) -> str:
    """``47 ans``; months below two years; empty where it is not known."""
    years = birth.age(today) if birth else None
    if birth is None or years is None:
        return ""
    born = birth.calendar
    if years < 2 and born is not None:
        months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
        return n_("{count} mois", "{count} mois", months).format(count=months)
    return n_("{count} an", "{count} ans", years).format(count=years)


def sex(value: Sex) -> str:
    """F, M, or that it is not known."""
    return _("sexe ?") if value is Sex.U else value.value


def full_name(traits: Traits) -> str:
    """``PAT-TROIS Dominique``."""
    return visible(f"{traits.family.upper()} {traits.given}".strip()) or _("(sans nom)")


def traits_line(traits: Traits, today: date) -> str:
    """Name, sex, age and birth date, as one text."""
    born = traits.birth.french if traits.birth else _("né(e) le ?")
    parts = (full_name(traits), f"{sex(traits.sex)} {age(traits.birth, today)}".strip(), born)
    return "  ".join(parts)


def reliability(status: IdentityStatus) -> str:
    """How far the identity may be trusted."""
    if status is IdentityStatus.QUAL:
        return _("qualifiée")
    return _("non qualifiée")


def doubt(reason: OwnershipDoubt) -> str:
    """Why a NIR may be the insured's and not the patient's."""
    return {
        OwnershipDoubt.SHARED: _("le même NIR sert à plusieurs bénéficiaires"),
        OwnershipDoubt.YEAR: _("l'année du NIR n'est pas celle du bénéficiaire"),
        OwnershipDoubt.SEX: _("le sexe du NIR n'est pas celui du bénéficiaire"),
        OwnershipDoubt.ABSENT: _("la carte ne donne pas son NIR"),
    }[reason]


def kind_title(kind: Kind) -> str:
    """The title of a kind of statement."""
    return {
        Kind.ALLERGY: _("Allergies"),
        Kind.ADVERSE_EFFECT: _("Effets indésirables"),
        Kind.TREATMENT: _("Traitements"),
        Kind.PROBLEM: _("Problèmes et antécédents"),
        Kind.PROCEDURE: _("Actes et interventions"),
        Kind.DEVICE: _("Dispositifs"),
        Kind.PREGNANCY: _("Grossesse"),
        Kind.RESULT: _("Biologie"),
        Kind.VITAL: _("Constantes"),
        Kind.VACCINATION: _("Vaccins"),
        Kind.DIRECTIVE: _("Directives et volontés"),
        Kind.CONTACT: _("À prévenir"),
        Kind.ALERT: _("Alertes"),
        Kind.FUNCTIONAL: _("Autonomie"),
        Kind.SOCIAL: _("Mode de vie"),
        Kind.FAMILY: _("Antécédents familiaux"),
        Kind.OCCUPATIONAL: _("Expositions professionnelles"),
        Kind.PLAN: _("Plan de soins"),
        Kind.REASON: _("Motif"),
    }[kind]


def critical_class(code: str) -> str:
    """Why a treatment weighs in an emergency, short as on a prescription."""
    return {
        "": "",
        "avk": "AVK",
        "doac": "AOD",
        "heparin": _("héparine"),
        "anticoagulant": _("anticoag."),
        "antiplatelet": _("antiagr."),
        "insulin": _("insuline"),
        "sulfonylurea": _("sulfamide"),
        "antiepileptic": _("antiépil."),
        "methotrexate": _("méthotr."),
        "immunosuppressant": _("immunosup."),
        "anticancer": _("anticancer"),
        "opioid": _("opioïde"),
        "digoxin": _("digoxine"),
        "antiarrhythmic": _("antiaryth."),
        "betablocker": _("bêtabl."),
        "corticoid": _("corticoïde"),
        "lithium": _("lithium"),
        "clozapine": _("clozapine"),
        "maoi": _("IMAO"),
    }.get(code, visible(code))


def check_words(check: Check) -> str:
    """What is to be looked at, in a few words after the label of the point."""
    if check.kind == "not-weighed":
        return _("traitements trop nombreux : ceux-ci n'ont pas tous été comparés aux autres")
    return {
        "interaction": weighed_level(check),
        "contradiction": _("les documents se contredisent"),
        "allergy-treatment": _despite_words(check),
        "allergy-superseded": _("allergie d'un document remplacé, absente du nouveau"),
        "anticoagulant": _("anticoagulant, les documents diffèrent"),
        "association": _("association à risque hémorragique"),
        "same-substance": _("même substance deux fois"),
        "code-denies": _("nié par le code, pas par le texte : lire le document"),
        "unreadable": _("illisible, lire le document"),
        "identity": _("identité différente dans ce document"),
        "other-person": _("document d'une autre personne ?"),
    }.get(check.kind, "")


def _despite_words(check: Check) -> str:
    """With the level where it is milder than one expects: an allergy that only crosses, say."""
    level = weighed_level(check)
    expected = check.weighed is None or check.weighed.level == "contraindicated"
    return _("prescrit malgré l'allergie") + ("" if expected else f", {level}")


def check_label(check: Check) -> str:
    """What a point to check is about: its label, or the warnings whose codes it holds."""
    if check.kind == "identity":
        return ", ".join(document_warning(code) for code in check.label.split())
    return visible(check.label)


def phone(number: str) -> str:
    """``06 12 34 56 78``: ten French digits in pairs, anything else as it is."""
    shown = visible(number)
    digits = "".join(c for c in shown if not c.isspace() and c not in ".-")
    if re.fullmatch(r"0\d{9}", digits):
        return " ".join(digits[i : i + 2] for i in range(0, 10, 2))
    return shown


def disagreement(contradiction: Contradiction) -> str:
    """How a document disagrees, in one sentence, with its words."""
    sentence = {
        Disagreement.DENIED: _("{document} dit le contraire"),
        Disagreement.REACTION: _("{document} donne une autre réaction"),
        Disagreement.SEVERITY: _("{document} donne une autre gravité"),
        Disagreement.STATUS: _("{document} la dit terminée ou en cours, à l'inverse"),
        Disagreement.DATES: _("{document} donne d'autres dates"),
        Disagreement.DOSE: _("{document} donne une autre posologie"),
        Disagreement.MISSING: _("absent de {document}, liste du même jour"),
        Disagreement.PRESCRIBED_DESPITE: _("prescrit malgré une allergie : {document}"),
    }[contradiction.kind].format(document=document_name(contradiction.origin))
    words = contradiction.words
    if contradiction.kind is Disagreement.SEVERITY:
        words = criticality(words)
    elif contradiction.kind is Disagreement.DATES:
        words = day(words)
    return f"{sentence} : « {visible(words)} »" if words else sentence


def criticality(code: str) -> str:
    """A severity in words; what is no code of ours as it is."""
    return {
        "fatal": _("mortelle"),
        "high": _("élevée"),
        "moderate": _("modérée"),
        "low": _("faible"),
        "unknown": _("inconnue"),
    }.get(code, visible(code))


def mark(value: Mark) -> str:
    """What a careful reader must be told about a statement."""
    return {
        Mark.CODE_DIFFERS: _("le code et le texte ne nomment pas la même chose : le texte est montré"),
        Mark.PRODUCT_DIFFERS: _("le nom du produit et celui du principe actif diffèrent : le produit est montré"),
        Mark.CODE_ONLY: _("code sans libellé"),
        Mark.VALUE_CODE: _("valeur : code sans libellé"),
        Mark.UNCODED: _("sans code : un texte seul"),
        Mark.GUESS: _("rapproché par le nom, non par un code : à vérifier"),
        Mark.IMPLAUSIBLE_DATE: _("date invraisemblable"),
        Mark.NOT_AN_ALLERGY: _("rangé parmi les allergies, mais c'est une interaction ou une intolérance"),
        Mark.PRESCRIBED: _("prescrit : la prise n'est pas connue"),
        Mark.REIMBURSED: _("connu par les remboursements seulement"),
        Mark.CRITICAL: _("compte en urgence"),
        Mark.CONTRADICTED: _("les sources se contredisent"),
        Mark.NEW: _("nouveau depuis votre dernier passage"),
        Mark.SUPERSEDED: _("d'un document remplacé par un autre qui n'a pas pu être lu en entier"),
    }[value]


def said_by(topic: Topic) -> str:
    """``par Dr X le 12/11/2026``: who says that there is none; empty if nobody is named."""
    if not topic.said_by:
        return ""
    first = topic.said_by[0]
    return _("par {author} le {date}").format(author=visible(first.author) or "?", date=day(first.date))


def document_warning(code: str) -> str:
    """What does not fit between a document and the record, in one sentence."""
    return {
        "name-differs": _("le nom dans le document n'est pas celui du dossier"),
        "birth-date-differs": _("la date de naissance dans le document n'est pas celle du dossier"),
        "sex-differs": _("le sexe dans le document n'est pas celui du dossier"),
        "ins-key-wrong": _("la clé de l'INS dans le document est fausse"),
        "unknown-parent": _("il remplace un document qui n'est pas dans ce dossier"),
        "ins-differs": _("l'INS dans le document n'est pas celui du dossier"),
        "other-person": _("le document semble être celui d'une autre personne"),
        "partly-read": _("une partie du document n'est que du texte, absente de la fiche : lisez-le"),
        "incomplete-document": _("document incomplet : rien n'a pu en être lu, demandez-le à son auteur"),
        "future-date": _("la date du document est postérieure à son dépôt"),
        "unqualified-ins": _("INS non qualifiée, non transmissible au DMP national"),
    }.get(code, visible(code))


def contact_kind(code: str) -> str:
    """What a declared contact is to the patient."""
    return {
        "EMERGENCY": _("à prévenir"),
        "TRUSTED": _("personne de confiance"),
        "CAREGIVER": _("aidant"),
        "REPRESENTATIVE": _("représentant légal"),
    }.get(code, visible(code))


def profession(code: str) -> str:
    """The label of a G15 code; the code itself where we have none."""
    return PROFESSIONS.get(code, visible(code))


def holder_name(holder: Holder) -> str:
    """``LIBRE Max, Médecin, médecine d'urgence``: as the card says before the PIN."""
    name = f"{holder.family} {holder.given}".strip() or holder.national_id
    return ", ".join(
        visible(part) for part in (name, profession(holder.profession), specialty(holder.specialty)) if part
    )


# --- lines of the sheet


def named(name: str, words: str) -> str:
    """``name : words``, with the colon of the reader's language."""
    return _("{name} : {words}").format(name=name, words=words)


def contradicted(line: Line) -> bool:
    """Whether sources disagree on a line."""
    return bool(line.contradictions) or Mark.CONTRADICTED in line.marks


def stated_label(line: Line) -> str:
    """The line's words, after ``*`` what is new; what is negated or unreadable says so before anything else."""
    return ("*" if Mark.NEW in line.marks else "") + _stated(line)


def _stated(line: Line) -> str:
    label = visible(line.label)
    if Mark.CODE_ONLY in line.marks:
        label = _("{code} (code sans libellé)").format(code=label)
    said = (fold(label), fold(line.value))
    if line.assertion is Assertion.NEGATED and not any(f"{words} ".startswith(_NEGATIONS) for words in said):
        return _("PAS DE {label}").format(label=label)
    if line.assertion is Assertion.UNREADABLE:
        return _("! ILLISIBLE : {label}").format(label=label)
    return label


_NEGATIONS = ("PAS DE ", "PAS D ", "AUCUN", "ABSEN", "NO ", "NON ", "SANS ", "NEGATI")
"""Beginnings of words that say "no" by themselves."""

_BY_WEIGHT = (
    "avk",
    "doac",
    "heparin",
    "anticoagulant",
    "antiplatelet",
    "insulin",
    "sulfonylurea",
    "antiepileptic",
    "methotrexate",
    "immunosuppressant",
    "anticancer",
    "digoxin",
    "antiarrhythmic",
    "lithium",
    "clozapine",
    "maoi",
    "opioid",
    "corticoid",
    "betablocker",
)


def critical_rank(code: str) -> int:
    """Sorts treatments by what must be known first; one that does not weigh comes last."""
    if not code:
        return len(_BY_WEIGHT) + 1
    return _BY_WEIGHT.index(code) if code in _BY_WEIGHT else len(_BY_WEIGHT)
