"""Every way in which HL7 v3 says when a medicine is taken."""

import pytest

from dmp_tui.dmp.cda import read_cda
from tests.dmp.cda.build import CIS, code, document, medicine, section


def periodic(inner: str, kind: str = "PIVL_TS") -> str:
    return f'<effectiveTime xsi:type="{kind}">{inner}</effectiveTime>'


def dose(inner: str, more: str = "") -> str:
    given = medicine(code("code", "60000001", CIS, "PRODUIT"), inner=inner)
    (entry,) = read_cda(
        document(section("10160-0", "T", "", given.replace("<consumable>", f"{more}<consumable>")))
    ).entries
    return entry.dose


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (
            '<effectiveTime xsi:type="PIVL_TS" operator="A"><period value="12" unit="h"/></effectiveTime>',
            "toutes les 12 heures",
        ),
        ('<effectiveTime operator="A"><period value="8" unit="h"/></effectiveTime>', "toutes les 8 heures"),
        ('<effectiveTime xsi:type="PIVL"><period value="1" unit="wk"/></effectiveTime>', "chaque semaine"),
        (
            periodic('<period><low value="4" unit="h"/><high value="6" unit="h"/></period>'),
            "toutes les 4 à 6 heures",
        ),
        (
            periodic('<frequency><numerator value="3"/><denominator value="1" unit="d"/></frequency>'),
            "3 fois par jour",
        ),
        (
            periodic('<phase><low value="200001010800"/></phase><period value="1" unit="d"/>'),
            "chaque jour à 08:00",
        ),
        ('<effectiveTime xsi:type="EIVL"><event code="HS"/></effectiveTime>', "au coucher"),
        (
            periodic('<event code="ACM"/><offset><low value="-30" unit="min"/></offset>', "EIVL_TS"),
            "avant le petit déjeuner (30 minutes avant)",
        ),
        (
            '<effectiveTime xsi:type="EIVL_TS"><event code="PCV"/><offset value="1" unit="h"/></effectiveTime>',
            "après le dîner (1 heure après)",
        ),
        (
            periodic("".join(f'<comp xsi:type="EIVL_TS"><event code="{c}"/></comp>' for c in ("CM", "CV")), "SXPR_TS"),
            "au petit déjeuner, au dîner",
        ),
        ('<effectiveTime xsi:type="PIVL_TS"><period nullFlavor="UNK"/></effectiveTime>', ""),
        ('<effectiveTime xsi:type="EIVL_TS"><event code="C"/><offset value="rien"/></effectiveTime>', "aux repas"),
    ],
)
def test_rhythms(time: str, said: str) -> None:
    assert dose(time) == said


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        ('<doseQuantity value="1"><translation value="500" unit="mg"/></doseQuantity>', "1 (500 mg)"),
        (
            '<doseQuantity><numerator value="1" unit="mg"/><denominator value="1" unit="kg"/></doseQuantity>',
            "1 mg / 1 kg",
        ),
        ('<doseQuantity value="1" unit="g"/><rateQuantity value="2" unit="mL/h"/>', "1 g, débit 2 mL/h"),
        (
            '<doseQuantity value="2"/><administrationUnitCode code="1" displayName="bouffée" codeSystem="1"/>',
            "2 bouffée",
        ),
        (
            '<doseQuantity value="1"/><approachSiteCode code="1" displayName="bras gauche" codeSystem="1"/>',
            "1, bras gauche",
        ),
    ],
)
def test_amounts(inner: str, said: str) -> None:
    assert dose(inner) == said


@pytest.mark.parametrize(
    ("criterion", "said"),
    [
        ('<code code="ASSERTION"/><value xsi:type="CE" code="1" displayName="douleur" codeSystem="1"/>', "si douleur"),
        ("<text>en cas de fièvre</text>", "en cas de fièvre"),
        ('<code code="ASSERTION"/>', ""),
    ],
)
def test_conditions(criterion: str, said: str) -> None:
    assert dose("", f"<precondition><criterion>{criterion}</criterion></precondition>") == said
