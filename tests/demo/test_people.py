"""The invented people hold together: numbers, keys, references to one another."""

from collections import Counter

from stdnum import luhn

from dmp_tui.demo.patients import PATIENTS, card_holders, patient
from dmp_tui.demo.people import AUTHORS, WORKERS, worker
from dmp_tui.dmp.identity import OID_NIR_TEST, OwnershipDoubt, ownership_doubts, sex_of_nir
from dmp_tui.dmp.professions import Role

KEYS = {w.key for w in WORKERS}


def test_keys_and_numbers_are_unique() -> None:
    assert not [key for key, count in Counter(p.key for p in PATIENTS).items() if count > 1]
    assert not [number for number, count in Counter(p.ins for p in PATIENTS).items() if count > 1]
    assert not [number for number, count in Counter(w.id for w in (*WORKERS, *AUTHORS)).items() if count > 1]


def test_every_ins_is_a_test_one_and_its_key_is_right_but_for_the_patient_whose_key_is_wrong() -> None:
    assert {p.ins.oid for p in PATIENTS} == {OID_NIR_TEST}
    assert [p.key for p in PATIENTS if not p.ins.key_is_right] == ["schmitt"]


def test_every_ins_agrees_with_sex_and_birth_year() -> None:
    for one in PATIENTS:
        assert sex_of_nir(one.ins.matricule) is one.sex, one.key
        assert one.ins.matricule[1:3] == one.birth[2:4], one.key
        assert one.ins.matricule[3:5] == one.birth[4:6], one.key


def test_national_ids_are_test_numbers_with_a_right_key() -> None:
    for one in (*WORKERS, *AUTHORS):
        if one.profession:
            assert one.id.startswith("899700"), one.key
            assert luhn.is_valid(one.id[1:]), one.key


def test_every_role_of_the_rights_table_can_log_in() -> None:
    roles = {w.role for w in WORKERS}
    assert roles == set(Role) - {Role.TREATING_DOCTOR}
    assert any(p.treating_doctor == "durand" for p in PATIENTS)
    assert {w.key for w in WORKERS if w.regulator} == {"samson", "joly", "samu"}
    assert [w.key for w in WORKERS if w.pin is None] == ["chu", "samu"]


def test_every_reference_to_a_professional_names_one_who_can_log_in() -> None:
    for one in PATIENTS:
        named = {*one.authorised, *one.expired, *one.blocked} | ({one.treating_doctor} - {""})
        assert named <= KEYS, one.key


def test_one_card_holds_mother_and_son_and_opens_neither_by_itself_for_want_of_a_choice() -> None:
    holders = card_holders("moreau")
    assert [h.given for h in holders] == ["Sophie", "Lucas"]
    assert holders == card_holders("moreau_sophie")
    numbers = [h.nir for h in holders]
    assert all(not ownership_doubts(h.nir, h.traits, numbers) for h in holders)


def test_the_daughter_stands_on_her_father_s_card_under_his_number() -> None:
    father, daughter = card_holders("moreau_jade")
    assert father.nir == daughter.nir != patient("moreau_jade").ins.matricule
    doubts = ownership_doubts(daughter.nir, daughter.traits, [father.nir, daughter.nir])
    assert OwnershipDoubt.SHARED in doubts
    assert OwnershipDoubt.YEAR in doubts


def test_homonyms_share_names_and_year_and_nothing_else() -> None:
    one, other = patient("martin"), patient("martin_bis")
    assert (one.family, one.given, one.birth[:4]) == (other.family, other.given, other.birth[:4])
    assert one.ins != other.ins


def test_what_is_special_is_one_line() -> None:
    for one in PATIENTS:
        assert one.expects
        assert "\n" not in one.expects


def test_worker_finds_authors_too() -> None:
    assert worker("renard").specialty == "SM04"
