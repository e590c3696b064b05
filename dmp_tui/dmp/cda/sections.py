"""What a section is about, from its LOINC code, and what an entry is, from its templates where they decide."""

import re
from typing import TYPE_CHECKING

from dmp_tui.dmp.entries import Kind
from dmp_tui.dmp.identity import fold

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

KINDS = {
    "48765-2": Kind.ALLERGY,
    "44939-7": Kind.ADVERSE_EFFECT,
    "10160-0": Kind.TREATMENT,  # history of medication use
    "10183-2": Kind.TREATMENT,  # at discharge
    "18610-6": Kind.TREATMENT,  # administered, then stopped
    "42346-7": Kind.TREATMENT,  # at admission
    "75311-1": Kind.TREATMENT,
    "52471-0": Kind.TREATMENT,
    "56445-0": Kind.TREATMENT,
    "29549-3": Kind.TREATMENT,  # administered
    "57828-6": Kind.TREATMENT,  # prescriptions
    "60590-7": Kind.TREATMENT,  # dispensed
    "77603-9": Kind.TREATMENT,
    "11450-4": Kind.PROBLEM,
    "11348-0": Kind.PROBLEM,  # history
    "46241-6": Kind.PROBLEM,  # diagnosis at admission
    "11535-2": Kind.PROBLEM,  # diagnosis at discharge
    "29308-4": Kind.PROBLEM,  # diagnosis
    "75326-9": Kind.PROBLEM,
    "10219-4": Kind.PROBLEM,  # before an operation
    "10218-6": Kind.PROBLEM,  # after an operation
    "55109-3": Kind.PROBLEM,  # complications
    "47519-4": Kind.PROCEDURE,
    "29554-3": Kind.PROCEDURE,
    "10167-5": Kind.PROCEDURE,
    "67803-7": Kind.PROCEDURE,
    "56836-0": Kind.PROCEDURE,  # transfusions
    "46240-8": Kind.PROCEDURE,  # stays and visits
    "46264-8": Kind.DEVICE,
    "10162-6": Kind.PREGNANCY,
    "57060-6": Kind.PREGNANCY,  # estimated date of delivery
    "30954-2": Kind.RESULT,
    "8716-3": Kind.VITAL,
    "11369-6": Kind.VACCINATION,
    "42348-3": Kind.DIRECTIVE,
    "44944-7": Kind.ALERT,
    "104605-1": Kind.ALERT,
    "47420-5": Kind.FUNCTIONAL,
    "42545-4": Kind.FUNCTIONAL,  # observed events
    "46006-3": Kind.FUNCTIONAL,  # physical functions
    "29762-2": Kind.SOCIAL,
    "10157-6": Kind.FAMILY,
    "10161-8": Kind.OCCUPATIONAL,
    "18776-5": Kind.PLAN,
    "42349-1": Kind.REASON,
    "46239-0": Kind.REASON,
    "10154-3": Kind.REASON,
    "29299-5": Kind.REASON,
    "11302-7": Kind.PLAN,  # preferred hospital
}

WITHOUT_STATEMENTS = frozenset(
    {
        "33557-0",  # status of the document
        "55112-7",  # comment
        "55107-7", "55108-5", "57723-9",  # attachments, the copy as PDF, the 2D code
        "48768-6",  # payer
        "77599-9",  # papers handed over
    }
)  # fmt: skip

SAFETY = frozenset(
    {
        Kind.ALLERGY,
        Kind.ADVERSE_EFFECT,
        Kind.TREATMENT,
        Kind.PROBLEM,
        Kind.PROCEDURE,
        Kind.DEVICE,
        Kind.PREGNANCY,
        Kind.VACCINATION,
        Kind.DIRECTIVE,
        Kind.ALERT,
        Kind.REASON,
    }
)
"""Kinds of which a section without entries still yields statements: its words, uncoded."""

_TITLES = (
    (re.compile(r"\bVIGILANCE\b|\bALERTES?\b"), Kind.ALERT),
    (re.compile(r"\bALLERGI"), Kind.ALLERGY),
    (re.compile(r"EFFETS? INDESIRABLES?.*MEDICAMENT"), Kind.ADVERSE_EFFECT),
    (re.compile(r"\bTRAITEMENTS?\b|\bMEDICAMENTS?\b|\bMEDICATION"), Kind.TREATMENT),
    (re.compile(r"\bANTECEDENTS?\b|\bDIAGNOSTIC"), Kind.PROBLEM),
    (re.compile(r"\bDIRECTIVES? ANTICIPEES?"), Kind.DIRECTIVE),
    (re.compile(r"\bVACCINATIONS?\b"), Kind.VACCINATION),
    (re.compile(r"\bMOTIF\b"), Kind.REASON),
)

