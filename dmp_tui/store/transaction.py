"""What is written to a store, within one transaction of its writer thread."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlite_utils import Database

from dmp_tui.dmp.accounts import Account
from dmp_tui.dmp.consents import Consent, Record
from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.entries import Entry
from dmp_tui.dmp.lists import DocumentList
from dmp_tui.dmp.professions import Professional
from dmp_tui.store.encoding import encode, microseconds
from dmp_tui.store.keys import Keyring, Secrets
from dmp_tui.store.model import Authority, Clock, StoreKind
from dmp_tui.store.notice_writes import NoticeWrites
from dmp_tui.store.phonetic import phonetic_key, phonetic_keys
from dmp_tui.store.problems import StoreError, StoreProblem
from dmp_tui.store.reads import MASKED, OPEN, birth_number
from dmp_tui.store.sealing import place, seal
from dmp_tui.store.trust import is_issued_by, read_authority, read_crl
from dmp_tui.store.veils import NOBODY, makers_of

_OF_A_PATIENT = (
    "patient_accounts",
    "notices",
    "veils",
    "full_readers",
    "list_documents",
    "ins_directory",
    "traits_index",
    "unique_ids",
    "document_directory",
    "list_directory",
    "consent_directory",
    "summaries",
    "contents",
    "entries",
    "documents",
    "lists",
    "consents",
    "patients",
)


class Transaction(NoticeWrites):
    """Reads and writes of one work. It is used in the writer thread, during that work only."""

    def __init__(self, database: Database, keyring: Keyring, secrets: Secrets, kind: StoreKind, clock: Clock) -> None:
        super().__init__(database, keyring, secrets, clock)
        self._kind = kind
        self.changed = False
        """Whether something else than the trail was written since this was last reset."""

    def _seal(self, patient_id: str, kind: str, document_id: str, content: bytes) -> bytes:
        return seal(self._keyring.patient(patient_id), content, place(patient_id, kind, document_id))

    def _change(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        self.changed = True
        return self._rows(sql, *parameters)

    def _create(self, sql: str, *parameters: Any) -> None:
        """Inserts a row; ``sql`` ends in ON CONFLICT DO NOTHING RETURNING."""
        if not self._change(sql, *parameters):
            raise StoreError(StoreProblem.CONFLICT)

    def _replace(self, sql: str, *parameters: Any) -> None:
        """Updates the row of a version; ``sql`` ends in RETURNING."""
        if not self._change(sql, *parameters):
            raise StoreError(StoreProblem.STALE)

    # --- records ------------------------------------------------------------------------------------------------------

    def put_patient(self, record: Record) -> Record:
        """Creates a record, or replaces the one of its id; gives it with its stored version.

        ``record.version`` is, for a record that exists, the version that was read: the stored one is one more.

        Raises:
            StoreError: CONFLICT (its INS is another record's), STALE.
        """
        before = self.patient(record.id)
        if before is None:
            self._keyring.make_patient(record.id, microseconds(self._clock()))
            stored = record
            self._create(
                "INSERT INTO patients (patient_id, version, sealed) VALUES (?, ?, ?)"
                " ON CONFLICT (patient_id) DO NOTHING RETURNING patient_id",
                *(record.id, stored.version, self._seal(record.id, "record", "", encode(Record, stored))),
            )
        else:
            stored = replace(record, version=record.version + 1)
            self._replace(
                "UPDATE patients SET version = ?, sealed = ? WHERE patient_id = ? AND version = ? RETURNING patient_id",
                *(stored.version, self._seal(record.id, "record", "", encode(Record, stored))),
                *(record.id, record.version),
            )
        if before is None or before.ins != record.ins:
            self._change("DELETE FROM ins_directory WHERE patient_id = ?", record.id)
            self._create(
                "INSERT INTO ins_directory (ins_key, patient_id) VALUES (?, ?)"
                " ON CONFLICT (ins_key) DO NOTHING RETURNING patient_id",
                *(self._secrets.blind("ins", record.ins.token), record.id),
            )
        if before is None or before.traits != record.traits:
            self._index_traits(record)
        if before is None or _full_readers(before) != _full_readers(record):
            self._keep_full_readers(record)
        return stored

    def _keep_full_readers(self, record: Record) -> None:
        self._change("DELETE FROM full_readers WHERE patient_id = ?", record.id)
        for reader in sorted(_full_readers(record)):
            self._change(
                "INSERT INTO full_readers (patient_id, reader_key) VALUES (?, ?)",
                *(record.id, self._secrets.actor(reader)),
            )

    def _index_traits(self, record: Record) -> None:
        self._change("DELETE FROM traits_index WHERE patient_id = ?", record.id)
        given = self._secrets.blind("given", phonetic_key(record.traits.given))
        for key in phonetic_keys(record.traits.family):
            self._change(
                "INSERT INTO traits_index (name_key, birth, patient_id, given_key) VALUES (?, ?, ?, ?)",
                *(self._secrets.blind("family", key), birth_number(record.traits.birth), record.id, given),
            )

    def put_summary(self, patient_id: str, open: bytes, masked: bytes) -> None:  # noqa: A002 - the seam's own name
        """Keeps both variants of the sheet: without, and with what is masked from professionals."""
        for variant, content in ((OPEN, open), (MASKED, masked)):
            self._change(
                "INSERT INTO summaries (patient_id, variant, sealed) VALUES (?, ?, ?)"
                " ON CONFLICT (patient_id, variant) DO UPDATE SET sealed = excluded.sealed",
                *(patient_id, variant, self._seal(patient_id, "summary", variant, content)),
            )

    # --- documents ----------------------------------------------------------------------------------------------------

    def put_document(self, entry: DocumentEntry, content: bytes, entries: Sequence[Entry]) -> None:
        """Keeps a new document: its metadata, its bytes and the statements read in it.

        Raises:
            StoreError: CONFLICT (its id exists), KEY_DESTROYED (its patient does not).
        """
        key = (entry.patient_id, entry.id)
        self._create(
            "INSERT INTO document_directory (document_id, patient_id) VALUES (?, ?)"
            " ON CONFLICT (document_id) DO NOTHING RETURNING patient_id",
            *(entry.id, entry.patient_id),
        )
        self._change(
            "INSERT INTO documents (patient_id, document_id, version, sealed) VALUES (?, ?, ?, ?)",
            *(*key, entry.version, self._seal(entry.patient_id, "document", entry.id, encode(DocumentEntry, entry))),
        )
        for name in {entry.unique_id, f"urn:uuid:{entry.logical_id}"} - {"", "urn:uuid:"}:
            self._change(
                "INSERT INTO unique_ids (unique_key, document_id, patient_id) VALUES (?, ?, ?)",
                *(self._secrets.blind("unique", name), entry.id, entry.patient_id),
            )
        self._veil(entry)
        statements = encode(tuple[Entry, ...], tuple(entries))
        for table, kind, plain in (("contents", "content", content), ("entries", "entries", statements)):
            self._change(
                f"INSERT INTO {table} (patient_id, document_id, sealed) VALUES (?, ?, ?)",  # noqa: S608 - constants
                *(*key, self._seal(entry.patient_id, kind, entry.id, plain)),
            )

    def update_document(self, entry: DocumentEntry) -> DocumentEntry:
        """Replaces a document's metadata; gives them with their stored version.

        ``entry.version`` is the version that was read: the stored one is one more.

        Raises:
            StoreError: STALE.
        """
        stored = replace(entry, version=entry.version + 1)
        sealed = self._seal(entry.patient_id, "document", entry.id, encode(DocumentEntry, stored))
        self._replace(
            "UPDATE documents SET version = ?, sealed = ? WHERE patient_id = ? AND document_id = ? AND version = ?"
            " RETURNING document_id",
            *(stored.version, sealed, entry.patient_id, entry.id, entry.version),
        )
        self._veil(entry)
        return stored

    def _veil(self, entry: DocumentEntry) -> None:
        """Keeps the veil of a document as its flags are: one row for nobody, one for each who sees through."""
        self._change("DELETE FROM veils WHERE patient_id = ? AND document_id = ?", entry.patient_id, entry.id)
        if entry.masked:
            for key in sorted({NOBODY, *(self._secrets.actor(maker) for maker in makers_of(entry))}):
                self._change(
                    "INSERT INTO veils (patient_id, document_id, maker_key) VALUES (?, ?, ?)",
                    *(entry.patient_id, entry.id, key),
                )

    def _hold(self, kept: DocumentList) -> None:
        """Keeps which documents a list holds, so that one of veiled documents only is not fetched."""
        self._change("DELETE FROM list_documents WHERE patient_id = ? AND list_id = ?", kept.patient_id, kept.id)
        for document_id in dict.fromkeys(kept.documents):
            self._change(
                "INSERT INTO list_documents (patient_id, list_id, document_id) VALUES (?, ?, ?)",
                *(kept.patient_id, kept.id, document_id),
            )

    def veil_all(self) -> None:
        """Makes the veils of a store that was written before they were kept; ``meta`` says that it was done."""
        for record in self.patients():
            self._keep_full_readers(record)
            for document in self.documents(record.id):
                self._veil(document)
            for kept in self.lists(record.id):
                self._hold(kept)
        self._change("INSERT INTO meta (name, value) VALUES ('veiled', '1')")

    def put_list(self, kept: DocumentList) -> DocumentList:
        """Keeps a new list of documents, or replaces the one of its id; gives it with its stored version.

        ``kept.version`` is, for one that exists, the version that was read: the stored one is one more.

        Raises:
            StoreError: STALE.
        """
        self._hold(kept)
        if self.list_of(kept.id) is None:
            self._create(
                "INSERT INTO list_directory (list_id, patient_id) VALUES (?, ?)"
                " ON CONFLICT (list_id) DO NOTHING RETURNING list_id",
                *(kept.id, kept.patient_id),
            )
            self._change(
                "INSERT INTO lists (patient_id, list_id, version, sealed) VALUES (?, ?, ?, ?)",
                *(kept.patient_id, kept.id, kept.version),
                self._seal(kept.patient_id, "list", kept.id, encode(DocumentList, kept)),
            )
            return kept
        stored = replace(kept, version=kept.version + 1)
        self._replace(
            "UPDATE lists SET version = ?, sealed = ? WHERE patient_id = ? AND list_id = ? AND version = ?"
            " RETURNING list_id",
            *(stored.version, self._seal(kept.patient_id, "list", kept.id, encode(DocumentList, stored))),
            *(kept.patient_id, kept.id, kept.version),
        )
        return stored

    # --- destruction --------------------------------------------------------------------------------------------------

    def purge(self, patient_id: str) -> None:
        """Removes all of a record but its rows in the trail, and keeps its id in the purge list.

        Its key is destroyed by ``settle_purges``, once this is durable.
        """
        # patients last: the others refer to it.
        for table in _OF_A_PATIENT:
            self._change(f"DELETE FROM {table} WHERE patient_id = ?", patient_id)  # noqa: S608 - constants
        self._change(
            "INSERT INTO purged (patient_id, at) VALUES (?, ?) ON CONFLICT (patient_id) DO NOTHING",
            *(patient_id, microseconds(self._clock())),
        )

    def settle_purges(self) -> list[str]:
        """Finishes what the purge lists of both files ask; the ids of which something was still there.

        A purge may have been interrupted between the two files, and either may come from a backup made before it.
        """
        purged, destroyed = self.purged(), self._keyring.destroyed()
        for patient_id in destroyed - purged:
            self.purge(patient_id)
        self._keyring.destroy(sorted(purged - destroyed), microseconds(self._clock()))
        return sorted(purged ^ destroyed)

    def overwrite_keys(self) -> bool:
        """Writes over what was deleted of the keys; False where a reader still holds the log of their file."""
        return self._keyring.overwrite()

    # --- consents and people ------------------------------------------------------------------------------------------

    def put_consent(self, consent: Consent) -> Consent:
        """Keeps a new consent, or replaces the one of its id; gives it with its stored version.

        ``consent.version`` is, for one that exists, the version that was read: the stored one is one more.

        Raises:
            StoreError: STALE.
        """
        before = self.consent(consent.id)
        actor = self._secrets.actor(consent.actor)
        if before is None:
            self._create(
                "INSERT INTO consent_directory (consent_id, patient_id) VALUES (?, ?)"
                " ON CONFLICT (consent_id) DO NOTHING RETURNING consent_id",
                *(consent.id, consent.patient_id),
            )
            sealed = self._seal(consent.patient_id, "consent", consent.id, encode(Consent, consent))
            self._change(
                "INSERT INTO consents (patient_id, consent_id, actor_key, version, sealed) VALUES (?, ?, ?, ?, ?)",
                *(consent.patient_id, consent.id, actor, consent.version, sealed),
            )
            return consent
        stored = replace(consent, version=consent.version + 1)
        sealed = self._seal(consent.patient_id, "consent", consent.id, encode(Consent, stored))
        self._replace(
            "UPDATE consents SET actor_key = ?, version = ?, sealed = ?"
            " WHERE patient_id = ? AND consent_id = ? AND version = ? RETURNING consent_id",
            *(actor, stored.version, sealed, consent.patient_id, consent.id, consent.version),
        )
        return stored

    def put_account(self, account: Account) -> Account:
        """Keeps a new account of a patient, or replaces the one of its id; gives it with its stored version.

        ``account.version`` is, for one that exists, the version that was read: the stored one is one more.

        Raises:
            StoreError: CONFLICT (its login is another's), STALE.
        """
        known = self._rows("SELECT 1 FROM patient_accounts WHERE account_id = ?", account.id)
        stored = replace(account, version=account.version + 1) if known else account
        login, activation = self._secrets.blind("login", account.login), account.activation or None
        sealed = self._seal(account.patient_id, "account", account.id, encode(Account, stored))
        if not known:
            self._create(
                "INSERT INTO patient_accounts (patient_id, account_id, login_key, activation_key, version, sealed)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (login_key) DO NOTHING RETURNING account_id",
                *(account.patient_id, account.id, login, activation, stored.version, sealed),
            )
            return stored
        self._replace(
            "UPDATE patient_accounts SET activation_key = ?, version = ?, sealed = ?"
            " WHERE patient_id = ? AND account_id = ? AND version = ? RETURNING account_id",
            *(activation, stored.version, sealed, account.patient_id, account.id, account.version),
        )
        return stored

    def put_professional(self, professional: Professional) -> None:
        """Keeps what the directory says of a professional, instead of what it said."""
        key = self._secrets.blind("professional", professional.id)
        sealed = seal(self._secrets.people, encode(Professional, professional), place("", "professional", key.hex()))
        self._change(
            "INSERT INTO professionals (professional_key, sealed) VALUES (?, ?)"
            " ON CONFLICT (professional_key) DO UPDATE SET sealed = excluded.sealed",
            *(key, sealed),
        )

    # --- trust --------------------------------------------------------------------------------------------------------

    def put_authority(self, der: bytes, demonstration: bool = False) -> Authority:
        """Trusts a card authority. One that names itself a test or a demonstration is taken as one.

        Raises:
            StoreError: NOT_A_CERTIFICATE, DEMONSTRATION (in a production store).
        """
        authority = Authority(der, demonstration or read_authority(der).demonstration)
        if authority.demonstration and self._kind is StoreKind.PRODUCTION:
            raise StoreError(StoreProblem.DEMONSTRATION)
        self._change(
            "INSERT INTO authorities (fingerprint, der, demonstration, added) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (fingerprint) DO NOTHING",
            *(hashlib.sha256(der).digest(), der, int(authority.demonstration), microseconds(self._clock())),
        )
        return authority

    def put_crl(self, der: bytes) -> None:
        """Keeps a revocation list instead of an older one of the same issuer; an older one is not kept.

        Its signature is tried where its issuer is trusted itself: issuers below a trusted one are known at logins only.

        Raises:
            StoreError: NOT_A_CRL, also for a list that its issuer did not sign.
        """
        issuer, issued = read_crl(der)
        tried = {is_issued_by(der, authority.der) for authority in self.authorities()}
        if False in tried and True not in tried:
            raise StoreError(StoreProblem.NOT_A_CRL)
        self._change(
            "INSERT INTO crls (issuer_key, der, issued) VALUES (?, ?, ?) ON CONFLICT (issuer_key)"
            " DO UPDATE SET der = excluded.der, issued = excluded.issued WHERE excluded.issued >= crls.issued",
            *(hashlib.sha256(issuer).digest(), der, microseconds(issued)),
        )


def _full_readers(record: Record) -> frozenset[str]:
    """Who sees every masked document of a record: the treating doctor, and whom the patient named."""
    return frozenset({record.treating_doctor, *record.administrators}) - {""}
