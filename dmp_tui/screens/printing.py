"""Paper: what is printed goes to ``lp`` by its standard input, never by its arguments, and stays in no file of ours."""

import asyncio
import shutil
from enum import StrEnum

_SECONDS = 10.0


class PrintProblem(StrEnum):
    """Why nothing was printed."""

    NO_PRINTER = "no-printer"
    """This workstation has no ``lp``, or no printer behind it."""
    FAILED = "failed"


class PrintError(OSError):
    """Nothing was printed. Holds the problem, and nothing of what was to be printed."""

    def __init__(self, problem: PrintProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def printer() -> str:
    """The path of ``lp``; empty where there is none."""
    return shutil.which("lp") or ""


async def print_text(text: str) -> None:
    """Print a page of text on the workstation's usual printer.

    Raises:
        PrintError: NO_PRINTER, FAILED.
    """
    lp = printer()
    if not lp:
        raise PrintError(PrintProblem.NO_PRINTER)
    # Nothing of a patient in the arguments: every user of the machine sees them.
    process = await asyncio.create_subprocess_exec(
        lp,
        "-s",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(_SECONDS):
            await process.communicate(text.encode())
    except TimeoutError:
        process.kill()
        await process.wait()
        raise PrintError(PrintProblem.FAILED) from None
    if process.returncode != 0:
        raise PrintError(PrintProblem.NO_PRINTER if process.returncode == 1 else PrintProblem.FAILED)