# IHE PCC entry templates that decide what an entry is wherever it stands.
_TEMPLATES = {
    "1.3.6.1.4.1.19376.1.5.3.1.4.5.3": Kind.ALLERGY,
    "1.3.6.1.4.1.19376.1.5.3.1.4.6": Kind.ALLERGY,
    "1.3.6.1.4.1.19376.1.5.3.1.4.5.2": Kind.PROBLEM,
    "1.3.6.1.4.1.19376.1.5.3.1.4.12": Kind.VACCINATION,
    "1.3.6.1.4.1.19376.1.5.3.1.4.12.2": Kind.VACCINATION,
    "1.3.6.1.4.1.19376.1.5.3.1.4.13.2": Kind.VITAL,
    "1.3.6.1.4.1.19376.1.5.3.1.4.13.1": Kind.VITAL,
    "1.3.6.1.4.1.19376.1.5.3.1.4.13.3": Kind.FAMILY,
    "1.3.6.1.4.1.19376.1.5.3.1.4.15": Kind.FAMILY,
    "1.3.6.1.4.1.19376.1.5.3.1.4.13.4": Kind.SOCIAL,
    "1.3.6.1.4.1.19376.1.5.3.1.4.13.5": Kind.PREGNANCY,
    "1.3.6.1.4.1.19376.1.5.3.1.4.13.7": Kind.DIRECTIVE,
}
_PROBLEM_TYPES = frozenset(
    {"64572001", "404684003", "409586006", "418799008", "282291009", "248536006", "55607006", "439401001"}
)
_PROBLEM_ENTRY = "1.3.6.1.4.1.19376.1.5.3.1.4.5"
"""The parent of allergies and adverse effects, too: it decides only where the section says nothing."""
_CODES = {
    "364320009": Kind.PREGNANCY,
    "82810-3": Kind.PREGNANCY,
    "11449-6": Kind.PREGNANCY,
    "64100-1": Kind.ALERT,  # contraindications
    "10218-6": Kind.RESULT,  # conclusion of an operation
}
"""Observations whose code says what they are where the section speaks of other things."""
_HISTORY = {"47519-4": Kind.PROCEDURE, "11348-0": Kind.PROBLEM}
"""Sorts of history, as the codes of statements in a section that holds all of them (11329-0)."""
_OPEN = frozenset({None, Kind.RESULT, Kind.VITAL, Kind.FUNCTIONAL, Kind.SOCIAL, Kind.PROBLEM, Kind.ALERT})
_DECIDED = frozenset({Kind.ADVERSE_EFFECT, Kind.ALLERGY, Kind.PLAN, Kind.REASON, Kind.ALERT})
"""Sections whose own subject holds for all they contain, whatever the template (an adverse effect is no allergy)."""


def kinds_of_title(title: str) -> tuple[Kind, ...]:
    """What a title names; several for "Antécédents et allergies", which no one may sort by machine."""
    said = fold(title)
    if "FAMILIA" in said and "ANTECEDENT" in said:
        return (Kind.FAMILY,)
    return tuple(kind for pattern, kind in _TITLES if pattern.search(said))


def kind_of_section(code: str, title: str, parent: Kind | None = None) -> Kind | None:
    """What a section's statements are about; its title decides where its code is too general or unknown."""
    by_code = KINDS.get(code)
    titles = kinds_of_title(title)
    by_title = titles[0] if len(titles) == 1 else None
    if by_code is Kind.RESULT and by_title is Kind.ALERT:
        return Kind.ALERT  # "points de vigilance" filed under results
    if code in WITHOUT_STATEMENTS:
        return None
    return by_code or by_title or parent


_AGENT = "participant[@typeCode='CSM']/participantRole/playingEntity"
"""What only an allergy, of all observations, has (IHE PCC 6.3.4.16): it is one in whatever section it stands."""
_OWN_AGENTS = frozenset({Kind.ADVERSE_EFFECT, Kind.FAMILY})


def kind_of_entry(statement: "Element", section: Kind | None) -> Kind | None:
    """What an entry is: its template where that decides, else its section's subject."""
    if section not in _OWN_AGENTS and statement.tag == "observation" and statement.find(_AGENT) is not None:
        return Kind.ALLERGY
    if section in _DECIDED and not (section is Kind.ALERT and statement.tag == "act"):
        return section
    roots = [template.get("root") or "" for template in statement.iterfind("templateId")]
    for root in roots:
        if kind := _TEMPLATES.get(root):
            return kind
    code = statement.find("code")
    own = (code.get("code") or "") if code is not None and statement.tag == "observation" else ""
    if section in _OPEN and own in _CODES:
        return _CODES[own]
    if section is Kind.PROBLEM and own in _HISTORY:
        return _HISTORY[own]
    return Kind.PROBLEM if section is None and _PROBLEM_ENTRY in roots else section


def names_a_problem(observation: "Element") -> bool:
    """Whether an observation's code only says what sort of problem its value names ("symptôme", "diagnostic")."""
    code = observation.find("code")
    own = (code.get("code") or "") if code is not None else ""
    return observation.find("value") is not None and (own in _PROBLEM_TYPES or own in _HISTORY or own == "64100-1")
