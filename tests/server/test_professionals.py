"""The directory's CSV: what is right is read, what is wrong is said with its line and column."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.professions import Professional, Role
from dmp_tui.server.messages import csv_sentence
from dmp_tui.server.professionals import COLUMNS, CsvError, CsvProblem, read_professionals

HEADER = ",".join(COLUMNS)
DOCTOR = "899700000001,DURAND Alix,10,SM59,1990000011,CHU de Valfontaine,,oui"


def csv(*lines: str, header: str = HEADER) -> bytes:
    """A file."""
    return "\n".join((header, *lines)).encode()


def test_each_column_becomes_its_field() -> None:
    assert read_professionals(csv(DOCTOR)) == [
        Professional("899700000001", "DURAND Alix", "10", Role.DOCTOR, "SM59", "1990000011", "CHU de Valfontaine", True)
    ]


@pytest.mark.parametrize(
    ("line", "role", "profession"),
    [
        ("899700000001,A,10,,,,non,non", Role.DOCTOR, "10"),
        ("899700000001,A,Médecin,,,,0,0", Role.DOCTOR, "10"),
        ("899700000001,A,10,,,,1,", Role.OCCUPATIONAL_DOCTOR, "10"),
        ("899700000001,A,INFIRMIER,,,,,", Role.NON_DOCTOR, "60"),
        ("899700000001,A,94,,,,,", Role.NON_DOCTOR, "94"),
        ("3990000011/17,A,,,,,,", Role.CPE_CLERK, ""),
        ("1990000011,CHU,,,,,,", Role.FACILITY_CERTIFICATE, ""),
    ],
)
def test_the_role_follows_from_profession_and_number(line: str, role: Role, profession: str) -> None:
    (found,) = read_professionals(csv(line))
    assert (found.role, found.profession) == (role, profession)


def test_an_officer_and_an_address_stand_in_columns_that_may_be_left_out() -> None:
    header = f"{HEADER},privacy_officer,email"
    officer, doctor = read_professionals(
        csv("3990000011/17,A,,,,,,,oui,", f"{DOCTOR},non,alix.durand@exemple.fr", header=header)
    )
    assert (officer.role, officer.email) == (Role.PRIVACY_OFFICER, "")
    assert (doctor.role, doctor.email) == (Role.DOCTOR, "alix.durand@exemple.fr")


def test_what_spreadsheets_write_is_read() -> None:
    content = b"\xef\xbb\xbf" + csv(f'"{DOCTOR}"'.replace(",", '";"'), "", header=HEADER.replace(",", ";"))
    assert read_professionals(content.replace(b"\n", b"\r\n")) == read_professionals(csv(DOCTOR))


def test_columns_may_stand_in_any_order() -> None:
    assert (
        read_professionals(
            csv(
                "60,LEROY Jean,899700000002,,,,,",
                header="profession,name,id,specialty,facility,facility_name,occupational_doctor,regulator",
            )
        )[0].id
        == "899700000002"
    )


@pytest.mark.parametrize(
    ("content", "problem", "line", "column"),
    [
        (b"", CsvProblem.NOBODY, 1, ""),
        (csv(), CsvProblem.NOBODY, 1, ""),
        (csv(DOCTOR, header="id,name"), CsvProblem.HEADER, 1, "profession"),
        (csv(DOCTOR, header=f"{HEADER},phone"), CsvProblem.HEADER, 1, ""),
        (csv(DOCTOR, header=f"{HEADER},id"), CsvProblem.HEADER, 1, ""),
        (csv(f"{DOCTOR},oui", header=f"{HEADER},privacy_officer"), CsvProblem.OFFICER, 2, "privacy_officer"),
        (csv("8997,A,10,,,,oui,,oui", header=f"{HEADER},privacy_officer"), CsvProblem.NATIONAL_ID, 2, "id"),
        (csv("89970,A,10,,,,oui,,oui", header=f"{HEADER},privacy_officer"), CsvProblem.OFFICER, 2, "privacy_officer"),
        (csv(f"{DOCTOR},a b@c.fr", header=f"{HEADER},email"), CsvProblem.EMAIL, 2, "email"),
        (csv(DOCTOR, "899700000002,B,10"), CsvProblem.CELLS, 3, ""),
        (csv(f"{DOCTOR},more"), CsvProblem.CELLS, 2, ""),
        (csv(",A,10,,,,,"), CsvProblem.EMPTY, 2, "id"),
        (csv("899700000001,,10,,,,,"), CsvProblem.EMPTY, 2, "name"),
        (csv("8 997,A,10,,,,,"), CsvProblem.NATIONAL_ID, 2, "id"),
        (csv(DOCTOR, DOCTOR), CsvProblem.TWICE, 3, "id"),
        (csv("899700000001,A,Rebouteux,,,,,"), CsvProblem.PROFESSION, 2, "profession"),
        (csv("899700000001,A,1O,,,,,"), CsvProblem.PROFESSION, 2, "profession"),
        (csv("899700000001,A,10,,,,peut-être,"), CsvProblem.YES_OR_NO, 2, "occupational_doctor"),
        (csv("899700000001,A,60,,,,oui,"), CsvProblem.NOT_A_DOCTOR, 2, "occupational_doctor"),
        (csv(f"899700000001,{'A' * 201},60,,,,,"), CsvProblem.TEXT, 2, "name"),
        (csv("899700000001,A\x1b[2J,60,,,,,"), CsvProblem.TEXT, 2, "name"),
        (csv(DOCTOR) + b"\n\xff", CsvProblem.NOT_UTF8, 3, ""),
    ],
)
def test_what_is_wrong_is_said_with_its_place(content: bytes, problem: CsvProblem, line: int, column: str) -> None:
    with pytest.raises(CsvError) as raised:
        read_professionals(content)
    error = raised.value
    assert (error.problem, error.line, error.column) == (problem, line, column)
    assert str(line) in csv_sentence(error)


@given(st.binary() | st.text().map(lambda text: csv(*text.splitlines())))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        found = read_professionals(content)
    except CsvError as error:
        assert error.line >= 1  # noqa: PT017 - both ways are right
    else:
        assert found


@pytest.mark.parametrize("problem", CsvProblem)
def test_each_problem_has_a_sentence(problem: CsvProblem) -> None:
    assert csv_sentence(CsvError(problem, 7, "id")).startswith("Ligne 7, colonne id : ")
