"""The text of a PDF, read by a process of its own: a hostile file can neither stop the screen nor fill the memory.

Run as ``python -m dmp_tui.screens.pdf``, it reads the file on standard input and writes its pages' text as JSON.
"""

import asyncio
import json
import sys
from dataclasses import dataclass
from enum import StrEnum

SECONDS = 20
MEMORY = 768 * 2**20
PAGES = 200
CHARACTERS = 400_000


class PdfProblem(StrEnum):
    """Why a PDF shows no text."""

    NONE = "none"
    NO_TEXT = "no-text"
    ENCRYPTED = "encrypted"
    UNREADABLE = "unreadable"
    TOO_LONG = "too-long"


@dataclass(frozen=True, slots=True)
class PdfText:
    """Text of the pages, or the problem."""

    pages: tuple[str, ...] = ()
    problem: PdfProblem = PdfProblem.NONE


async def pdf_text(content: bytes) -> PdfText:
    """Pages of a PDF as text. Never raises for what is wrong with the file."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-m",
        "dmp_tui.screens.pdf",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        out, _err = await asyncio.wait_for(process.communicate(content), SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        return PdfText(problem=PdfProblem.TOO_LONG)
    if process.returncode != 0:
        return PdfText(problem=PdfProblem.UNREADABLE)
    answer = json.loads(out)
    if problem := answer.get("problem"):
        return PdfText(problem=PdfProblem(problem))
    pages = tuple(answer["pages"])
    if not any(page.strip() for page in pages):
        return PdfText(problem=PdfProblem.NO_TEXT)
    return PdfText(pages)


def _extract(content: bytes) -> dict[str, object]:
    """The child's work. Anything unforeseen ends the child, and its parent says "unreadable"."""
    from io import BytesIO

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    pages: list[str] = []
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            return {"problem": PdfProblem.ENCRYPTED}
        for page in reader.pages[:PAGES]:
            pages.append(page.extract_text())
            if sum(map(len, pages)) > CHARACTERS:
                break
    except PyPdfError:
        return {"problem": PdfProblem.UNREADABLE}
    return {"pages": pages}


def main() -> None:
    """Read standard input, write the pages."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    sys.stdout.write(json.dumps(_extract(sys.stdin.buffer.read())))


if __name__ == "__main__":
    main()
