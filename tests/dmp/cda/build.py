"""CDA documents of an invented person, written element by element as hospital software writes them."""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

SNOMED = "2.16.840.1.113883.6.96"
LOINC = "2.16.840.1.113883.6.1"
ICD10 = "2.16.840.1.113883.6.3"
ATC = "2.16.840.1.113883.6.73"
CIS = "1.2.250.1.213.2.3.1"
CIP = "1.2.250.1.213.2.3.2"

PATIENT = """
<recordTarget><patientRole>
  <id extension="255069900000154" root="1.2.250.1.213.1.4.10"/><id extension="IPP-77" root="1.2.3.4.5"/>
  <addr><houseNumber>4</houseNumber><streetName>rue des Saules</streetName><postalCode>59000</postalCode>
    <city>LILLE</city></addr>
  <telecom value="tel:0320000001" use="H"/><telecom value="mailto:a@example.org"/>
  <patient><name><family qualifier="BR">VERGER</family><given>Adele Rose</given><given qualifier="BR">Adele</given>
    <family qualifier="CL">LENOIR</family><given qualifier="CL">Rose</given></name>
    <administrativeGenderCode code="F"/><birthTime value="19550612"/>
    <birthplace><place><addr><county>59350</county><city>LILLE</city></addr></place></birthplace></patient>
</patientRole></recordTarget>
<author><time value="20240110120000+0100"/><assignedAuthor><id root="1.2.250.1.71.4.2.1" extension="899900000001"/>
  <code code="G15_10/SM26" displayName="Médecin généraliste" codeSystem="1.2.250.1.213.1.1.4.5"/>
  <telecom value="tel:0320000002"/>
  <assignedPerson><name><given>Paul</given><family>ARBRE</family><suffix>DR</suffix></name></assignedPerson>
  <representedOrganization><name>Cabinet des Saules</name></representedOrganization></assignedAuthor></author>
<custodian><assignedCustodian><representedCustodianOrganization><id root="1.2.250.1.71.4.2.2" extension="1590000001"/>
  <name>Cabinet des Saules</name></representedCustodianOrganization></assignedCustodian></custodian>
"""


def code(tag: str, value: str, system: str, display: str = "", *, inner: str = "", kind: str = "") -> str:
    """A coded element."""
    typed = f' xsi:type="{kind}"' if kind else ""
    shown = f" displayName={quoteattr(display)}" if display else ""
    return f'<{tag}{typed} code="{value}" codeSystem="{system}"{shown}>{inner}</{tag}>'


def ref(name: str, tag: str = "originalText") -> str:
    """An element that points into the narrative."""
    return f'<{tag}><reference value="#{name}"/></{tag}>'


def table(headers: Sequence[str], *rows: Sequence[str]) -> str:
    """A narrative table; cells are markup. ``cell`` makes one with an ID."""
    head = "".join(f"<th>{escape(h)}</th>" for h in headers)
    body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def cell(name: str, text: str) -> str:
    """A cell's content with an ID."""
    return f'<content ID="{name}">{escape(text)}</content>'


def section(loinc: str, title: str, text: str, *entries: str, inner: str = "", attributes: str = "") -> str:
    """A section with its narrative, its entries and its subsections."""
    told = f"<text>{text}</text>" if text else ""
    held = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return (
        f"<component><section{attributes}>{code('code', loinc, LOINC)}<title>{escape(title)}</title>"
        f"{told}{held}{inner}</section></component>"
    )


def document(
    *sections: str,
    type_code: str = "60591-5",
    date: str = "20240110120000+0100",
    header: str = "",
    body: str | None = None,
    patient: str = PATIENT,
) -> bytes:
    """A whole document. ``header`` goes before the body; ``body`` replaces the structured one."""
    inner = body if body is not None else f"<component><structuredBody>{''.join(sections)}</structuredBody></component>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?><?xml-stylesheet type="text/xsl" href="cda.xsl"?>'
        '<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        '<!-- a comment --><id root="1.2.3.4" extension="doc-1"/>'
        f"{code('code', type_code, LOINC, 'Synthèse médicale')}<title>Synthèse</title>"
        f'<effectiveTime value="{date}"/><confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>'
        f'<languageCode code="fr-FR"/><setId root="1.2.3.4" extension="set-1"/><versionNumber value="2"/>'
        f"{patient}{header}{inner}</ClinicalDocument>"
    ).encode()


def interval(low: str = "", high: str = "", *, kind: str = "") -> str:
    """An ``effectiveTime``; an empty bound is unknown."""
    typed = f' xsi:type="{kind}"' if kind else ""
    bounds = "".join(
        f'<{n} value="{v}"/>' if v else f'<{n} nullFlavor="UNK"/>' for n, v in (("low", low), ("high", high))
    )
    return f"<effectiveTime{typed}>{bounds}</effectiveTime>"


def concern(*observations: str, status: str = "completed") -> str:
    """A concern act around observations."""
    held = "".join(f'<entryRelationship typeCode="SUBJ">{o}</entryRelationship>' for o in observations)
    return f'<act classCode="ACT" moodCode="EVN"><code nullFlavor="NA"/><statusCode code="{status}"/>{held}</act>'


def allergy(
    agent: str = "",
    *,
    time: str = "",
    kind: str = "",
    inner: str = "",
    text: str = "",
    value: str = "",
    negated: bool = False,
) -> str:
    """An allergy observation; ``agent`` is the code element of its playing entity."""
    who = (
        (
            f'<participant typeCode="CSM"><participantRole><playingEntity>{agent}</playingEntity>'
            "</participantRole></participant>"
        )
        if agent
        else ""
    )
    kind = kind or code("code", "416098002", SNOMED, "allergie médicamenteuse")
    return (
        f'<observation classCode="OBS" moodCode="EVN"{" negationInd=" + chr(34) + "true" + chr(34) if negated else ""}>'
        f'{kind}{text}<statusCode code="completed"/>{time or interval()}{value}{who}{inner}</observation>'
    )


def related(inner: str, type_code: str = "SUBJ") -> str:
    """An entry relationship."""
    return f'<entryRelationship typeCode="{type_code}">{inner}</entryRelationship>'


def observation(
    own: str, value: str = "", *, text: str = "", time: str = "", inner: str = "", attributes: str = ""
) -> str:
    """An observation of any kind."""
    mood = "" if "moodCode" in attributes else ' moodCode="EVN"'
    return (
        f'<observation classCode="OBS"{mood} {attributes}>{own}{text}<statusCode code="completed"/>{time}{value}{inner}'
        "</observation>"
    )


def medicine(
    product: str,
    *,
    time: str = "",
    text: str = "",
    inner: str = "",
    name: str = "",
    attributes: str = "",
    own: str = "",
    more: str = "",
) -> str:
    """A ``substanceAdministration`` of a product (its code element); ``inner`` stands before it, ``more`` beside it."""
    mood = "" if "moodCode" in attributes else ' moodCode="EVN"'
    named = f"<name>{escape(name)}</name>" if name else ""
    return (
        f'<substanceAdministration classCode="SBADM"{mood} {attributes}>{own}{text}<statusCode code="completed"/>'
        f"{time or interval(kind='IVL_TS')}{inner}<consumable><manufacturedProduct><manufacturedMaterial>"
        f"{product}{named}{more}</manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>"
    )
