"""Official tables to a base: whole or not at all, with the file, the line and the column of what is wrong."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.medicines.bdpm import read_bdpm
from dmp_tui.dmp.medicines.model import Edition, Level
from dmp_tui.dmp.medicines.tables import TableError, TableProblem
from dmp_tui.dmp.medicines.thesaurus import read_thesaurus
from dmp_tui.reference.base import ReferenceBase, is_old, official, shown_month
from dmp_tui.reference.importing import interactions_of, medicines_of
from dmp_tui.reference.schema import ReferenceFault, ReferenceProblem
from dmp_tui.reference.writing import write
from dmp_tui.server.commands import admin
from tests.reference.tables import COMPOSITIONS, INDEX, SPECIALITIES, TABLES, THESAURUS, bdpm_in, pair, thesaurus_in

TODAY = date(2026, 11, 20)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reference.db"


@pytest.fixture
def base(path: Path, tmp_path: Path) -> ReferenceBase:
    write(path, [medicines_of(bdpm_in(tmp_path / "bdpm"), TODAY), interactions_of(thesaurus_in(tmp_path / "t"), TODAY)])
    found = official(path)
    assert found is not None
    return found


def run(*arguments: object) -> Result:
    return CliRunner().invoke(admin, [str(argument) for argument in arguments])


def test_a_salt_counts_as_its_substance_and_the_active_part_before_the_salt(base: ReferenceBase) -> None:
    box = base.speciality("60000002")
    assert box is not None
    assert [(part.substance.key, part.strength) for part in box.components] == [
        ("AMOXICILLINE", "1 g"),
        ("ACIDE CLAVULANIQUE", "125 mg"),
    ]
    assert box.components[0].substance.classes == ("pénicillines",)


def test_the_iodine_of_a_contrast_medium_is_not_what_acts_and_that_of_an_iodide_is(path: Path, tmp_path: Path) -> None:
    rows_ = COMPOSITIONS + (
        "60000005\tsolution\t9\tIOHEXOL\t64,7 g\t100 ml\tSA\t2\t\n60000005\tsolution\t9\tIODE\t30 g\t100 ml\tFT\t2\t\n"
        "60000005\tsolution\t9\tIODURE DE POTASSIUM\t85 mg\tun\tSA\t3\t\n"
        "60000005\tsolution\t9\tIODE\t65 mg\tun\tFT\t3\t\n"
    )
    write(path, [medicines_of(bdpm_in(tmp_path / "bdpm", CIS_COMPO_bdpm=rows_), TODAY)])
    box = ReferenceBase(path).speciality("60000005")
    assert box is not None
    assert [part.substance.key for part in box.components][1:] == ["IOHEXOL", "IODE"]


@pytest.mark.parametrize(
    "name", ["tramadol", "TRAMADOL (CHLORHYDRATE DE)", "chlorhydrate de tramadol", "Tramadol base"]
)
def test_a_substance_answers_to_all_its_salts(base: ReferenceBase, name: str) -> None:
    own = base.substance(name)
    assert own is not None
    assert own.key == "TRAMADOL"


def test_a_level_holds_under_its_condition(base: ReferenceBase) -> None:
    one, other = base.substance("aspirine"), base.substance("warfarine")
    assert one is not None
    assert other is not None
    for found in (base.interactions(one, other), base.interactions(other, one)):
        (interaction,) = found
        assert [(grade.level, grade.condition) for grade in interaction.grades] == [
            (Level.CONTRAINDICATED, "avec des doses anti-inflammatoires"),
            (Level.TO_CONSIDER, "avec des doses antiagrégantes"),
        ]
        assert interaction.source == "ANSM 10/2020"


def test_an_insulin_that_the_thesaurus_does_not_name_is_one_of_its_insulins(base: ReferenceBase) -> None:
    one, other = base.substance("insuline lente"), base.substance("tramadol")
    assert one is not None
    assert other is not None
    assert one.key == "INSULINE LENTE"
    assert len(base.interactions(one, other)) == 1


def test_codes_and_brands_find_their_box(base: ReferenceBase) -> None:
    for typed in ("60000001", "3474419", "3400934744198", "kardegic", "Kardegic 75"):
        found = base.find(typed)[0]
        assert not found.guess
        assert found.medicine == base.speciality("60000001")
    assert base.find("B01AA03")[0].medicine == base.substance("warfarine")
    assert base.find("9999999") == ()


def test_withdrawn_boxes_are_kept_and_marked(base: ReferenceBase) -> None:
    box = base.speciality("60000005")
    assert box is not None
    assert not box.marketed


def test_editions_say_their_month(base: ReferenceBase) -> None:
    assert [(e.source, e.month) for e in base.editions] == [("BDPM", "2019-11"), ("ANSM", "2020-10")]
    assert shown_month("2019-11") == "11/2019"
    assert is_old(Edition("ANSM", "2020-10"), TODAY)
    assert not is_old(Edition("ANSM", "2025-11"), TODAY)
    assert is_old(Edition("ANSM", "2025-10"), TODAY)
    assert is_old(Edition("ANSM", ""), TODAY)


def test_one_half_is_no_base_and_the_other_import_keeps_it(path: Path, tmp_path: Path) -> None:
    write(path, [medicines_of(bdpm_in(tmp_path / "bdpm"), TODAY)])
    assert official(path) is None
    write(path, [interactions_of(thesaurus_in(tmp_path / "t"), TODAY)])
    base = official(path)
    assert base is not None
    assert base.find("kardegic")[0].medicine.name.startswith("KARDEGIC")
    own = base.substance("warfarine")
    assert own is not None
    assert own.classes == ("anticoagulants oraux", "antivitamines K")


def test_without_an_index_the_thesaurus_own_lists_serve(path: Path, tmp_path: Path) -> None:
    half = interactions_of(thesaurus_in(tmp_path / "t", index=False), TODAY)
    write(path, [medicines_of(bdpm_in(tmp_path / "bdpm"), TODAY), half])
    base = official(path)
    assert base is not None
    own = base.substance("warfarine")
    assert own is not None
    assert own.classes == ("Anticoagulants oraux",)


@pytest.mark.parametrize(
    ("table", "text", "problem", "place"),
    [
        ("CIS_COMPO_bdpm", "60000001\tpoudre\n", TableProblem.COLUMNS, (1, "")),
        ("CIS_bdpm", SPECIALITIES.replace("60000002", "ABC", 1), TableProblem.VALUE, (2, "code CIS")),
        ("CIS_COMPO_bdpm", COMPOSITIONS.replace("\tFT\t1", "\tXX\t1"), TableProblem.VALUE, (3, "nature du composant")),
        ("CIS_CIP_bdpm", TABLES["CIS_CIP_bdpm"].replace("3474419", "1"), TableProblem.VALUE, (1, "code CIP7")),
        ("CIS_CPD_bdpm", "69999999\tliste I\n", TableProblem.UNKNOWN_CODE, (1, "code CIS")),
        ("CIS_GENER_bdpm", "\n\n", TableProblem.EMPTY, (0, "")),
    ],
)
def test_another_layout_is_named_by_file_line_and_column(
    tmp_path: Path, table: str, text: str, problem: TableProblem, place: tuple[int, str]
) -> None:
    with pytest.raises(TableError) as caught:
        medicines_of(bdpm_in(tmp_path / "bdpm", **{table: text}), TODAY)
    assert (caught.value.problem, caught.value.line, caught.value.column) == (problem, *place)
    assert caught.value.file == f"{table}.txt"


@pytest.mark.parametrize(
    ("rows", "problem", "column"),
    [
        ([], TableProblem.EMPTY, ""),
        ([{"main_drug": "A"}], TableProblem.COLUMNS, "plus_drug"),
        ([pair("A", "B", ("INCONNU", ""))], TableProblem.VALUE, "severity_levels.level"),
        ([pair("A", "B")], TableProblem.VALUE, "severity_levels"),
        (INDEX, TableProblem.COLUMNS, "main_drug"),
    ],
)
def test_what_is_no_thesaurus_is_refused(
    tmp_path: Path, rows: list[dict[str, object]], problem: TableProblem, column: str
) -> None:
    with pytest.raises(TableError) as caught:
        interactions_of(thesaurus_in(tmp_path / "t", rows), TODAY)
    assert (caught.value.problem, caught.value.column) == (problem, column)


def test_a_missing_table_and_two_editions_are_named(tmp_path: Path) -> None:
    directory = bdpm_in(tmp_path / "bdpm")
    (directory / "CIS_bdpm.2019.txt").write_text(SPECIALITIES)
    with pytest.raises(TableError) as caught:
        medicines_of(directory, TODAY)
    assert caught.value.problem is TableProblem.SEVERAL_FILES
    (directory / "CIS_bdpm.2019.txt").unlink()
    (directory / "CIS_CPD_bdpm.txt").unlink()
    with pytest.raises(TableError) as caught:
        medicines_of(directory, TODAY)
    assert (caught.value.problem, caught.value.file) == (TableProblem.NO_FILE, "CIS_CPD_bdpm.txt")


def test_a_refused_import_leaves_the_former_base(path: Path, tmp_path: Path) -> None:
    good = bdpm_in(tmp_path / "bdpm")
    assert run("import-medicines", good, "--reference", path).exit_code == 0
    before = path.read_bytes()
    bdpm_in(good, CIS_COMPO_bdpm="60000001\tpoudre\n")
    refused = run("import-medicines", good, "--reference", path)
    assert refused.exit_code == 1
    assert "CIS_COMPO_bdpm.txt, ligne 1" in refused.output
    assert "la base précédente reste en service" in refused.output
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


_KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
from dmp_tui.reference.importing import medicines_of
from dmp_tui.reference.writing import write
write(Path(sys.argv[1]), [medicines_of(Path(sys.argv[2]), date(2026, 11, 20))],
      lambda done, of: os.kill(os.getpid(), signal.SIGKILL))
"""


