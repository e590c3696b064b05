"""What ``dmp-tui check`` answers."""

import json
from datetime import date

import pytest

from dmp_tui.asking.checking import FOUND, NOTHING_FOUND, UNKNOWN_DRUG, USAGE, split, told, typed_of
from dmp_tui.dmp.identity import Sex
from dmp_tui.dmp.safety.typed import Typed
from tests.dmp.safety.bases import BASE

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("drugs", "typed", "code"),
    [
        (["ketamine"], Typed(age=40, sex=Sex.M), NOTHING_FOUND),
        (["amoxicilline"], Typed(allergies=["pénicillines"]), FOUND),
        (["metformine"], Typed(), FOUND),
        ([], Typed(), USAGE),
        (["ketamine", "etomidate", "propofol", "rocuronium", "midazolam", "sufentanil"], Typed(), USAGE),
        (["qqqqqqq"], Typed(), UNKNOWN_DRUG),
    ],
)
def test_exit_codes(drugs: list[str], typed: Typed, code: int) -> None:
    assert told(drugs, typed, BASE, TODAY).code == code
    assert told(drugs, typed, BASE, TODAY, as_json=True).code == code


def test_an_unknown_drug_has_no_verdict() -> None:
    found = told(["xxamoxilinexx", "ketamine"], Typed(), BASE, TODAY, as_json=True)
    assert json.loads(found.out)["verdict"] is None
    assert json.loads(found.out)["unknown"][0]["typed"] == "xxamoxilinexx"
    assert "Aucun verdict" in found.errors[0]


def test_lists_are_split_at_commas_that_are_no_decimal_ones() -> None:
    assert split(["COUMADINE 2,5 mg, aspirine", "aspirine"]) == ("COUMADINE 2,5 mg", "aspirine")


def test_options_become_what_is_known() -> None:
    found = typed_of({"taken": ("a,b",), "age": 40, "sex": "F", "dfg": 30.0, "pregnant": True, "weeks": None})
    assert (found.treatments, found.age, found.sex, found.dfg, found.pregnant) == (("a", "b"), 40, Sex.F, 30.0, True)
