"""What the calendar asks, beside what a record holds."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.entries import Assertion, Coding, Entry, Kind, Mark, Status
from dmp_tui.dmp.identity import Sex, parse_birth_date
from dmp_tui.dmp.sheet.ages import Standing
from dmp_tui.dmp.sheet.merge import merge
from dmp_tui.dmp.sheet.model import Origin, Sheet
from dmp_tui.dmp.sheet.prevention import Vaccination, vaccinations
from dmp_tui.dmp.sheet.screenings import Found, Screening, screenings
from dmp_tui.dmp.sheet.vaccines import VALENCES, injections, other_lines, valences_of

TODAY = date(2026, 11, 22)
DOCUMENT = Origin("d1", Coding("http://loinc.org", "11369-6"), "Vaccinations", "2026-10-01", "Dr A")


def vaccine(label: str, start: str = "2016-05-10", **more: object) -> Entry:
    return Entry(Kind.VACCINATION, label, start=start, **more)  # type: ignore[arg-type]  # a test's short hand


def sheet(*entries: Entry) -> Sheet:
    return merge([(DOCUMENT, entry) for entry in entries])


def of(code: str, *entries: Entry, birth: str = "1979-03-28", sex: Sex = Sex.F, today: date = TODAY) -> Vaccination:
    held = vaccinations(sheet(*entries), parse_birth_date(birth), sex, today)
    return next((one for one in held if one.code == code), Vaccination(code, Standing.NOT_ASKED))


@pytest.mark.parametrize(
    ("label", "valences"),
    [
        ("REVAXIS", {"tetanus", "diphtheria", "polio"}),
        ("Repevax, suspension injectable", {"tetanus", "diphtheria", "polio", "pertussis"}),
        ("Boostrix Tetra", {"tetanus", "diphtheria", "polio", "pertussis"}),
        ("INFANRIX HEXA", {"tetanus", "diphtheria", "polio", "pertussis", "hib", "hepatitis-b"}),
        ("Rappel DTP", {"tetanus", "diphtheria", "polio"}),
        ("Vaccin antitétanique", {"tetanus"}),
        ("Vaccin contre le tétanos", {"tetanus"}),
        ("ROR 2e dose", {"measles"}),
        ("Vaccin hépatite A", set()),
        ("Vaccin contre l'hépatite B", {"hepatitis-b"}),
        ("NIMENRIX", {"meningococcus-acwy"}),
        ("Méningocoque ACWY", {"meningococcus-acwy"}),
        ("Méningocoque C", set()),
        ("VAXIGRIPTETRA 2026/2027", {"influenza"}),
        ("Covid-19 (Comirnaty)", {"covid"}),
        ("DTaP-anything", set()),
    ],
)
def test_what_a_vaccine_protects_from(label: str, valences: set[str]) -> None:
    [line] = sheet(vaccine(label)).topic(Kind.VACCINATION).lines
    assert valences_of(line) == valences


def test_by_atc_where_the_words_tell_nothing() -> None:
    coded = vaccine("Vaccin", codes=(Coding("http://www.whocc.no/atc", "J07CA02"),))
    [line] = sheet(coded).topic(Kind.VACCINATION).lines
    assert valences_of(line) == {"tetanus", "diphtheria", "polio", "pertussis"}


def test_only_an_injection_counts() -> None:
    held = sheet(
        vaccine("REVAXIS", "2016-05-10"),
        vaccine("REVAXIS", "2026-05-10", marks=frozenset({Mark.PRESCRIBED})),
        vaccine("REVAXIS", "2026-06-10", marks=frozenset({Mark.REIMBURSED})),
        vaccine("REVAXIS", "2026-12-10", status=Status.PLANNED),
        vaccine("REVAXIS", "2026-07-10", assertion=Assertion.NEGATED),
    )
    assert [one.date for one in injections(held)["tetanus"]] == ["2016-05-10"]


def test_what_is_of_no_known_valence_is_kept_apart() -> None:
    assert [line.label for line in other_lines(sheet(vaccine("Vaccin X"), vaccine("REVAXIS")))] == ["Vaccin X"]


@pytest.mark.parametrize(
    ("birth", "last", "standing", "since", "next_"),
    [
        ("1979-03-28", "2016-05-10", Standing.DUE, "2024-03-28", ""),
        ("1979-03-28", "2019-03-29", Standing.UP_TO_DATE, "", "2044-03-28"),
        ("1979-03-28", "2024-04-01", Standing.UP_TO_DATE, "", "2044-03-28"),
        ("1979-03-28", "1990", Standing.DUE, "2004-03-28", ""),
        ("1949-11-20", "2024-12-01", Standing.UP_TO_DATE, "", "2034-11-20"),
        ("1949-11-20", "2012-01-01", Standing.DUE, "2024-11-20", ""),
        ("2000-02-29", "", Standing.NOT_FOUND, "2025-03-01", ""),
    ],
)
def test_the_adults_booster(birth: str, last: str, standing: Standing, since: str, next_: str) -> None:
    one = of("dtp", *([vaccine("REVAXIS", last)] if last else []), birth=birth)
    assert (one.standing, one.since, one.next) == (standing, since, next_)


@pytest.mark.parametrize(
    ("birth", "doses", "standing"),
    [
        ("2026-09-30", 0, Standing.NOT_ASKED),
        ("2026-05-01", 1, Standing.DUE),
        ("2026-05-01", 2, Standing.UP_TO_DATE),
        ("2024-05-01", 3, Standing.UP_TO_DATE),
        ("2018-05-01", 3, Standing.DUE),
        ("2018-05-01", 0, Standing.NOT_FOUND),
    ],
)
def test_the_childs_doses_are_counted(birth: str, doses: int, standing: Standing) -> None:
    entries = [vaccine("HEXYON", f"20{20 + n}-06-01") for n in range(doses)]
    assert of("dtp", *entries, birth=birth).standing is standing


def test_two_doses_of_measles_for_who_was_born_since_1980() -> None:
    one, two = vaccine("PRIORIX", "1991-05-01"), vaccine("PRIORIX", "1995-05-01")
    assert of("measles", one, birth="1990-01-01").standing is Standing.DUE
    assert of("measles", one, two, birth="1990-01-01").standing is Standing.UP_TO_DATE
    assert of("measles", birth="1990-01-01").standing is Standing.NOT_FOUND
    assert of("measles", birth="1979-12-31").standing is Standing.NOT_ASKED


@pytest.mark.parametrize(
    ("code", "labels", "standing"),
    [
        ("pneumococcus", ("PREVENAR 13", "PNEUMOVAX"), Standing.DUE),
        ("pneumococcus", ("Vaccin pneumococcique",), Standing.DUE),
        ("pneumococcus", ("PNEUMOVAX", "Prevenar 20"), Standing.UP_TO_DATE),
        ("pneumococcus", ("Vaccin pneumococcique conjugué 20-valent",), Standing.UP_TO_DATE),
        ("pneumococcus", ("Capvaxive",), Standing.UP_TO_DATE),
        ("pneumococcus", ("Prevenar 2013",), Standing.DUE),
        ("pneumococcus", ("Vaccin pneumococcique 23-valent",), Standing.DUE),
        ("pneumococcus", (), Standing.NOT_FOUND),
        ("zoster", ("ZOSTAVAX", "SHINGRIX"), Standing.DUE),
        ("zoster", ("ZOSTAVAX",), Standing.DUE),
        ("zoster", ("SHINGRIX", "Shingrix, 2e dose"), Standing.UP_TO_DATE),
    ],
)
def test_a_vaccine_of_another_sort_completes_nothing(code: str, labels: tuple[str, ...], standing: Standing) -> None:
    entries = [vaccine(label, f"{2020 + n}-05-01") for n, label in enumerate(labels)]
    assert of(code, *entries, birth="1950-01-01").standing is standing


def test_a_pneumococcal_dose_of_childhood_is_none_of_an_adult() -> None:
    in_childhood, grown = vaccine("PREVENAR 20", "1955-01-01"), vaccine("PREVENAR 20", "1968-01-01")
    assert of("pneumococcus", in_childhood, birth="1950-01-01").standing is Standing.DUE
    assert of("pneumococcus", grown, birth="1950-01-01").standing is Standing.UP_TO_DATE


RUNNING = Entry(Kind.PREGNANCY, "Grossesse en cours", noted="2026-10-01")


def term(weeks: int, days: int = 0, today: date = TODAY, label: str = "Date prévue d'accouchement") -> Entry:
    """The term of a pregnancy that is so old today."""
    return Entry(Kind.PREGNANCY, label, value=(today + timedelta(weeks=41 - weeks, days=-days)).isoformat())


@pytest.mark.parametrize(
    ("weeks", "days", "standing"),
    [
        (31, 6, Standing.NOT_ASKED),
        (32, 0, Standing.NOT_FOUND),
        (36, 6, Standing.NOT_FOUND),
        (37, 0, Standing.NOT_ASKED),
    ],
)
def test_rsv_is_asked_from_32_to_36_weeks(weeks: int, days: int, standing: Standing) -> None:
    found = of("rsv", RUNNING, term(weeks, days), birth="1995-01-01")
    assert found.standing is standing
    period = (TODAY - timedelta(weeks=weeks, days=days)).isoformat()
    told = Entry(Kind.PREGNANCY, "Date des dernières règles", value=period)
    assert of("rsv", RUNNING, told, birth="1995-01-01").standing is standing


@pytest.mark.parametrize(("month", "asked"), [(8, False), (9, True), (12, True), (1, True), (2, False)])
def test_rsv_in_pregnancy_has_its_season(month: int, asked: bool) -> None:
    today = date(2026, month, 15)
    found = of("rsv", RUNNING, term(34, today=today), birth="1995-01-01", today=today)
    assert found.standing is (Standing.NOT_FOUND if asked else Standing.NOT_ASKED)


def test_rsv_of_a_pregnancy_that_tells_no_weeks_is_not_judged() -> None:
    month_only = Entry(Kind.PREGNANCY, "Date prévue d'accouchement", value="2027-01")
    for told in ([RUNNING], [RUNNING, month_only], [term(34), term(20, label="Terme : accouchement")]):
        assert of("rsv", *told, birth="1995-01-01").standing is Standing.NOT_ASKED


def test_rsv_once_given_in_pregnancy() -> None:
    now, before = vaccine("ABRYSVO", "2026-11-10"), vaccine("ABRYSVO", "2024-11-10")
    assert of("rsv", RUNNING, term(34), now, birth="1995-01-01").standing is Standing.UP_TO_DATE
    shown = of("rsv", RUNNING, term(34), before, birth="1995-01-01")
    assert (shown.standing, len(shown.given)) == (Standing.NOT_ASKED, 1)


def test_meningococci_of_infants_born_since_2025() -> None:
    for code in ("meningococcus-acwy", "meningococcus-b"):
        assert of(code, birth="2025-01-01").standing is Standing.NOT_FOUND
        assert of(code, birth="2024-12-31").standing is Standing.NOT_ASKED


def test_a_dose_of_which_only_the_birth_year_is_told_counts() -> None:
    doses = (vaccine("BEXSERO", "2025"), vaccine("BEXSERO", "2025-11-02"), vaccine("BEXSERO", "2026-06-03"))
    assert of("meningococcus-b", *doses, birth="2025-06-01").standing is Standing.UP_TO_DATE


def test_influenza_is_asked_each_autumn_from_65() -> None:
    last_year, this_year = vaccine("VAXIGRIP", "2025-10-20"), vaccine("EFLUELDA", "2026-10-20")
    assert of("influenza", last_year, birth="1950-01-01").standing is Standing.DUE
    assert of("influenza", this_year, birth="1950-01-01").standing is Standing.UP_TO_DATE
    summer = date(2026, 7, 1)
    assert of("influenza", last_year, birth="1950-01-01", today=summer).standing is Standing.UP_TO_DATE
    assert of("influenza", last_year, birth="1990-01-01").standing is Standing.NOT_ASKED


def test_pregnancy_asks_for_pertussis_and_influenza() -> None:
    pregnant = Entry(Kind.PREGNANCY, "Grossesse en cours", noted="2026-10-01")
    old = vaccine("REPEVAX", "2019-01-01")
    assert of("pertussis", pregnant, old, birth="1995-01-01").standing is Standing.DUE
    assert (
        of("pertussis", pregnant, vaccine("REPEVAX", "2026-10-01"), birth="1995-01-01").standing is Standing.UP_TO_DATE
    )
    assert of("influenza", pregnant, birth="1995-01-01").why == "pregnancy"


def test_without_a_birth_date_nothing_is_judged() -> None:
    held = vaccinations(sheet(vaccine("REVAXIS")), None, Sex.F, TODAY)
    assert {one.standing for one in held} == {Standing.UNKNOWN}


@given(st.dates(date(1920, 1, 1), TODAY), st.lists(st.dates(date(1920, 1, 1), TODAY), max_size=6), st.sampled_from(Sex))
def test_another_injection_never_makes_it_worse(birth: date, days: list[date], sex: Sex) -> None:
    order = [Standing.UP_TO_DATE, Standing.DUE, Standing.NOT_FOUND]
    born = parse_birth_date(birth.isoformat())
    given_ = [vaccine("HEXYON", day.isoformat()) for day in days]
    before = {one.code: one for one in vaccinations(sheet(*given_), born, sex, TODAY)}
    after = {one.code: one for one in vaccinations(sheet(*given_, vaccine("HEXYON", "2026-11-22")), born, sex, TODAY)}
    for code, one in before.items():
        if one.standing in order:
            assert order.index(after[code].standing) <= order.index(one.standing)


def test_every_valence_has_a_line_or_none_at_all() -> None:
    held = vaccinations(sheet(), parse_birth_date("1950-01-01"), Sex.M, TODAY)
    assert held[0].code == "dtp"
    assert {one.code for one in held} - {"dtp"} <= set(VALENCES)


# --- screening


def screened(code: str, *entries: Entry, birth: str, sex: Sex = Sex.F, documents: tuple[Found, ...] = ()) -> Screening:
    held = screenings(sheet(*entries), parse_birth_date(birth), sex, TODAY, documents)
    return next((one for one in held if one.code == code), Screening(code, Standing.NOT_ASKED))


def test_an_examination_that_is_only_planned_is_not_done() -> None:
    planned = Entry(Kind.PROCEDURE, "Mammographie", start="2027-01-05", status=Status.PLANNED)
    assert screened("breast", planned, birth="1970-01-01").standing is Standing.NOT_FOUND


def test_a_programme_is_asked_by_age_and_sex() -> None:
    assert screened("breast", birth="1970-01-01").standing is Standing.NOT_FOUND
    assert screened("breast", birth="1990-01-01").standing is Standing.NOT_ASKED
    assert screened("breast", birth="1970-01-01", sex=Sex.M).standing is Standing.NOT_ASKED
    assert screened("breast", birth="1970-01-01", sex=Sex.U).standing is Standing.UNKNOWN
    assert screened("cervix", birth="1990-01-01").every == 5
    assert screened("cervix", birth="1999-01-01").every == 3


def test_the_last_one_found_decides() -> None:
    done = Entry(Kind.PROCEDURE, "Mammographie de dépistage", start="2025-03-01")
    assert screened("breast", done, birth="1970-01-01").standing is Standing.UP_TO_DATE
    assert screened("breast", replace(done, start="2024-03-01"), birth="1970-01-01").standing is Standing.DUE
    title = Found("Mammographie bilatérale", "2025-06-01", document="d9")
    one = screened("breast", replace(done, start="2024-03-01"), birth="1970-01-01", documents=(title,))
    assert (one.standing, one.next, [found.date for found in one.found]) == (
        Standing.UP_TO_DATE, "2027-06-01", ["2025-06-01", "2024-03-01"],
    )  # fmt: skip


def test_a_colonoscopy_holds_for_five_years() -> None:
    done = Entry(Kind.PROCEDURE, "Coloscopie totale", start="2022-03-01")
    assert screened("colorectal", done, birth="1970-01-01").standing is Standing.UP_TO_DATE
    test = Entry(
        Kind.RESULT, "Test immunologique de recherche de sang dans les selles", noted="2022-03-01", value="négatif"
    )
    assert screened("colorectal", test, birth="1970-01-01").standing is Standing.DUE


def test_a_vaccine_is_no_screening() -> None:
    assert screened("cervix", Entry(Kind.PROCEDURE, "Vaccin HPV, test"), birth="1990-01-01").found == ()


def test_a_smear_holds_for_three_years_and_an_hpv_test_for_five() -> None:
    smear = Entry(Kind.PROCEDURE, "Frottis cervico-utérin", start="2022-06-01")
    assert screened("cervix", smear, birth="1990-01-01").standing is Standing.DUE
    test = Entry(Kind.RESULT, "Recherche de papillomavirus (HPV-HR)", noted="2022-06-01", value="négatif")
    assert screened("cervix", test, birth="1990-01-01").standing is Standing.UP_TO_DATE


@pytest.mark.parametrize(("birth", "asked"), [("1976-11-22", True), ("1976-11-23", False), ("1951-11-23", True)])
def test_a_programme_begins_on_the_birthday_and_ends_before_one(birth: str, asked: bool) -> None:
    assert (screened("colorectal", birth=birth).standing is Standing.NOT_FOUND) is asked


@given(st.dates(date(1920, 1, 1), date(2026, 1, 1)), st.integers(0, 106))
def test_who_has_a_birthday_is_judged_by_the_new_age(birth: date, years: int) -> None:
    try:
        today = birth.replace(year=birth.year + years)
    except ValueError:
        today = date(birth.year + years, 3, 1)
    held = screenings(sheet(), parse_birth_date(birth.isoformat()), Sex.M, today)
    assert bool(held) is (50 <= years <= 74)


@pytest.mark.parametrize(
    ("code", "label"),
    [("cervix", "Hystérectomie totale"), ("breast", "Mastectomie gauche"), ("colorectal", "Hémicolectomie droite")],
)
def test_an_operation_is_noted_and_dismisses_nothing(code: str, label: str) -> None:
    done = Entry(Kind.PROCEDURE, label, start="2015-03-01")
    one = screened(code, done, birth="1970-01-01")
    assert ([line.label for line in one.surgery], one.standing) == ([label], Standing.NOT_FOUND)
    for other in (replace(done, assertion=Assertion.NEGATED), replace(done, status=Status.PLANNED)):
        assert screened(code, other, birth="1970-01-01").surgery == ()


PREGNANT = Entry(Kind.PREGNANCY, "Grossesse en cours", start="2026-08-01")


def test_a_live_vaccine_is_asked_after_the_pregnancy() -> None:
    one = of("measles", PREGNANT, birth="1994-06-03")
    assert (one.standing, one.why) == (Standing.LATER, "pregnancy")
    assert of("measles", PREGNANT, vaccine("ROR"), birth="1994-06-03").standing is Standing.LATER
    assert of("measles", birth="1994-06-03").standing is Standing.NOT_FOUND
    done = (vaccine("ROR", "1996-05-10"), vaccine("ROR", "1998-05-10"))
    assert of("measles", PREGNANT, *done, birth="1994-06-03").standing is Standing.UP_TO_DATE


@pytest.mark.parametrize(
    "label",
    ["Prevenar 20/05/2014", "PREVENAR 20.05.14", "Prevenar 20 05 2014", "Prevenar 20 mai 2014", "Prevenar 20/05"],
)
def test_a_date_behind_a_name_is_no_number_of_valences(label: str) -> None:
    assert of("pneumococcus", vaccine(label, "2014-05-20"), birth="1949-11-20").standing is Standing.DUE


@pytest.mark.parametrize("label", ["Prevenar 20", "PREVENAR 20 (20/05/2024)", "Prevenar 20 le 3 mai 2024"])
def test_a_vaccine_of_twenty_valences_counts_whatever_date_follows(label: str) -> None:
    assert of("pneumococcus", vaccine(label, "2024-05-20"), birth="1949-11-20").standing is Standing.UP_TO_DATE
