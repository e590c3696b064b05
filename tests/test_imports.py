"""What a start may import: nothing of weight before the first frame."""

import subprocess
import sys

import pytest

HEAVY = (
    "httpx",
    "cryptography",
    "lxml",
    "sqlcipher3",
    "sqlite_utils",
    "starlette",
    "uvicorn",
    "fhir",
    "smartcard",
    "pkcs11",
    "pypdf",
    "rapidfuzz",
    "stdnum",
    "pydantic",
)

FIRST_FRAME = """
import asyncio, sys
from dmp_tui.app import DmpApp
from dmp_tui.config import Settings

class Painted(DmpApp):
    async def _after_first_frame(self):
        print("\\n".join(sorted(sys.modules)))
        self.exit()

async def never():
    raise AssertionError("no server before the first frame")

app = Painted(Settings("https://dmp.example"), lambda: None, never)
asyncio.run(app.run_async(headless=True))
"""


def modules(code: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


@pytest.fixture(scope="module")
def at_first_frame() -> set[str]:
    return modules(FIRST_FRAME)


@pytest.mark.parametrize("name", HEAVY)
def test_the_first_frame_needs_nothing_of_weight(at_first_frame: set[str], name: str) -> None:
    assert not {m for m in at_first_frame if m == name or m.startswith(f"{name}.")}


def test_the_first_frame_needs_no_other_half_and_no_card(at_first_frame: set[str]) -> None:
    ours = {m for m in at_first_frame if m.startswith("dmp_tui.")}
    assert not {m for m in ours if m.split(".")[1] in {"server", "store", "client", "cards", "dmp", "demo"}}


def test_the_command_line_imports_no_verb() -> None:
    loaded = modules("import sys, dmp_tui.cli; print('\\n'.join(sys.modules))")
    assert not {m for m in loaded if m.split(".")[0] in {"textual", *HEAVY}}
