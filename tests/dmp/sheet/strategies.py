"""What hypothesis makes sheets of: statements that look like those of real documents, and any sheet at all."""

from hypothesis import strategies as st

from dmp_tui.dmp.entries import Assertion, Coding, Criticality, Entry, Kind, Mark, Person, Reaction, Status
from dmp_tui.dmp.sheet.model import (
    Check,
    Contradiction,
    Disagreement,
    Line,
    Origin,
    Presence,
    Sheet,
    Source,
    Topic,
)

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ATC = "http://www.whocc.no/atc"

_LABELS = (
    "Paracétamol",
    "PARACETAMOL",
    "DOLIPRANE 1000 mg, comprimé",
    "Allergie aux pénicillines",
    "Pénicilline",
    "COUMADINE 2 mg",
    "warfarine",
    "XARELTO 20 mg",
    "Plavix 75 mg",
    "Insuline glargine",
    "Hypertension artérielle",
    "Diabète de type 2",
    "Créatinine",
    "Crustacés",
    "?",
)
_CODES = (
    Coding(SNOMED, "387517004", "Paracetamol"),
    Coding(SNOMED, "373270004", "Penicillin"),
    Coding(ATC, "N02BE01", "paracetamol"),
    Coding(ATC, "B01AA03", "warfarine"),
    Coding(LOINC, "14682-9", "Creatinine"),
    Coding("http://hl7.org/fhir/sid/icd-10", "I10", "HTA"),
)
_DATES = (
    "",
    "2019",
    "2019-03",
    "2019-03-02",
    "2021-12-03T10:00:00+01:00",
    "2021-12-03T08:00:00Z",
    "2022-01-01",
    "soon",
)

dates = st.sampled_from(_DATES)
severities = st.sampled_from(list(Criticality))
statuses = st.sampled_from(list(Status))
marks = st.frozensets(st.sampled_from([Mark.UNCODED, Mark.PRESCRIBED, Mark.REIMBURSED, Mark.CODE_DIFFERS]), max_size=2)
reactions = st.builds(
    Reaction, label=st.sampled_from(["urticaire", "bronchospasme", "choc anaphylactique"]), criticality=severities,
    negated=st.booleans(),
)  # fmt: skip


def origins(documents: tuple[str, ...] = ("a", "b", "c", "d")) -> st.SearchStrategy[Origin]:
    """Documents: one id, one date, as in a record."""
    fixed = {
        document: Origin(
            document, Coding(LOINC, "60591-5"), f"Document {document}", _DATES[index % 7], f"Dr {document}"
        )
        for index, document in enumerate(documents)
    }
    return st.sampled_from(list(fixed.values()))


entries = st.builds(
    Entry,
    kind=st.sampled_from([Kind.ALLERGY, Kind.TREATMENT, Kind.PROBLEM, Kind.RESULT, Kind.VACCINATION, Kind.PROCEDURE]),
    label=st.sampled_from(_LABELS),
    assertion=st.sampled_from(list(Assertion)),
    codes=st.lists(st.sampled_from(_CODES), max_size=2, unique=True).map(tuple),
    status=statuses,
    start=dates,
    end=dates,
    noted=dates,
    criticality=severities,
    reactions=st.lists(reactions, max_size=2).map(tuple),
    dose=st.sampled_from(["", "1 le soir", "2/j"]),
    value=st.sampled_from(["", "88", "2.8"]),
    unit=st.sampled_from(["", "mg"]),
    section=st.sampled_from(["", "10160-0", "48765-2"]),
    marks=marks,
)

statements = st.lists(st.tuples(origins(), entries), max_size=12)

# --- any sheet at all -------------------------------------------------------------------------------------------------

text = st.text(max_size=12)
codings = st.builds(Coding, system=text, code=text, display=text)
any_origins = st.builds(
    Origin,
    document=text,
    type=codings,
    title=text,
    date=st.one_of(dates, text),
    author=text,
    archived=st.booleans(),
    submitted=st.one_of(dates, text),
)
any_marks = st.frozensets(st.sampled_from(list(Mark)), max_size=3)
sources = st.builds(
    Source, origin=any_origins, label=text, assertion=st.sampled_from(list(Assertion)), status=statuses, start=text,
    end=dates, noted=dates, detail=text, reference=text, interpretation=text, words=text, marks=any_marks,
)  # fmt: skip
any_reactions = st.builds(
    Reaction, label=text, criticality=severities, negated=st.booleans(), codes=st.lists(codings, max_size=1).map(tuple)
)
people = st.builds(Person, name=text, role=text, phones=st.lists(text, max_size=2).map(tuple), address=text, kind=text)
contradictions = st.builds(
    Contradiction, kind=st.sampled_from(list(Disagreement)), origin=any_origins, words=text
)  # fmt: skip
lines = st.builds(
    Line, kind=st.sampled_from(list(Kind)), key=text, label=text, assertion=st.sampled_from(list(Assertion)),
    status=statuses, sources=st.lists(sources, min_size=1, max_size=2).map(tuple),
    codes=st.lists(codings, max_size=2).map(tuple), start=dates, end=text, noted=dates, criticality=severities,
    reactions=st.lists(any_reactions, max_size=2).map(tuple), dose=text,
    value=st.one_of(st.sampled_from(["", "2.80", "1e5", "-3", "007"]), text), unit=text, reference=text,
    interpretation=st.one_of(st.sampled_from(["H", "LL"]), text), critical=text, person=st.none() | people,
    contradictions=st.lists(contradictions, max_size=2).map(tuple), marks=any_marks,
)  # fmt: skip
topics = st.builds(
    Topic, kind=st.sampled_from(list(Kind)), presence=st.sampled_from(list(Presence)),
    lines=st.lists(lines, max_size=2).map(tuple), said_by=st.lists(any_origins, max_size=2).map(tuple),
)  # fmt: skip
checks = st.builds(
    Check, kind=text, label=text, keys=st.lists(text, max_size=2).map(tuple),
    origins=st.lists(any_origins, max_size=2).map(tuple),
)  # fmt: skip
sheets = st.builds(
    Sheet, patient=text, updated=st.one_of(dates, text), topics=st.lists(topics, max_size=3).map(tuple),
    checks=st.lists(checks, max_size=2).map(tuple), documents=st.integers(0, 2**31 - 1),
    unread=st.lists(any_origins, max_size=2).map(tuple),
)  # fmt: skip
