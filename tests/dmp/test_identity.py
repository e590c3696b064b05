"""NIR, INS, INS-C, datamatrix, birth dates: what identifies a patient, and what must not by itself."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.identity import (
    OID_NIA,
    OID_NIR,
    OID_NIR_DEMO,
    OID_NIR_TEST,
    BirthDate,
    Identity,
    IdentityError,
    IdentityProblem,
    IdentityStatus,
    Ins,
    Origin,
    OwnershipDoubt,
    Sex,
    Traits,
    fold,
    ins_c,
    is_datamatrix,
    nir_key,
    oid_of_matricule,
    ownership_doubts,
    parse_birth_date,
    parse_datamatrix,
    parse_matricule,
    sex_of_nir,
)

MATRICULE = "279035121518989"
GS = "\x1d"
HEADER = "IS01" + "0" * 22

NIRS = st.from_regex(r"[1-8][0-9]{4}([0-9]{2}|2[AB])[0-9]{6}", fullmatch=True)
NAMES = st.from_regex(r"[A-Z][A-Z' \-]{0,30}[A-Z]", fullmatch=True)


def problem_of(text: str) -> IdentityProblem:
    with pytest.raises(IdentityError) as caught:
        parse_matricule(text)
    return caught.value.problem


# --- NIR and INS ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nir", "key"),
    [
        ("150052A004123", "25"),
        ("150052B004123", "52"),
        ("2790351215189", "89"),
        ("1750163220748", "46"),
        ("1760163220999", "37"),
        ("1881134170052", "26"),
    ],
)
def test_the_key_of_a_nir(nir: str, key: str) -> None:
    assert nir_key(nir) == key


@given(NIRS)
def test_the_key_is_the_one_of_stdnum(nir: str) -> None:
    from stdnum.fr import nir as reference

    assert nir_key(nir) == reference.calc_check_digits(nir)


@given(NIRS, st.sampled_from([" ", ".", "-", "\u00a0", "\u202f", ""]))
def test_a_matricule_is_read_with_any_separators_and_with_or_without_its_key(nir: str, separator: str) -> None:
    whole = nir + nir_key(nir)
    assert parse_matricule(separator.join(whole)) == whole
    assert parse_matricule(separator.join(nir.lower())) == whole
    ins = Ins(whole, OID_NIR)
    assert ins.key_is_right
    assert parse_matricule(ins.grouped) == whole


@given(NIRS, st.integers(min_value=1, max_value=96))
def test_a_wrong_key_is_kept_and_told(nir: str, off: int) -> None:
    wrong = f"{(int(nir_key(nir)) + off - 1) % 97 + 1:02d}"
    ins = Ins(parse_matricule(nir + wrong), OID_NIR)
    assert ins.matricule == nir + wrong
    assert not ins.key_is_right


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", IdentityProblem.EMPTY),
        (" - ", IdentityProblem.EMPTY),
        ("27903512151898", IdentityProblem.BAD_LENGTH),
        ("2790351215189890", IdentityProblem.BAD_LENGTH),
        ("979035121518989", IdentityProblem.BAD_CHARACTERS),
        ("27903512151898A", IdentityProblem.BAD_CHARACTERS),
        ("150052C00412325", IdentityProblem.BAD_CHARACTERS),
        ("2790351215189²²", IdentityProblem.BAD_CHARACTERS),
        ("٢٧٩٠٣٥١٢١٥١٨٩٨٩", IdentityProblem.BAD_CHARACTERS),
    ],
)
def test_what_is_no_matricule(text: str, problem: IdentityProblem) -> None:
    assert problem_of(text) is problem


@given(st.text(max_size=20) | st.text(alphabet="0123456789AB .", min_size=12, max_size=18))
def test_any_text_is_a_matricule_or_an_identity_error(text: str) -> None:
    try:
        matricule = parse_matricule(text)
    except IdentityError as error:
        assert str(error) == error.problem  # noqa: PT017 -- both ends are right, for different texts
    else:
        assert Ins(matricule, OID_NIR).matricule == matricule


@pytest.mark.parametrize("matricule", ["2790351215189", MATRICULE + "0", "2790351215189²²", "27903512151898٩", "", "x"])
def test_an_ins_is_whole(matricule: str) -> None:
    with pytest.raises(IdentityError) as caught:
        Ins(matricule, OID_NIR)
    assert caught.value.problem is IdentityProblem.BAD_CHARACTERS


@pytest.mark.parametrize("oid", ["", "1.2.250.1.213.1.4.5", "urn:oid:" + OID_NIR])
def test_an_ins_has_an_authority(oid: str) -> None:
    with pytest.raises(IdentityError) as caught:
        Ins(MATRICULE, oid)
    assert caught.value.problem is IdentityProblem.UNKNOWN_OID


def test_how_an_ins_is_written() -> None:
    ins = Ins(MATRICULE, OID_NIR)
    assert ins.grouped == "2 79 03 51 215 189 89"
    assert ins.token == "1.2.250.1.213.1.4.8|279035121518989"
    assert ins.system == "urn:oid:1.2.250.1.213.1.4.8"


@pytest.mark.parametrize("first", "12345678")
def test_the_oid_of_a_matricule_that_came_without_one(first: str) -> None:
    matricule = first + MATRICULE[1:]
    assert oid_of_matricule(matricule) == (OID_NIA if first in "3478" else OID_NIR)
    assert oid_of_matricule(matricule, OID_NIR_TEST) == OID_NIR_TEST
    assert oid_of_matricule(matricule, OID_NIR_DEMO) == OID_NIR_DEMO


@pytest.mark.parametrize("status", list(IdentityStatus))
def test_only_a_qualified_identity_may_leave(status: IdentityStatus) -> None:
    identity = Identity(Ins(MATRICULE, OID_NIR), Traits("X", "Y"), status, Origin.CARD)
    assert identity.transmissible is (status is IdentityStatus.QUAL)


# --- birth dates ------------------------------------------------------------------------------------------------------


@given(st.dates(min_value=date(1850, 1, 1), max_value=date(2100, 12, 31)))
def test_a_calendar_date_in_all_its_forms(day: date) -> None:
    for text in (
        f"{day:%Y%m%d}",
        f"{day:%d-%m-%Y}",
        f"{day:%d/%m/%Y}",
        f"{day:%d.%m.%Y}",
        f"{day:%Y-%m-%d}",
        f"{day:%Y%m%d}0000",
    ):
        birth = parse_birth_date(text)
        assert birth.calendar == day
        assert not birth.lunar
        assert not birth.partial
        assert birth.iso == day.isoformat()
        assert birth.text == text
    assert parse_birth_date(birth.french).calendar == day


@pytest.mark.parametrize(
    ("text", "iso", "french", "lunar", "partial"),
    [
        ("19500000", "1950", "00/00/1950", False, True),
        ("19500300", "1950-03", "00/03/1950", False, True),
        ("1950", "1950", "00/00/1950", False, True),
        ("1950-03", "1950-03", "00/03/1950", False, True),
        ("19501535", "1950", "35/15/1950", True, False),
        ("19500231", "1950", "31/02/1950", True, False),
        ("19502000", "1950", "00/20/1950", True, True),
        ("31-02-1950", "1950", "31/02/1950", True, False),
        ("00000328", "", "28/03/????", False, True),
        ("28-03-0000", "", "28/03/????", False, True),
        ("790328", "", "28/03/??79", False, True),
        ("000229", "", "29/02/??00", False, True),
        ("791528", "", "28/15/??79", True, True),
    ],
)
def test_partial_and_lunar_dates_are_shown_as_they_are(
    text: str, iso: str, french: str, lunar: bool, partial: bool
) -> None:
    birth = parse_birth_date(text)
    assert birth.calendar is None
    assert (birth.iso, birth.french, birth.lunar, birth.partial) == (iso, french, lunar, partial)


@pytest.mark.parametrize(
    "text", ["", "28 mars 1979", "1979/03/28", "2790", "19790328000", "١٩٧٩٠٣٢٨", "1979-3-28", "79"]
)
def test_what_is_no_birth_date(text: str) -> None:
    if text == "2790":
        assert parse_birth_date(text).year == 2790
        return
    with pytest.raises(IdentityError) as caught:
        parse_birth_date(text)
    assert caught.value.problem is IdentityProblem.BAD_BIRTH_DATE


@given(st.text(alphabet="0123456789-/. ", max_size=14))
def test_any_birth_date_has_its_forms(text: str) -> None:
    try:
        birth = parse_birth_date(text)
    except IdentityError:
        return
    assert birth.french.count("/") == 2
    assert birth.iso == "" or birth.iso.startswith(f"{birth.year:04d}")
    age = birth.age(date(2026, 11, 2))
    assert age is None or age >= 0


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("19790328", 47),
        ("19791103", 46),
        ("19791102", 47),
        ("20040229", 22),
        ("19790000", 47),
        ("19791535", 47),
        ("790328", None),
        ("20990101", None),
        ("20261102", 0),
    ],
)
def test_ages(text: str, age: int | None) -> None:
    assert parse_birth_date(text).age(date(2026, 11, 2)) == age


# --- datamatrix -------------------------------------------------------------------------------------------------------


def datamatrix(fields: list[tuple[str, str]], *, separators: bool = True) -> str:
    """Fields in that order, as a label has them: a separator after a short field, unless it is the last one."""
    longest = {"S2": 20, "S3": 100, "S4": 100}
    parts = []
    for number, (name, value) in enumerate(fields):
        closed = separators and name in longest and len(value) < longest[name] and number < len(fields) - 1
        parts.append(name + value + (GS if closed else ""))
    return HEADER + "".join(parts)


FIELDS = [
    ("S1", "277010115400329"),
    ("S2", OID_NIR),
    ("S3", "SARAH-LOU ANNA"),
    ("S4", "GARCIA-HAMMADI"),
    ("S5", "F"),
    ("S6", "21-01-1977"),
    ("S7", "01154"),
]
READ = ("277010115400329", OID_NIR)


@given(st.permutations(FIELDS), st.sampled_from(["", "\r", "\r\n"]))
def test_fields_in_any_order(fields: list[tuple[str, str]], end: str) -> None:
    matricule, oid, traits = parse_datamatrix(datamatrix(fields) + end)
    assert (matricule, oid) == READ
    assert (traits.family, traits.given, traits.sex) == ("GARCIA-HAMMADI", "SARAH-LOU ANNA", Sex.F)
    assert traits.birth is not None
    assert traits.birth.calendar == date(1977, 1, 21)
    assert traits.birth_place == "01154"


@given(st.permutations(FIELDS))
def test_a_scanner_that_drops_the_separators(fields: list[tuple[str, str]]) -> None:
    matricule, oid, traits = parse_datamatrix(datamatrix(fields, separators=False))
    assert (matricule, oid) == READ
    assert (traits.family, traits.given) == ("GARCIA-HAMMADI", "SARAH-LOU ANNA")


@given(NAMES, NAMES, st.sampled_from([OID_NIR, OID_NIR_TEST]), st.booleans(), st.data())
def test_any_names_are_read_as_they_are(
    family: str, given_name: str, oid: str, separators: bool, data: st.DataObject
) -> None:
    fields = dict(FIELDS) | {"S2": oid, "S3": given_name, "S4": family}
    text = datamatrix(data.draw(st.permutations(list(fields.items()))), separators=separators)
    _matricule, read_oid, traits = parse_datamatrix(text)
    assert (read_oid, traits.family, traits.given) == (oid, family, given_name)


def test_a_name_of_a_hundred_characters_has_no_separator() -> None:
    fields = [*FIELDS[:3], ("S4", "A" * 100), *FIELDS[4:]]
    assert GS not in datamatrix(fields).split("S4")[1]
    assert parse_datamatrix(datamatrix(fields))[2].family == "A" * 100


def test_two_ways_to_cut_are_refused() -> None:
    for names in ("S3ANNAS4DUPONTS4MARTIN", f"S3ANNA{GS}S4DUPONT{GS}S4MARTIN{GS}"):
        with pytest.raises(IdentityError) as caught:
            parse_datamatrix(f"{HEADER}S1277010115400329S2{OID_NIR}{names}S5FS621-01-1977")
        assert caught.value.problem is IdentityProblem.AMBIGUOUS_DATAMATRIX


def test_separators_lost_in_part() -> None:
    whole = datamatrix(FIELDS)
    for number in range(whole.count(GS)):
        parts = whole.split(GS)
        joined = GS.join([*parts[:number], parts[number] + parts[number + 1], *parts[number + 2 :]])
        assert parse_datamatrix(joined) == parse_datamatrix(whole)


def test_a_name_too_long_is_refused() -> None:
    with pytest.raises(IdentityError):
        parse_datamatrix(datamatrix([*FIELDS[:3], ("S4", "A" * 101), *FIELDS[4:]]))


@given(st.data())
def test_one_cut_short_is_refused(data: st.DataObject) -> None:
    whole = datamatrix(FIELDS[:6])
    cut = data.draw(st.integers(min_value=len(HEADER), max_value=len(whole) - 1))
    with pytest.raises(IdentityError):
        parse_datamatrix(whole[:cut])


@pytest.mark.parametrize("name", ["S1", "S2", "S3", "S4", "S5", "S6"])
def test_one_without_a_field_is_refused(name: str) -> None:
    with pytest.raises(IdentityError) as caught:
        parse_datamatrix(datamatrix([field for field in FIELDS if field[0] != name]))
    assert caught.value.problem is IdentityProblem.TRUNCATED_DATAMATRIX


@pytest.mark.parametrize(
    "field", [("S1", "27701011540032X"), ("S2", "not-an-object-ident"), ("S5", "X"), ("S6", "1977-01-21")]
)
def test_one_with_a_field_of_another_shape_is_refused(field: tuple[str, str]) -> None:
    with pytest.raises(IdentityError):
        parse_datamatrix(datamatrix(list((dict(FIELDS) | dict([field])).items())))


def test_the_place_of_birth_may_be_missing() -> None:
    assert parse_datamatrix(datamatrix(FIELDS[:6]))[2].birth_place == ""


@given(st.text(max_size=200))
def test_any_text_behind_a_header_is_read_or_refused(text: str) -> None:
    try:
        parse_datamatrix(HEADER + text)
    except IdentityError as error:
        assert "datamatrix" in error.problem or error.problem is IdentityProblem.BAD_BIRTH_DATE  # noqa: PT017 -- either


def test_what_begins_as_a_datamatrix() -> None:
    assert is_datamatrix(datamatrix(FIELDS))
    assert not is_datamatrix("279035121518989")
    with pytest.raises(IdentityError) as caught:
        parse_datamatrix("IS02" + "0" * 22)
    assert caught.value.problem is IdentityProblem.NOT_A_DATAMATRIX


# --- whose number is it -----------------------------------------------------------------------------------------------


def traits(birth: str, sex: Sex = Sex.U) -> Traits:
    return Traits("X", "Y", parse_birth_date(birth) if birth else None, sex)


@pytest.mark.parametrize(
    ("nir", "person", "card", "doubts"),
    [
        (MATRICULE, traits("19790328", Sex.F), (MATRICULE,), ()),
        (MATRICULE, traits("790328", Sex.F), (MATRICULE,), ()),
        (MATRICULE, traits("", Sex.F), (MATRICULE,), ()),
        ("", traits("20150101"), (MATRICULE, ""), (OwnershipDoubt.ABSENT,)),
        (MATRICULE, traits("20150101"), (MATRICULE,), (OwnershipDoubt.YEAR,)),
        (MATRICULE, traits("150101"), (MATRICULE,), (OwnershipDoubt.YEAR,)),
        (MATRICULE, traits("19790328"), (MATRICULE, MATRICULE), (OwnershipDoubt.SHARED,)),
        (MATRICULE, traits("19790328"), (MATRICULE, MATRICULE[:13] + "00"), (OwnershipDoubt.SHARED,)),
        (MATRICULE, traits("19790328", Sex.M), (MATRICULE,), (OwnershipDoubt.SEX,)),
        (MATRICULE, traits("20150101", Sex.M), (MATRICULE, MATRICULE), tuple(OwnershipDoubt)[:3]),
        # The day is no year: a year that is not known agrees with none.
        (MATRICULE, traits("79-03-0000"), (MATRICULE,), (OwnershipDoubt.YEAR,)),
        ("579035121518989", traits("19790328", Sex.M), (), ()),
    ],
)
def test_doubts(nir: str, person: Traits, card: tuple[str, ...], doubts: tuple[OwnershipDoubt, ...]) -> None:
    assert ownership_doubts(nir, person, card) == doubts


@pytest.mark.parametrize(
    ("first", "sex"),
    [("1", Sex.M), ("2", Sex.F), ("3", Sex.M), ("4", Sex.F), ("7", Sex.M), ("8", Sex.F), ("5", Sex.U), ("", Sex.U)],
)
def test_the_sex_of_a_nir(first: str, sex: Sex) -> None:
    assert sex_of_nir(first + MATRICULE[1:] if first else "") is sex


# --- INS-C ------------------------------------------------------------------------------------------------------------


def test_the_published_vector() -> None:
    birth = parse_birth_date("01/08/1950")
    assert ins_c("150081505104018", "Jean", birth) == "1541187387477485562488"
    assert ins_c("1500815051040", "JEAN", parse_birth_date("500801")) == "1541187387477485562488"


@given(NIRS, st.text(max_size=30), st.none() | st.dates().map(lambda d: BirthDate(d.year, d.month, d.day, "")))
def test_an_ins_c_has_22_digits_and_its_key(nir: str, given_name: str, birth: BirthDate | None) -> None:
    number = ins_c(nir, given_name, birth)
    assert len(number) == 22
    assert number.isdecimal()
    assert int(number[20:]) == 97 - int(number[:20]) % 97


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Élise", "ELISE"),
        ("Jean-Pierre", "JEANPIERRE"),
        ("Anne Marie", "ANNEMARIE"),
        ("Bernadette-Marie", "BERNADETTE"),
        ("Jean 2", "JEAN"),
    ],
)
def test_names_that_make_the_same_ins_c(one: str, other: str) -> None:
    birth = parse_birth_date("19500801")
    assert ins_c(MATRICULE, one, birth) == ins_c(MATRICULE, other, birth)


def test_lunar_dates_are_converted_and_no_date_is_zeros() -> None:
    assert ins_c(MATRICULE, "X", parse_birth_date("19501535")) == ins_c(MATRICULE, "X", parse_birth_date("19500101"))
    assert ins_c(MATRICULE, "X", parse_birth_date("501535")) == ins_c(MATRICULE, "X", parse_birth_date("19500101"))
    assert ins_c(MATRICULE, "X", None) == ins_c(MATRICULE, "X", parse_birth_date("00000000"))


@given(st.text(max_size=40))
def test_folding_is_stable_and_plain(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert all(c == " " or (c.isascii() and c.isalnum() and not c.islower()) for c in folded)


@given(st.from_regex(r"[A-Za-z0-9]{0,30}", fullmatch=True))
def test_folding_keeps_plain_letters(text: str) -> None:
    assert fold(text) == text.upper()


def test_ligatures_are_undone() -> None:
    assert fold("Cœur d'Æon, L'Haÿ-les-Roses") == "COEUR D AEON L HAY LES ROSES"
