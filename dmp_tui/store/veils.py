"""Masked documents, kept from who may not see them by the statement that reads: no row of theirs is fetched or opened.

The rights (``dmp/rights.py``) decide all the same; this sees to it that "not there" and "not to be seen" run the same
statements and decrypt the same rows. A document is veiled while it is masked; its makers (authors, depositor, their
structures), the treating doctor and whoever the patient named see through, and so does an emergency access to which the
patient opened masked documents. A store written before the veils were kept has none: there, the rights alone decide.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from dmp_tui.dmp.documents import DocumentEntry


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who reads, for the veils."""

    actors: frozenset[str]
    """National ids: the professional's; a clerk's or a certificate's, and its structure's."""
    opened: str = ""
    """Id of the record whose masked documents are open to this emergency access; empty for none."""


VISIBLE = (
    "(d.patient_id = ? OR NOT EXISTS (SELECT 1 FROM veils AS v WHERE v.patient_id = d.patient_id"
    " AND v.document_id = d.document_id) OR EXISTS (SELECT 1 FROM veils AS v WHERE v.patient_id = d.patient_id"
    " AND v.document_id = d.document_id AND v.maker_key IN (?, ?)) OR EXISTS (SELECT 1 FROM full_readers AS f"
    " WHERE f.patient_id = d.patient_id AND f.reader_key IN (?, ?)))"
)
"""Condition on a row ``d`` of ``documents``, with the parameters of ``parameters_of``."""
_LISTED = "x.patient_id = l.patient_id AND x.list_id = l.list_id"
VISIBLE_LIST = (
    f"(NOT EXISTS (SELECT 1 FROM list_documents AS x WHERE {_LISTED}) OR EXISTS (SELECT 1 FROM list_documents AS x"  # noqa: S608 - constants
    f" JOIN documents AS d ON d.patient_id = x.patient_id AND d.document_id = x.document_id WHERE {_LISTED}"
    f" AND {VISIBLE}))"
)
"""Condition on a row ``l`` of ``lists``: one of its documents at least is visible."""
NOBODY = b""
"""Key of the row that every veil has, so that one of a document without makers is one too."""
_NO_KEY = b"\0"
"""Stands where there are fewer than two actors: unlike ``NOBODY``, it is in no row."""


def parameters_of(opened: str, keys: Iterable[bytes]) -> tuple[str | bytes, ...]:
    """The parameters of ``VISIBLE``; ``keys`` are the keyed hashes of at most two actors."""
    first, second = [*sorted(keys), _NO_KEY, _NO_KEY][:2]
    return (opened, first, second, first, second)


def makers_of(entry: DocumentEntry) -> frozenset[str]:
    """National ids that see through the veil of a document: its authors and depositor, and their structures."""
    people = (*entry.authors, entry.submitter)
    return frozenset({one.id for one in people} | {one.organisation for one in people}) - {""}
