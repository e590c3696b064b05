"""A whole sandbox with a mail server: a bris de glace by a foreign client is told, by mail and to the doctor."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.integrator.test_client_from_docs import MAIN, REASON, Sandbox
from tests.server.login.serving import Credentials
from tests.server.mailbox import SENDER, mail_server

EMAIL = "patient@exemple.fr"


def test_breaking_the_glass_tells_the_patient_the_doctor_and_the_officer(tmp_path: Path) -> None:
    directory = tmp_path / "sandbox"
    subprocess.run([sys.executable, "-c", MAIN, "sandbox", str(directory)], check=True, capture_output=True, timeout=90)
    tls = tmp_path / "tls"
    tls.mkdir()
    with mail_server(Credentials(tls)) as (box, settings):
        table = {"host": "localhost", "port": settings.port, "from": SENDER, "authority": str(settings.authority)}
        lines = [f"{key} = {json.dumps(value)}" for key, value in table.items()]
        with (directory / "server" / "server.toml").open("a", encoding="utf-8") as file:
            file.write("\n[smtp]\n" + "\n".join(lines) + "\n")
        serve = [sys.executable, "-c", MAIN, "serve", "--data", str(directory / "server"), "--port", "0"]
        with subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            try:
                assert process.stdout
                url = process.stdout.readline().strip().partition(" ")[2]
                told = _break(Sandbox(directory, url))
                assert box.arrived.wait(60)
            finally:
                process.terminate()
        assert process.returncode == 0
    assert box.recipients[0] == [EMAIL]
    assert told["officer"] == 1
    assert "FONTAINE" not in told["register"]
    assert "Choc anaphylactique" in told["register"]
    assert any("Choc anaphylactique" in text for text in told["doctor"])


def _break(sandbox: Sandbox) -> dict[str, Any]:
    """What the treating doctor and the privacy officer are told, once a doctor from elsewhere has broken the glass."""
    patient, searched = sandbox.patient(key="fontaine")
    doctor, other = sandbox.client(key="durand"), sandbox.client(key="marchand")
    officer = sandbox.client(role="privacy_officer")
    token = doctor.login()
    found = doctor.send("GET", "/fhir/Patient", token, params=searched).json()["entry"][0]["resource"]["id"]
    before = doctor.send("GET", f"/fhir/Patient/{found}", token).json()
    mail = {"op": "add", "path": "/telecom", "value": [*before.get("telecom", []), {"system": "email", "value": EMAIL}]}
    doctor.http.headers["Content-Type"] = "application/json-patch+json"
    assert doctor.send("PATCH", f"/fhir/Patient/{found}", token, json=[mail]).status_code == 200
    other.break_glass(other.login(), patient, *REASON)
    notices = doctor.send("GET", "/fhir/Communication", token).json()["entry"]
    register = officer.send("GET", "/fhir/AuditEvent/$emergency-register", officer.login())
    assert register.status_code == 200
    refused = officer.send("GET", f"/fhir/Patient/{found}", officer.login())
    assert refused.status_code == 403
    for client in sandbox.clients:
        client.http.close()
    return {
        "doctor": [part["contentString"] for entry in notices for part in entry["resource"]["payload"]],
        "officer": register.json()["total"],
        "register": register.text,
    }
