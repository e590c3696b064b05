"""The matrix of professions and types of documents: what is known of it, and what a site may load."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.codes import TYPES
from dmp_tui.dmp.habilitations import Cell, Habilitations, HabilitationsError, known_habilitations, read_habilitations
from dmp_tui.dmp.professions import DOCTOR, PROFESSIONS

HEADER = b"profession,type,consultation,source\n"


def test_every_known_cell_has_its_source() -> None:
    for (profession, _), (_, source) in known_habilitations().cells.items():
        assert profession in PROFESSIONS
        assert "arrêté du 26/10/2023" in source


@pytest.mark.parametrize(
    ("profession", "document_type", "cell"),
    [
        (DOCTOR, "11502-2", Cell.ALLOWED),
        (DOCTOR, "ATTEST-RESID", Cell.REFUSED),
        ("60", "68599-0", Cell.REFUSED),
        ("60", "11502-2", Cell.UNKNOWN),
        ("40", "83981-1", Cell.REFUSED),
        ("40", "68599-0", Cell.UNKNOWN),
        ("50", "15507-7", Cell.UNKNOWN),
        ("", "15507-7", Cell.UNKNOWN),
    ],
)
def test_cells(profession: str, document_type: str, cell: Cell) -> None:
    assert known_habilitations().cell(profession, document_type) is cell


def test_a_nurse_is_refused_five_types() -> None:
    assert known_habilitations().refused("60", [*TYPES, "75496-0", "83901-9", "68817-6", "89601-9"]) == {
        "68599-0",
        "75496-0",
        "83901-9",
        "68817-6",
        "89601-9",
    }


def test_a_site_s_own_takes_semicolons_a_bom_and_no_source() -> None:
    found = read_habilitations("\ufeffType;Profession;Consultation\n*;60;oui\n68599-0;60;non\n\n".encode())
    assert found.cell("60", "68599-0") is Cell.REFUSED
    assert found.cell("60", "11502-2") is Cell.ALLOWED
    assert found.cell("40", "11502-2") is Cell.UNKNOWN


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        (b"", 1, "profession"),
        (b"profession,type\n60,68599-0\n", 1, "consultation"),
        (b"profession,type,type,consultation\n", 1, "type"),
        (HEADER, 1, ""),
        (HEADER + b"60,68599-0,non,\n60,68599-0,peut-etre,\n", 3, "consultation"),
        (HEADER + b"60,,non,\n", 2, "type"),
        (HEADER + b"infirmier de ville,68599-0,non,\n", 2, "profession"),
        (HEADER + b"60,68599-0,non,\n60,68599-0,oui,\n", 3, ""),
        (HEADER + b"60,68599-0\n", 2, "consultation"),
        (HEADER + b"60,68599-0,non,r\xe9f\n", 2, ""),
    ],
)
def test_what_is_no_matrix_is_told_by_line_and_column(content: bytes, line: int, column: str) -> None:
    with pytest.raises(HabilitationsError) as raised:
        read_habilitations(content)
    assert (raised.value.line, raised.value.column) == (line, column)


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda tail: HEADER + tail))
def test_any_bytes_are_a_matrix_or_an_error(content: bytes) -> None:
    try:
        found = read_habilitations(content)
    except HabilitationsError:
        return
    assert isinstance(found, Habilitations)
    assert found.cells
