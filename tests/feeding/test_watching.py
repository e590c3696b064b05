"""The watch where one file has trouble that others have not: a client that has it, before the real server."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dmp_tui.client import ClientError, ClientProblem, Deposited, DmpClient
from dmp_tui.client.transport import Sent
from dmp_tui.config import Settings
from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.identity import Ins
from dmp_tui.feeding.away import DONE, REFUSED
from dmp_tui.feeding.certificate import SoftwareCertificate, load_certificate
from dmp_tui.feeding.folder import Folder
from dmp_tui.feeding.session import Lasting
from dmp_tui.feeding.watching import Patience, Watch
from tests.app.test_deposit import cda
from tests.feeding.conftest import FACILITY

SOON = Patience(settle=0.1, poll=0.05, sidecar=0, retry=0.2, longest=0.4)
Trouble = Callable[[str], ClientError | None]


class Troubled(DmpClient):
    """A client that meets trouble with some documents, by their uniqueId."""

    trouble: Trouble

    async def deposit(self, ins: Ins, entry: DocumentEntry, content: bytes, sent: Sent | None = None) -> Deposited:
        error = self.trouble(entry.unique_id)
        if error is not None:
            raise error
        return await super().deposit(ins, entry, content, sent)


@pytest.fixture
def certificate(prepared: tuple[Path, Path], tmp_path: Path) -> SoftwareCertificate:
    key = tmp_path / "key.pem"
    key.write_bytes((prepared[0] / f"{FACILITY}.key").read_bytes())
    key.chmod(0o600)
    return load_certificate(prepared[0] / f"{FACILITY}.pem", key)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    made = tmp_path / "inbox"
    made.mkdir()
    return made


async def watched(
    settings: Settings, certificate: SoftwareCertificate, inbox: Path, trouble: Trouble, enough: Callable[[str], bool]
) -> list[tuple[str, str]]:
    """The log of a watch that is stopped after an event that is enough."""
    stop, log = asyncio.Event(), []

    def told(event: str, **fields: object) -> None:
        log.append((event, str(fields.get("problem", ""))))
        if enough(event):
            stop.set()

    assert settings.authority
    client = Troubled(settings.server_url, settings.authority)
    client.trouble = trouble
    with Folder(inbox).alone() as alone:
        assert alone
        await Watch(Folder(inbox), Lasting(client, certificate, "GED"), "15507-7", told, SOON).run(stop)
    await client.logout()
    await client.aclose()
    return log


def documents(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.xml"))


def outcome(inbox: Path, name: str) -> str:
    return str(json.loads((inbox / DONE / f"{name}.recu.json").read_text())["outcome"])


def after(event: str, times: int) -> Callable[[str], bool]:
    seen = []

    def enough(one: str) -> bool:
        seen.append(one)
        return seen.count(event) == times

    return enough


@pytest.mark.parametrize(
    "error",
    [
        ClientError(ClientProblem.UNAVAILABLE, status=503, retry_after=60),
        ClientError(ClientProblem.TOO_MANY, status=429, retry_after=60),
        ClientError(ClientProblem.UNREACHABLE, "timeout"),
        ClientError(ClientProblem.BAD_ANSWER, "json", status=200),
        ClientError(ClientProblem.NOT_FOUND, status=404),
    ],
    ids=str,
)
async def test_files_that_are_always_postponed_keep_no_other_from_its_place(
    settings: Settings, certificate: SoftwareCertificate, inbox: Path, error: ClientError
) -> None:
    # Five of them, and first by name: more than end a round.
    for n in range(5):
        (inbox / f"a{n}.xml").write_bytes(cda("garnier", f"2.25.400{n}"))
    for n in range(4):
        (inbox / f"z{n}.xml").write_bytes(cda("garnier", f"2.25.401{n}"))
    log = await watched(
        settings,
        certificate,
        inbox,
        lambda unique_id: error if unique_id.startswith("2.25.400") else None,
        after("file deposited", 4),
    )
    assert documents(inbox) == [f"a{n}.xml" for n in range(5)]
    assert documents(inbox / DONE) == [f"z{n}.xml" for n in range(4)]
    # Each says what it has once, though it is tried again and again.
    assert len([event for event, _ in log if event == "deposit postponed"]) <= 5
    assert documents(inbox / REFUSED) == []


async def test_a_postponed_file_is_tried_again(
    settings: Settings, certificate: SoftwareCertificate, inbox: Path
) -> None:
    tries = []

    def twice(unique_id: str) -> ClientError | None:
        tries.append(unique_id)
        return ClientError(ClientProblem.UNAVAILABLE, status=503) if len(tries) < 3 else None

    (inbox / "a.xml").write_bytes(cda("garnier", "2.25.4020"))
    log = await watched(settings, certificate, inbox, twice, after("file deposited", 1))
    assert [event for event, _ in log] == ["watching", "deposit postponed", "file deposited"]
    assert (len(tries), documents(inbox / DONE)) == (3, ["a.xml"])


async def test_a_login_that_is_refused_later_refuses_no_file(
    settings: Settings, certificate: SoftwareCertificate, inbox: Path
) -> None:
    (inbox / "a.xml").write_bytes(cda("garnier", "2.25.4030"))
    error = ClientError(ClientProblem.LOGIN_REFUSED, "certificate-expired", status=401)
    log = await watched(settings, certificate, inbox, lambda _id: error, after("standstill", 1))
    assert log[-1] == ("standstill", "server login-refused certificate-expired")
    assert documents(inbox) == ["a.xml"]


async def test_a_file_that_cannot_be_put_away_is_deposited_once(
    settings: Settings, certificate: SoftwareCertificate, inbox: Path
) -> None:
    tries = []

    def counted(unique_id: str) -> None:
        tries.append(unique_id)
        if len(tries) == 1:
            # A file stands where the folder was: nothing can be put there.
            (inbox / DONE).rmdir()
            (inbox / DONE).write_bytes(b"")

    (inbox / "a.xml").write_bytes(cda("garnier", "2.25.4040"))
    (inbox / "b.xml").write_bytes(b"<html/>")

    def repaired(event: str) -> bool:
        if event == "file refused":
            (inbox / DONE).unlink()
        return event == "file deposited"

    log = await watched(settings, certificate, inbox, counted, repaired)
    assert ("file not put away", "EEXIST") in log
    assert len(tries) == 1
    assert outcome(inbox, "a.xml") == "deposited"


async def test_a_folder_that_is_gone_is_waited_for(
    settings: Settings, certificate: SoftwareCertificate, inbox: Path
) -> None:
    moved = inbox.with_name("elsewhere")

    def unmounted(event: str) -> bool:
        if event == "watching":
            inbox.rename(moved)
        if event == "standstill":
            moved.rename(inbox)
            (inbox / "a.xml").write_bytes(cda("garnier", "2.25.4050"))
        return event == "file deposited"

    log = await watched(settings, certificate, inbox, lambda _id: None, unmounted)
    assert ("standstill", "folder ENOENT") in log
