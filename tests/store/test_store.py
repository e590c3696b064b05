"""Records, documents, consents, people: what is written is what is read, by its id and by nothing else."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dmp_tui.dmp.consents import RecordStatus
from dmp_tui.dmp.identity import Traits, parse_birth_date
from dmp_tui.dmp.professions import Professional, Role
from dmp_tui.store import Store, StoreError, StoreKind, StoreProblem, Transaction
from dmp_tui.store.reads import decode_entries
from tests.store.people import NOW, allergy, consent, document, ins, record


async def put(store: Store, *numbers: int) -> None:
    """Records of these numbers."""
    for number in numbers:
        await store.write(lambda transaction, number=number: transaction.put_patient(record(number)))  # type: ignore[misc] # a default argument binds the loop's value


async def test_a_record_is_found_by_its_ins_and_its_id(store: Store) -> None:
    await put(store, 1, 2)
    assert store.patient_by_ins(ins(1)) == record(1)
    assert store.patient("patient-2") == record(2)
    assert store.patient_by_ins(ins(3)) is None
    assert store.patient("patient-3") is None


async def test_an_ins_of_another_authority_is_another_person(store: Store) -> None:
    await put(store, 1)
    assert store.patient_by_ins(replace(ins(1), oid="1.2.250.1.213.1.4.8")) is None


async def test_an_ins_belongs_to_one_record(store: Store) -> None:
    await put(store, 1)
    twin = replace(record(2), ins=ins(1))
    with pytest.raises(StoreError) as raised:
        await store.write(lambda transaction: transaction.put_patient(twin))
    assert raised.value.problem is StoreProblem.CONFLICT
    assert store.patient("patient-2") is None


async def test_a_record_is_replaced_by_its_version(store: Store) -> None:
    await put(store, 1)
    closed = replace(record(1), status=RecordStatus.CLOSED, ins=ins(9))
    stored = await store.write(lambda transaction: transaction.put_patient(closed))
    assert stored.version == 2
    assert store.patient("patient-1") == stored
    assert store.patient_by_ins(ins(1)) is None
    assert store.patient_by_ins(ins(9)) == stored
    with pytest.raises(StoreError) as raised:
        await store.write(lambda transaction: transaction.put_patient(closed))
    assert raised.value.problem is StoreProblem.STALE


@pytest.mark.parametrize(
    ("family", "given", "birth"),
    [
        ("DUPOND", "odète", "28/03/1979"),
        ("Dupont", "", "28/03/1979"),
        ("dupon", "ODETTE", "1979"),
        ("DUPONT", "Odette", "1979-03"),
    ],
)
async def test_a_search_by_traits_forgives_spelling(store: Store, family: str, given: str, birth: str) -> None:
    someone = record(1, "DUPONT", "Odette")
    await store.write(lambda transaction: transaction.put_patient(someone))
    await put(store, 2)
    assert store.search_traits(family, given, parse_birth_date(birth)) == [someone]


@pytest.mark.parametrize(
    ("family", "given", "birth"),
    [
        ("DURAND", "Odette", "28/03/1979"),
        ("DUPONT", "Marie", "28/03/1979"),
        ("DUPONT", "Odette", "29/03/1979"),
        ("DUPONT", "Odette", "1980"),
        ("DUPONT", "Odette", "1979-04"),
    ],
)
async def test_a_search_by_traits_invents_nobody(store: Store, family: str, given: str, birth: str) -> None:
    await store.write(lambda transaction: transaction.put_patient(record(1, "DUPONT", "Odette")))
    assert store.search_traits(family, given, parse_birth_date(birth)) == []


async def test_a_partial_birth_date_is_found_by_the_full_one(store: Store) -> None:
    partial = replace(record(1), traits=Traits("DUPONT", "Odette", parse_birth_date("00/00/1979")))
    await store.write(lambda transaction: transaction.put_patient(partial))
    assert store.search_traits("DUPONT", "Odette", parse_birth_date("28/03/1979")) == [partial]


async def test_a_record_whose_name_changed_is_found_by_the_new_one(store: Store) -> None:
    await store.write(lambda transaction: transaction.put_patient(record(1, "DUPONT")))
    renamed = await store.write(lambda transaction: transaction.put_patient(record(1, "MARTIN")))
    born = parse_birth_date("28/03/1979")
    assert store.search_traits("DUPONT", "", born) == []
    assert store.search_traits("MARTIN", "", born) == [renamed]


async def test_a_document_comes_back_whole(store: Store) -> None:
    await put(store, 1)
    content = bytes(range(256)) * 40
    await store.write(lambda transaction: transaction.put_document(document(1), content, [allergy()]))
    await store.write(lambda transaction: transaction.put_document(document(2), b"", []))
    assert store.documents("patient-1") == [document(1), document(2)]
    assert store.document("document-1") == document(1)
    assert store.document("document-3") is None
    assert store.content("patient-1", "document-1") == content
    assert store.content("patient-1", "document-2") == b""
    assert store.entries("patient-1") == [("document-1", (allergy(),)), ("document-2", ())]
    assert [(id_, decode_entries(e)) for id_, e in store.encoded_entries("patient-1")] == store.entries("patient-1")


async def test_documents_are_found_by_what_their_producer_called_them(store: Store) -> None:
    await put(store, 1, 2)
    same = replace(document(2, "patient-2"), unique_id="1.2.250.1.999.1", logical_id="3f1c")
    for one in (document(1), same):
        await store.write(lambda transaction, one=one: transaction.put_document(one, b"a", []))  # type: ignore[misc] # binds the loop's value
    assert store.documents_of_unique_id("1.2.250.1.999.1") == [document(1), same]
    assert store.documents_of_unique_id("urn:uuid:3f1c") == [same]
    assert store.documents_of_unique_id("urn:uuid:") == store.documents_of_unique_id("") == []
    replaced = await store.write(lambda transaction: transaction.update_document(replace(same, archived=True)))
    assert store.documents_of_unique_id("urn:uuid:3f1c") == [replaced]


async def test_versions_tell_every_change_of_a_record(store: Store) -> None:
    await put(store, 1, 2)
    seen = [store.versions("patient-1")]
    works: list[Callable[[Transaction], object]] = [
        lambda transaction: transaction.put_document(document(1), b"a", []),
        lambda transaction: transaction.update_document(replace(document(1), archived=True)),
        lambda transaction: transaction.put_consent(consent(1)),
        lambda transaction: transaction.put_consent(replace(consent(1), active=False)),
        lambda transaction: transaction.put_patient(record(1)),
    ]
    for work in works:
        await store.write(work)
        seen.append(store.versions("patient-1"))
    assert len(set(seen)) == len(works) + 1
    await store.write(lambda transaction: transaction.put_document(document(2, "patient-2"), b"a", []))
    assert store.versions("patient-1") == seen[-1]


async def test_a_document_of_another_patient_is_not_given(store: Store) -> None:
    await put(store, 1, 2)
    await store.write(lambda transaction: transaction.put_document(document(1), b"a", []))
    with pytest.raises(StoreError) as raised:
        store.content("patient-2", "document-1")
    assert raised.value.problem is StoreProblem.UNKNOWN_DOCUMENT
    assert store.documents("patient-2") == []


async def test_a_document_id_is_used_once(store: Store) -> None:
    await put(store, 1, 2)
    await store.write(lambda transaction: transaction.put_document(document(1), b"a", []))
    with pytest.raises(StoreError) as raised:
        await store.write(lambda transaction: transaction.put_document(document(1, "patient-2"), b"b", []))
    assert raised.value.problem is StoreProblem.CONFLICT
    assert store.content("patient-1", "document-1") == b"a"


async def test_a_document_needs_a_patient(store: Store) -> None:
    with pytest.raises(StoreError):
        await store.write(lambda transaction: transaction.put_document(document(1), b"a", []))
    assert store.document("document-1") is None


async def test_metadata_are_replaced_by_their_version(store: Store) -> None:
    await put(store, 1)
    await store.write(lambda transaction: transaction.put_document(document(1), b"a", []))
    archived = replace(document(1), archived=True)
    stored = await store.write(lambda transaction: transaction.update_document(archived))
    assert stored == replace(archived, version=2)
    assert store.document("document-1") == stored
    with pytest.raises(StoreError) as raised:
        await store.write(lambda transaction: transaction.update_document(archived))
    assert raised.value.problem is StoreProblem.STALE


async def test_the_largest_document_fits(store: Store) -> None:
    await put(store, 1)
    content = bytes(32 * 1024 * 1024)
    await store.write(lambda transaction: transaction.put_document(document(1), content, []))
    assert store.content("patient-1", "document-1") == content


async def test_both_variants_of_a_summary_are_kept(store: Store) -> None:
    await put(store, 1)
    assert store.summary("patient-1", masked=False) is None
    await store.write(lambda transaction: transaction.put_summary("patient-1", b"open", b"masked"))
    await store.write(lambda transaction: transaction.put_summary("patient-1", b"open 2", b"masked 2"))
    assert store.summary("patient-1", masked=False) == b"open 2"
    assert store.summary("patient-1", masked=True) == b"masked 2"


async def test_consents_are_found_by_patient_actor_and_id(store: Store) -> None:
    await put(store, 1, 2)
    for one in (consent(1), consent(2, actor="899700000002"), consent(3, "patient-2")):
        await store.write(lambda transaction, one=one: transaction.put_consent(one))  # type: ignore[misc] # binds the loop's value
    assert store.consents("patient-1") == [consent(1), consent(2, actor="899700000002")]
    assert store.consents_of("899700000001") == [consent(1), consent(3, "patient-2")]
    assert store.consents_between("patient-1", {"899700000001", ""}) == [consent(1)]
    assert store.consents_between("patient-1", {"899700000001", "899700000002"}) == store.consents("patient-1")
    assert store.consents_between("patient-2", {"899700000002"}) == []
    assert store.consents_between("patient-2", {""}) == []
    assert store.consent("consent-3") == consent(3, "patient-2")
    assert store.consent("consent-4") is None
    revoked = await store.write(lambda transaction: transaction.put_consent(replace(consent(1), active=False)))
    assert store.consent("consent-1") == revoked == replace(consent(1), active=False, version=2)
    with pytest.raises(StoreError) as raised:
        await store.write(lambda transaction: transaction.put_consent(consent(1)))
    assert raised.value.problem is StoreProblem.STALE


async def test_the_directory_keeps_the_last_word_on_a_professional(store: Store) -> None:
    nurse = Professional("899700000003", "LEROY Jean", "60", Role.NON_DOCTOR)
    await store.write(lambda transaction: transaction.put_professional(nurse))
    moved = replace(nurse, facility="1990000011", regulator=True)
    await store.write(lambda transaction: transaction.put_professional(moved))
    assert store.professional("899700000003") == moved
    assert store.professional("899700000004") is None


async def test_everything_is_there_after_reopening(store: Store, data: Path) -> None:
    await put(store, 1)
    await store.write(lambda transaction: transaction.put_document(document(1), b"a", [allergy()]))
    store.close()
    again = Store.open(data)
    assert again.patient_by_ins(ins(1)) == record(1)
    assert again.content("patient-1", "document-1") == b"a"
    assert again.info.kind is StoreKind.PRODUCTION
    assert again.info.created == NOW
    again.close()


def test_a_read_only_store_takes_no_write(store: Store, data: Path) -> None:
    store.write_now(lambda transaction: transaction.put_patient(record(1)))
    again = Store.open(data, read_only=True)
    assert again.patient("patient-1") == record(1)
    with pytest.raises(StoreError) as raised:
        again.write_now(lambda transaction: transaction.put_patient(record(2)))
    assert raised.value.problem is StoreProblem.CLOSED
    again.close()


def test_closing_twice_is_one_close(store: Store) -> None:
    store.close()
    store.close()
    assert store._writer is not None
    assert not store._writer._thread.is_alive()
    with pytest.raises(StoreError) as raised:
        store.write_now(lambda transaction: transaction.put_patient(record(1)))
    assert raised.value.problem is StoreProblem.CLOSED


def test_a_store_is_made_once(store: Store, data: Path) -> None:
    with pytest.raises(StoreError) as raised:
        Store.create(data)
    assert raised.value.problem is StoreProblem.EXISTS
    store.write_now(lambda transaction: transaction.put_patient(record(1)))


def test_files_are_their_owners_alone(store: Store, data: Path) -> None:
    store.write_now(lambda transaction: transaction.put_patient(record(1)))
    assert data.stat().st_mode & 0o777 == 0o700
    found = {path.name: path.stat().st_mode & 0o777 for path in data.iterdir()}
    assert {"records.db", "keys.db", "records.db-wal", "keys.db-wal"} <= found.keys()
    assert set(found.values()) == {0o600}
