"""The tables, as ordered steps. A step that was released is never edited: a change is a new step at the end.

The dialect is the one that SQLite and PostgreSQL share: no AUTOINCREMENT, no trigger, integers for time (microseconds
since 1970), bytes for everything that is sealed. ``patient_id`` leads the primary key of every clinical table;
directories and search keys are tables of their own, distributed by their own key. Names and numbers in them are keyed
hashes; birth dates are plain, for ranges, and stand beside nothing but such a hash and a random id.
"""

from collections.abc import Callable, Sequence

from sqlcipher3 import dbapi2 as sqlcipher
from sqlite_utils import Database

from dmp_tui.store.connection import rows
from dmp_tui.store.problems import StoreError, StoreProblem, translated

Step = Callable[[Database], None]


def _meta(database: Database) -> None:
    database.table("meta").create({"name": str, "value": str}, pk="name", not_null={"value"})


def _patients(database: Database) -> None:
    database.table("patients").create(
        {"patient_id": str, "version": int, "sealed": bytes}, pk="patient_id", not_null={"version", "sealed"}
    )
    database.table("ins_directory").create({"ins_key": bytes, "patient_id": str}, pk="ins_key", not_null={"patient_id"})
    database.table("traits_index").create(
        {"name_key": bytes, "birth": int, "patient_id": str, "given_key": bytes},
        pk=("name_key", "birth", "patient_id"),
        not_null={"given_key"},
    )
    database.table("traits_index").create_index(["patient_id"])
    database.table("summaries").create(
        {"patient_id": str, "variant": str, "sealed": bytes},
        pk=("patient_id", "variant"),
        not_null={"sealed"},
        foreign_keys=[("patient_id", "patients", "patient_id")],
    )


def _documents(database: Database) -> None:
    owner = [("patient_id", "patients", "patient_id")]
    for table in ("documents", "contents", "entries"):
        columns: dict[str, type] = {"patient_id": str, "document_id": str, "sealed": bytes}
        required = {"sealed"}
        if table == "documents":
            columns["version"] = int
            required.add("version")
        database.table(table).create(columns, pk=("patient_id", "document_id"), not_null=required, foreign_keys=owner)
    database.table("document_directory").create(
        {"document_id": str, "patient_id": str}, pk="document_id", not_null={"patient_id"}
    )


def _people(database: Database) -> None:
    database.table("consents").create(
        {"patient_id": str, "consent_id": str, "actor_key": bytes, "version": int, "sealed": bytes},
        pk=("patient_id", "consent_id"),
        not_null={"actor_key", "version", "sealed"},
        foreign_keys=[("patient_id", "patients", "patient_id")],
    )
    database.table("consents").create_index(["actor_key"])
    database.table("consent_directory").create(
        {"consent_id": str, "patient_id": str}, pk="consent_id", not_null={"patient_id"}
    )
    database.table("professionals").create(
        {"professional_key": bytes, "sealed": bytes}, pk="professional_key", not_null={"sealed"}
    )


def _trust(database: Database) -> None:
    database.table("authorities").create(
        {"fingerprint": bytes, "der": bytes, "demonstration": int, "added": int},
        pk="fingerprint",
        not_null={"der", "demonstration", "added"},
    )
    database.table("crls").create(
        {"issuer_key": bytes, "der": bytes, "issued": int}, pk="issuer_key", not_null={"der", "issued"}
    )


def _trail(database: Database) -> None:
    database.table("trail").create(
        {
            "seq": int,
            "at": int,
            "role": str,
            "mode": str,
            "operation": str,
            "outcome": str,
            "rule": str,
            "patient_id": str,
            "document_id": str,
            "reason_code": str,
            "actor_key": bytes,
            "sealed": bytes,
            "hash": bytes,
        },
        pk="seq",
        not_null={"at", "operation", "outcome", "patient_id", "actor_key", "sealed", "hash"},
    )
    database.table("trail").create_index(["patient_id", "seq"])
    database.table("trail").create_index(["actor_key", "seq"])
    database.table("trail_heads").create(
        {"seq": int, "at": int, "hash": bytes, "signature": bytes}, pk="seq", not_null={"at", "hash", "signature"}
    )


def _keys(database: Database) -> None:
    database.table("secrets").create({"name": str, "wrapped": bytes}, pk="name", not_null={"wrapped"})
    database.table("patient_keys").create(
        {"patient_id": str, "wrapped": bytes, "created": int}, pk="patient_id", not_null={"wrapped", "created"}
    )


def _unique_ids(database: Database) -> None:
    """Documents by their producer's identifiers, which are no one's secret but say where they lie: keyed hashes."""
    database.table("unique_ids").create(
        {"unique_key": bytes, "document_id": str, "patient_id": str},
        pk=("unique_key", "document_id"),
        not_null={"patient_id"},
    )


