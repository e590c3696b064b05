"""Any search string, of documents or of lists, is understood or refused: never an error that is no answer."""

from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.lists import DocumentList, ListKind
from dmp_tui.server import lists, search
from dmp_tui.server.outcomes import FhirError
from tests.dmp.fhir.test_documents import ENTRY

KEPT = DocumentList("l", "p", ListKind.FOLDER, ENTRY.date, ENTRY.submitted, (ENTRY.id,), ENTRY.authors, "1.2.3")
OTHERS = ["_sort", "_count", "_offset", "patient.identifier", "_include", "_revinclude", "status:missing"]
DATES = ["ge2026", "2026-02-30", "9999", "0000", "eb9999-12-31T23:59:59-14:00", "ge0001-01-01T00:00:00+14:00"]
values = st.text(max_size=12) | st.sampled_from([*DATES, "a|b", "|", "|b", "a|", ",", "%", "-1"])


def pairs(names: list[str]) -> st.SearchStrategy[list[tuple[str, str]]]:
    return st.lists(st.tuples(st.sampled_from(names), values), max_size=4)


MODIFIED = [f"{name}:{how}" for name in search.SEARCHED for how in ("missing", "not", "exact", "contains", "")]


@given(pairs([*search.SEARCHED, *MODIFIED, *OTHERS]))
def test_any_search_of_documents(asked: list[tuple[str, str]]) -> None:
    try:
        query = search.parse_query(urlencode(asked))
    except FhirError as error:
        assert error.status == 400  # noqa: PT017 - both outcomes are right
        return
    assert query.matches(ENTRY) in {True, False}


@given(pairs([*lists.SEARCHED, *OTHERS]))
def test_any_search_of_lists(asked: list[tuple[str, str]]) -> None:
    try:
        query = search.parse_query(urlencode(asked), lists._MATCHERS)
    except FhirError as error:
        assert error.status == 400  # noqa: PT017 - both outcomes are right
        return
    assert query.matches(KEPT) in {True, False}
