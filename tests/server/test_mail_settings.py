"""The table [smtp]: what is right is read, what is wrong is named; and a server that has it tells people by mail."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dmp_tui.server.app import create_app
from dmp_tui.server.commands import admin
from dmp_tui.server.identity import ServerIdentity
from dmp_tui.server.layout import LayoutError, load_files
from dmp_tui.server.mail_settings import MailSettings, MailSettingsError, read_mail_settings, read_password
from dmp_tui.server.workers import WorkerProcess
from dmp_tui.store import Store
from tests.server.api import BASE, Api
from tests.server.login.serving import Clock, Credentials
from tests.server.login.world import DOCTOR, NURSE, Authorities, keep_professional, record
from tests.server.mailbox import mail_server

GOOD: dict[str, Any] = {"host": "mail.hopital.exemple", "from": "dmp@hopital.exemple"}


def test_each_key_becomes_its_field(tmp_path: Path) -> None:
    least = read_mail_settings(GOOD, tmp_path)
    assert least == MailSettings("mail.hopital.exemple", 587, "dmp@hopital.exemple")
    table = {"security": "tls", "user": "dmp", "password_file": "../keys/smtp", "authority": "ac.pem"}
    whole = read_mail_settings(GOOD | table, tmp_path)
    assert (whole.port, whole.tls, whole.user) == (465, True, "dmp")
    assert (whole.password_file, whole.authority) == (tmp_path / "../keys/smtp", tmp_path / "ac.pem")


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"host": ""}, "host"),
        ({"host": "a b"}, "host"),
        ({"host": 7}, "host"),
        ({"from": "Hopital <dmp@hopital.exemple>"}, "from"),
        ({"from": "dmp@hopital.exemple\nBcc: x@y.fr"}, "from"),
        ({"port": 0}, "port"),
        ({"port": "25"}, "port"),
        ({"security": "none"}, "security"),
        ({"user": "dmp"}, "password_file"),
        ({"password_file": "x"}, "user"),
        ({"user": "dépôt", "password_file": "x"}, "user"),
        ({"password": "secret"}, "password"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, change: dict[str, Any], key: str) -> None:
    with pytest.raises(MailSettingsError) as caught:
        read_mail_settings(GOOD | change, tmp_path)
    assert caught.value.key == key


@pytest.mark.parametrize("missing", ["host", "from"])
def test_what_is_missing_is_named(tmp_path: Path, missing: str) -> None:
    with pytest.raises(MailSettingsError, match=missing):
        read_mail_settings({key: value for key, value in GOOD.items() if key != missing}, tmp_path)


def test_a_password_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("secret\r\nmore", encoding="ascii")
    file.chmod(0o600)
    assert read_password(file) == "secret"
    file.chmod(0o640)
    with pytest.raises(MailSettingsError):
        read_password(file)
    file.chmod(0o600)
    for wrong in (b"", b"\n", "mot de passe é".encode(), b"x" * 2000):
        file.write_bytes(wrong)
        with pytest.raises(MailSettingsError):
            read_password(file)


def test_a_server_without_the_table_or_with_a_faulty_one(tmp_path: Path) -> None:
    data = tmp_path / "server"
    assert CliRunner().invoke(admin, ["init", str(data)]).exit_code == 0
    assert load_files(data).mail is None
    settings = (data / "server.toml").read_text("utf-8")
    (data / "server.toml").write_text(settings + '\n[smtp]\nhost = "mail.exemple"\nfrom = "dmp"\n', encoding="utf-8")
    with pytest.raises(LayoutError, match=r"smtp\.from"):
        load_files(data)
    told = CliRunner().invoke(admin, ["notices", "--data", str(data)])
    assert (told.exit_code, told.stdout) == (1, "")
    assert "smtp.from" in told.stderr


async def test_a_server_that_has_it_tells_people_by_mail(
    store: Store, clock: Clock, credentials: Credentials, authorities: Authorities, workers: WorkerProcess
) -> None:
    patient = replace(record(), email="patient@exemple.fr", treating_doctor=DOCTOR.id)
    keep_professional(store, replace(DOCTOR, email="docteur@exemple.fr"))
    with mail_server(credentials) as (box, settings):
        identity = ServerIdentity(credentials.certificate_der, BASE)
        app = create_app(store, identity, clock, workers=_Kept(workers), mail=settings)
        api = Api(app, store, clock, credentials, authorities)
        api.keep(patient)
        async with app.router.lifespan_context(app):
            await (await api.login(NURSE)).emergency("BTG", patient)
            assert await asyncio.to_thread(box.arrived.wait, 30)
        for wire in api.clients:
            await wire.http.aclose()
    assert box.recipients[0] in (["patient@exemple.fr"], ["docteur@exemple.fr"])


class _Kept:
    """The run's own worker, which this server's end must not end."""

    def __init__(self, workers: WorkerProcess) -> None:
        self.run = workers.run

    def close(self) -> None:
        """It is closed by whoever opened it."""


async def test_an_address_is_kept_with_administrative_data_and_a_false_one_refused(api: Api) -> None:
    patient = api.keep(record(phones=("0199000001",)))
    api.permit(patient, DOCTOR)
    doctor = await api.login(DOCTOR)
    path = f"/fhir/Patient/{patient.id}"

    def telecom(address: str) -> dict[str, Any]:
        return {"op": "add", "path": "/telecom/-", "value": {"system": "email", "value": address}}

    for wrong in ("patient", "a@b.fr,c@d.fr", "a@b.fr\r\nBcc: c@d.fr"):
        assert (await doctor.patch(path, telecom(wrong))).status_code == 422
    changed = await doctor.patch(path, telecom("patient@exemple.fr"))
    assert changed.status_code == 200, changed.text
    kept = api.store.patient(patient.id)
    assert kept
    assert (kept.email, kept.phones) == ("patient@exemple.fr", ("0199000001",))
    assert {"system": "email", "value": "patient@exemple.fr"} in (await doctor.get(path)).json()["telecom"]


def test_notices_are_counted_without_a_name(tmp_path: Path) -> None:
    data = tmp_path / "server"
    CliRunner().invoke(admin, ["init", str(data)])
    told = CliRunner().invoke(admin, ["notices", "--data", str(data)], env={"DMP_LANG": "fr"})
    assert told.exit_code == 0, told.output
    assert told.stdout.splitlines()[0] == "Avis : 0"
    assert len(told.stdout.splitlines()) == 7