def _lists(database: Database) -> None:
    database.table("lists").create(
        {"patient_id": str, "list_id": str, "version": int, "sealed": bytes},
        pk=("patient_id", "list_id"),
        not_null={"version", "sealed"},
        foreign_keys=[("patient_id", "patients", "patient_id")],
    )
    database.table("list_directory").create({"list_id": str, "patient_id": str}, pk="list_id", not_null={"patient_id"})


def _purged(database: Database) -> None:
    """Records that were destroyed: ids that name nobody, so that no backup brings one back."""
    database.table("purged").create({"patient_id": str, "at": int}, pk="patient_id", not_null={"at"})


def _notices(database: Database) -> None:
    """What people are told: which row of the trail, to whom, from when on; who and why stand in that row, sealed."""
    database.table("notices").create(
        {
            "patient_id": str,
            "group_key": bytes,
            "seq": int,
            "recipient": str,
            "kind": str,
            "due": int,
            "doctor_key": bytes,
            "mail": str,
            "attempts": int,
            "next_at": int,
        },
        pk=("patient_id", "group_key", "seq"),
        not_null={"recipient", "kind", "due", "mail", "attempts", "next_at"},
    )
    database.execute("CREATE INDEX notices_of_doctors ON notices (doctor_key, seq) WHERE doctor_key IS NOT NULL")
    database.execute("CREATE INDEX notices_to_send ON notices (next_at) WHERE mail = 'queued'")


def _reviews(database: Database) -> None:
    """The register of emergency accesses: which row of the trail reviews which, and how; its words are in the row."""
    database.table("reviews").create(
        {"access": int, "seq": int, "verdict": str}, pk=("access", "seq"), not_null={"verdict"}
    )
    database.execute(
        "CREATE INDEX trail_emergencies ON trail (seq)"
        " WHERE operation = 'authenticate' AND mode <> 'normal' AND outcome = 'allowed'"
    )


def _veils(database: Database) -> None:
    """Who sees a masked document, who sees them all, which documents a list holds: by keyed hashes and random ids."""
    database.table("veils").create(
        {"patient_id": str, "document_id": str, "maker_key": bytes}, pk=("patient_id", "document_id", "maker_key")
    )
    database.table("full_readers").create({"patient_id": str, "reader_key": bytes}, pk=("patient_id", "reader_key"))
    database.table("list_documents").create(
        {"patient_id": str, "list_id": str, "document_id": str}, pk=("patient_id", "list_id", "document_id")
    )


def _accounts(database: Database) -> None:
    """Patients' own accesses: login and activation code as keyed hashes, the rest under the record's key."""
    database.table("patient_accounts").create(
        {
            "patient_id": str,
            "account_id": str,
            "login_key": bytes,
            "activation_key": bytes,
            "version": int,
            "sealed": bytes,
        },
        pk=("patient_id", "account_id"),
        not_null={"login_key", "version", "sealed"},
        foreign_keys=[("patient_id", "patients", "patient_id")],
    )
    database.table("patient_accounts").create_index(["login_key"], unique=True)
    database.table("patient_accounts").create_index(["activation_key"])


RECORDS: tuple[Step, ...] = (
    _meta,
    _patients,
    _documents,
    _people,
    _trust,
    _trail,
    _unique_ids,
    _lists,
    _purged,
    _notices,
    _reviews,
    _veils,
    _accounts,
)
"""Steps of ``records.db``. The schema's version is how many were made."""
KEYS: tuple[Step, ...] = (_meta, _keys, _purged)
"""Steps of ``keys.db``."""


def version(database: Database) -> int:
    """How many steps a file has behind it; 0 for an empty one."""
    if not rows(database, "SELECT 1 FROM sqlite_master WHERE name = 'meta'"):
        return 0
    found = rows(database, "SELECT value FROM meta WHERE name = 'schema'")
    return int(found[0][0]) if found else 0


def upgrade(database: Database, steps: Sequence[Step]) -> int:
    """Makes the steps that are missing, each in a transaction of its own, and gives how many there were.

    A process killed in the middle of a step leaves the schema as it was before it.

    Raises:
        StoreError: NEWER where the file knows more steps than this release, or what SQLCipher met.
    """
    done = version(database)
    if done > len(steps):
        raise StoreError(StoreProblem.NEWER)
    for number, step in enumerate(steps[done:], start=done + 1):
        try:
            with database.atomic():
                step(database)
                database.execute(
                    "INSERT INTO meta (name, value) VALUES ('schema', ?)"
                    " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    (str(number),),
                )
        except sqlcipher.Error as error:
            raise translated(error) from error
    return len(steps) - done
