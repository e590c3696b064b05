"""What is read from a store: the same on the event loop's connection and within a write."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlite_utils import Database

from dmp_tui.dmp.consents import Consent, Record
from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.entries import Entry
from dmp_tui.dmp.identity import BirthDate, Ins
from dmp_tui.dmp.lists import DocumentList
from dmp_tui.dmp.professions import Professional
from dmp_tui.store.account_reads import AccountReads
from dmp_tui.store.connection import rows
from dmp_tui.store.encoding import decode
from dmp_tui.store.keys import Keyring, Secrets
from dmp_tui.store.model import Authority
from dmp_tui.store.phonetic import phonetic_key
from dmp_tui.store.problems import StoreError, StoreProblem
from dmp_tui.store.register_reads import RegisterReads
from dmp_tui.store.sealing import place, unseal
from dmp_tui.store.veils import VISIBLE, VISIBLE_LIST, Eyes, parameters_of

OPEN = "open.2"
MASKED = "masked.2"
"""Variants of the sheet, and the form of their bytes: those of an earlier form are not found, and made anew."""
FOUND_AT_MOST = 50
"""Records that a search by traits gives at most."""
_PAGE = 500


def birth_number(birth: BirthDate | None) -> int:
    """A birth date as one integer, ``YYYYMMDD`` with zeros for what is not known; lunar dates as they are."""
    return birth.year * 10_000 + birth.month * 100 + birth.day if birth else 0


def decode_entries(encoded: bytes) -> tuple[Entry, ...]:
    """The statements of a document, as the store keeps them."""
    return decode(tuple[Entry, ...], encoded)


class Reads(RegisterReads, AccountReads):
    """Reads on one connection. Each is one or two statements on a local file: microseconds, no thread needed."""

    def __init__(self, database: Database, keyring: Keyring, secrets: Secrets) -> None:
        self._database = database
        self._keyring = keyring
        self._secrets = secrets

    def _rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return rows(self._database, sql, parameters)

    def _unseal(self, patient_id: str, kind: str, document_id: str, sealed: bytes) -> bytes:
        return unseal(self._keyring.patient(patient_id), sealed, place(patient_id, kind, document_id))

    # --- records ------------------------------------------------------------------------------------------------------

    def patient_by_ins(self, ins: Ins) -> Record | None:
        """The record of an INS, or None."""
        found = self._rows(
            "SELECT p.patient_id, p.sealed FROM ins_directory AS d JOIN patients AS p ON p.patient_id = d.patient_id"
            " WHERE d.ins_key = ?",
            self._secrets.blind("ins", ins.token),
        )
        return self._record(*found[0]) if found else None

    def patient(self, patient_id: str) -> Record | None:
        """The record of an id, or None."""
        found = self._rows("SELECT patient_id, sealed FROM patients WHERE patient_id = ?", patient_id)
        return self._record(*found[0]) if found else None

    def patients(self) -> Iterator[Record]:
        """All records, page by page; each page as records are then."""
        last = ""
        while found := self._rows(
            "SELECT patient_id, sealed FROM patients WHERE patient_id > ? ORDER BY patient_id LIMIT ?", last, _PAGE
        ):
            yield from (self._record(*row) for row in found)
            last = found[-1][0]

    def purged(self) -> set[str]:
        """Ids of the records that were destroyed."""
        return {found[0] for found in self._rows("SELECT patient_id FROM purged")}

    def _record(self, patient_id: str, sealed: bytes) -> Record:
        return decode(Record, self._unseal(patient_id, "record", "", sealed))

    def search_traits(self, family: str, given: str, birth: BirthDate) -> list[Record]:
        """Records of people whose names sound alike, born on ``birth``; by year where it has no month or day.

        A record whose own birth date is partial is found by the date's year. An empty ``given`` matches any. Sorted by
        names; at most ``FOUND_AT_MOST``.
        """
        name_key = self._secrets.blind("family", phonetic_key(family))
        year = birth.year * 10_000
        sql = (
            "SELECT p.patient_id, p.sealed FROM traits_index AS t JOIN patients AS p ON p.patient_id = t.patient_id"
            " WHERE t.name_key = ? AND {} {} ORDER BY t.patient_id LIMIT ?"
        )
        dates, bounds = "t.birth IN (?, ?, ?)", [birth_number(birth), year + birth.month * 100, year]
        if birth.partial:
            dates, bounds = "t.birth BETWEEN ? AND ?", [birth_number(birth), year + (birth.month or 99) * 100 + 99]
        names = [self._secrets.blind("given", phonetic_key(given))] if given else []
        found = self._rows(
            sql.format(dates, "AND t.given_key = ?" if names else ""), name_key, *bounds, *names, FOUND_AT_MOST
        )
        records = [self._record(*row) for row in found]
        return sorted(records, key=lambda record: (record.traits.family, record.traits.given, record.id))

    def summary(self, patient_id: str, masked: bool) -> bytes | None:
        """The stored sheet for unrestricted readers, with or without what is masked from professionals."""
        variant = MASKED if masked else OPEN
        found = self._rows("SELECT sealed FROM summaries WHERE patient_id = ? AND variant = ?", patient_id, variant)
        return self._unseal(patient_id, "summary", variant, found[0][0]) if found else None

    # --- documents ----------------------------------------------------------------------------------------------------

    def _through(self, eyes: Eyes | None, condition: str) -> tuple[str, tuple[str | bytes, ...]]:
        """The condition of a statement that reads for these eyes, and its parameters; none for the server's own."""
        if eyes is None:
            return "", ()
        return f" AND {condition}", parameters_of(eyes.opened, map(self._secrets.actor, eyes.actors))

    def veiled(self) -> bool:
        """Whether the veils of this store are kept: they are made once, when it is opened by this release."""
        return bool(self._rows("SELECT 1 FROM meta WHERE name = 'veiled'"))

    def documents(self, patient_id: str, eyes: Eyes | None = None) -> list[DocumentEntry]:
        """All documents of a record in every state, oldest deposit first. Who may see which is the rights' business.

        With ``eyes``, those that are veiled from them are not even fetched.
        """
        veil, seen = self._through(eyes, VISIBLE)
        found = self._rows(
            f"SELECT d.document_id, d.sealed FROM documents AS d WHERE d.patient_id = ?{veil}",  # noqa: S608 - constants
            *(patient_id, *seen),
        )
        entries = [
            decode(DocumentEntry, self._unseal(patient_id, "document", document_id, sealed))
            for document_id, sealed in found
        ]
        return sorted(entries, key=lambda entry: (entry.submitted, entry.id))

    def document(self, document_id: str, eyes: Eyes | None = None) -> DocumentEntry | None:
        """The metadata of a document, or None; also where it is veiled from ``eyes``."""
        veil, seen = self._through(eyes, VISIBLE)
        found = self._rows(
            "SELECT d.patient_id, d.sealed FROM document_directory AS i JOIN documents AS d"  # noqa: S608 - constants
            f" ON d.patient_id = i.patient_id AND d.document_id = i.document_id WHERE i.document_id = ?{veil}",
            *(document_id, *seen),
        )
        if not found:
            return None
        patient_id, sealed = found[0]
        return decode(DocumentEntry, self._unseal(patient_id, "document", document_id, sealed))

    def documents_of_unique_id(self, unique_id: str, eyes: Eyes | None = None) -> list[DocumentEntry]:
        """The documents that a producer gave this uniqueId, or whose ``urn:uuid:<logical id>`` it is."""
        veil, seen = self._through(eyes, VISIBLE)
        found = self._rows(
            "SELECT d.patient_id, d.document_id, d.sealed FROM unique_ids AS u JOIN documents AS d"  # noqa: S608 - constants
            " ON d.patient_id = u.patient_id AND d.document_id = u.document_id"
            f" WHERE u.unique_key = ?{veil} ORDER BY u.document_id",
            *(self._secrets.blind("unique", unique_id), *seen),
        )
        return [
            decode(DocumentEntry, self._unseal(patient_id, "document", document_id, sealed))
            for patient_id, document_id, sealed in found
        ]

    def lists(self, patient_id: str, eyes: Eyes | None = None) -> list[DocumentList]:
        """The submission sets and folders of a record, oldest first. Who may see which is the server's business.

        With ``eyes``, those of veiled documents only are not even fetched.
        """
        veil, seen = self._through(eyes, VISIBLE_LIST)
        found = self._rows(
            f"SELECT l.list_id, l.sealed FROM lists AS l WHERE l.patient_id = ?{veil}",  # noqa: S608 - constants
            *(patient_id, *seen),
        )
        kept = [decode(DocumentList, self._unseal(patient_id, "list", list_id, sealed)) for list_id, sealed in found]
        return sorted(kept, key=lambda one: (one.submitted, one.id))

    def list_of(self, list_id: str, eyes: Eyes | None = None) -> DocumentList | None:
        """One submission set or folder, or None; also where all its documents are veiled from ``eyes``."""
        veil, seen = self._through(eyes, VISIBLE_LIST)
        found = self._rows(
            "SELECT l.patient_id, l.sealed FROM list_directory AS i JOIN lists AS l"  # noqa: S608 - constants
            f" ON l.patient_id = i.patient_id AND l.list_id = i.list_id WHERE i.list_id = ?{veil}",
            *(list_id, *seen),
        )
        if not found:
            return None
        patient_id, sealed = found[0]
        return decode(DocumentList, self._unseal(patient_id, "list", list_id, sealed))

    def content(self, patient_id: str, document_id: str) -> bytes:
        """The bytes of a document, as they were deposited.

        Raises:
            StoreError: UNKNOWN_DOCUMENT, or DAMAGED.
        """
        found = self._rows(
            "SELECT sealed FROM contents WHERE patient_id = ? AND document_id = ?", patient_id, document_id
        )
        if not found:
            raise StoreError(StoreProblem.UNKNOWN_DOCUMENT)
        return self._unseal(patient_id, "content", document_id, found[0][0])

    def entries(self, patient_id: str) -> list[tuple[str, tuple[Entry, ...]]]:
        """``(document id, its statements)`` of every document of a record, by document id."""
        return [(document_id, decode_entries(encoded)) for document_id, encoded in self.encoded_entries(patient_id)]

    def encoded_entries(self, patient_id: str, eyes: Eyes | None = None) -> list[tuple[str, bytes]]:
        """The same for ``decode_entries``, which takes long and may be left to another process."""
        veil, seen = self._through(eyes, VISIBLE)
        found = self._rows(
            "SELECT e.document_id, e.sealed FROM entries AS e JOIN documents AS d"  # noqa: S608 - constants
            " ON d.patient_id = e.patient_id AND d.document_id = e.document_id"
            f" WHERE e.patient_id = ?{veil} ORDER BY e.document_id",
            *(patient_id, *seen),
        )
        return [
            (document_id, self._unseal(patient_id, "entries", document_id, sealed)) for document_id, sealed in found
        ]

    def versions(self, patient_id: str) -> tuple[object, ...]:
        """Versions of a record, its documents and its consents: equal as long as nothing of it was written."""
        return tuple(
            tuple(self._rows(f"SELECT {columns} FROM {table} WHERE patient_id = ? ORDER BY 1", patient_id))  # noqa: S608 - constants
            for table, columns in (
                ("patients", "version"),
                ("documents", "document_id, version"),
                ("consents", "consent_id, version"),
                ("lists", "list_id, version"),
            )
        )

    # --- consents and people ------------------------------------------------------------------------------------------

    def consents(self, patient_id: str) -> list[Consent]:
        """Authorisations and blocks of a record, ended ones too, oldest first."""
        return self._consents("SELECT patient_id, consent_id, sealed FROM consents WHERE patient_id = ?", patient_id)

    def consents_between(self, patient_id: str, actors: Iterable[str]) -> list[Consent]:
        """Those of a record's consents that name one of these professionals or structures, oldest first."""
        keys = [self._secrets.actor(actor) for actor in actors if actor]
        sql = "SELECT patient_id, consent_id, sealed FROM consents WHERE patient_id = ? AND actor_key IN ({})"
        return self._consents(sql.format(", ".join("?" * len(keys))), patient_id, *keys)

    def consents_of(self, actor: str) -> list[Consent]:
        """What all patients decided of one professional or structure, oldest first."""
        key = self._secrets.actor(actor)
        return self._consents("SELECT patient_id, consent_id, sealed FROM consents WHERE actor_key = ?", key)

    def consent(self, consent_id: str) -> Consent | None:
        """One consent, or None."""
        found = self._consents(
            "SELECT c.patient_id, c.consent_id, c.sealed FROM consent_directory AS i JOIN consents AS c"
            " ON c.patient_id = i.patient_id AND c.consent_id = i.consent_id WHERE i.consent_id = ?",
            consent_id,
        )
        return found[0] if found else None

    def _consents(self, sql: str, *parameters: str | bytes) -> list[Consent]:
        found = [
            decode(Consent, self._unseal(patient_id, "consent", consent_id, sealed))
            for patient_id, consent_id, sealed in self._rows(sql, *parameters)
        ]
        return sorted(found, key=lambda consent: (consent.start, consent.id))

    def professional(self, national_id: str) -> Professional | None:
        """What the server's directory says of a professional, or None."""
        key = self._secrets.blind("professional", national_id)
        found = self._rows("SELECT sealed FROM professionals WHERE professional_key = ?", key)
        if not found:
            return None
        return decode(Professional, unseal(self._secrets.people, found[0][0], place("", "professional", key.hex())))

    # --- trust --------------------------------------------------------------------------------------------------------

    def authorities(self) -> list[Authority]:
        """The card authorities that are trusted, in the order they were added."""
        found = self._rows("SELECT der, demonstration FROM authorities ORDER BY added, fingerprint")
        return [Authority(der, bool(demonstration)) for der, demonstration in found]

    def crls(self) -> list[bytes]:
        """The newest revocation list (DER) of each issuer."""
        return [der for (der,) in self._rows("SELECT der FROM crls ORDER BY issuer_key")]