def test_a_killed_import_leaves_the_former_base_and_the_next_one_works(path: Path, tmp_path: Path) -> None:
    directory = bdpm_in(tmp_path / "bdpm")
    write(path, [medicines_of(directory, TODAY)])
    before = path.read_bytes()
    killed = subprocess.run([sys.executable, "-c", _KILLED, str(path), str(directory)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert path.read_bytes() == before
    write(path, [interactions_of(thesaurus_in(tmp_path / "t"), TODAY)])
    assert official(path) is not None


def test_two_imports_do_not_mix(path: Path, tmp_path: Path) -> None:
    half = medicines_of(bdpm_in(tmp_path / "bdpm"), TODAY)

    def second(_done: int, _of: int) -> None:
        with pytest.raises(ReferenceFault) as caught:
            write(path, [half])
        assert caught.value.problem is ReferenceProblem.BUSY

    write(path, [half], second)
    assert path.exists()


def test_a_damaged_or_foreign_file_is_named(path: Path, tmp_path: Path) -> None:
    path.write_bytes(os.urandom(4096))
    with pytest.raises(ReferenceFault) as caught:
        official(path)
    assert caught.value.problem is ReferenceProblem.DAMAGED
    path.unlink()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE meta (name TEXT, value TEXT)")
        database.execute("INSERT INTO meta VALUES ('schema', '99')")
    with pytest.raises(ReferenceFault) as caught:
        official(path)
    assert caught.value.problem is ReferenceProblem.OTHER_VERSION
    write(path, [medicines_of(bdpm_in(tmp_path / "bdpm"), TODAY)])
    assert ReferenceBase(path).editions[0].source == "BDPM"
    assert official(tmp_path / "nothing.db") is None


def test_commands_say_what_was_imported(path: Path, tmp_path: Path) -> None:
    first = run("import-medicines", bdpm_in(tmp_path / "bdpm"), "--reference", path, "--month", "2026-11")
    assert "5 spécialités importées : BDPM 11/2026." in first.output
    assert "jeu d'urgence reste en service" in first.output
    second = run("import-interactions", thesaurus_in(tmp_path / "t"), "--reference", path)
    assert "4 couples importés : ANSM 10/2020." in second.output
    assert "PAMPLEMOUSSE" in second.output
    assert "ANSM 10/2020 a plus d'un an" in second.output
    assert run("import-medicines", tmp_path / "bdpm", "--month", "2026-13").exit_code == 2


def _fault(reading: Callable[[], object]) -> str:
    """The file that a fault names; empty where the table is one."""
    try:
        reading()
    except TableError as error:
        return error.file
    return ""


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200), st.sampled_from(sorted(TABLES)))
def test_any_text_is_a_table_or_a_named_fault(text: str, table: str) -> None:
    texts = {name: (name, own) for name, own in (TABLES | {table: text}).items()}
    assert _fault(lambda: read_bdpm(texts)) in {"", table}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(THESAURUS[0])), inner, max_size=6)
        ),
        max_leaves=12,
    )
)
def test_any_json_is_a_thesaurus_or_a_named_fault(value: object) -> None:
    assert _fault(lambda: read_thesaurus(("t", json.dumps(value)), None, "ANSM")) in {"", "t"}
