"""The text of a PDF, read by a process of its own: a hostile file can neither stop the screen nor fill the memory.

Run as ``python -m dmp_tui.screens.pdf``, it reads the file on standard input and writes JSON, a line a page as it reads
it: what was read before the time is over is shown, and what was not is said.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

SECONDS = 20
"""After which reading stops; the process itself is ended a little later."""
MEMORY = 768 * 2**20
PAGES = 2000
CHARACTERS = 4_000_000
_PAGE = 400_000
"""Characters of one page."""
_LINE = 16 * 2**20


class PdfProblem(StrEnum):
    """Why a PDF shows no text."""

    NONE = "none"
    NO_TEXT = "no-text"
    ENCRYPTED = "encrypted"
    UNREADABLE = "unreadable"
    TOO_LONG = "too-long"


@dataclass(frozen=True, slots=True)
class PdfPage:
    """The text of a page, and its images by name and size."""

    text: str = ""
    images: tuple[str, ...] = ()
    broken: bool = False
    """Its text could not be read, or not to its end."""


@dataclass(frozen=True, slots=True)
class PdfText:
    """The pages that were read, or the problem. ``total`` is how many the file has, where that is known."""

    pages: tuple[PdfPage, ...] = ()
    problem: PdfProblem = PdfProblem.NONE
    total: int = 0


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
        limit=_LINE,
    )
    lines: list[dict[str, Any]] = []
    late = False
    try:
        await asyncio.wait_for(_converse(process, content, lines), SECONDS * 1.5)
    except TimeoutError:
        late = True
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return _told(lines, failed=late or process.returncode != 0)


async def _converse(process: asyncio.subprocess.Process, content: bytes, lines: list[dict[str, Any]]) -> None:
    """Give the file and take the lines; the two at once, since either pipe may be full."""
    assert process.stdin is not None  # noqa: S101 - a pipe was asked for; narrows the type
    assert process.stdout is not None  # noqa: S101

    async def give(pipe: asyncio.StreamWriter) -> None:
        try:
            pipe.write(content)
            await pipe.drain()
            pipe.close()
        except (BrokenPipeError, ConnectionResetError):
            return  # the child ended before it had read everything: its exit code says it

    giving = asyncio.ensure_future(give(process.stdin))
    try:
        while line := await process.stdout.readline():
            lines.append(json.loads(line))
        await process.wait()
    finally:
        giving.cancel()


def _told(lines: list[dict[str, Any]], *, failed: bool) -> PdfText:
    """What the child's lines say. Pages that were read count, whatever befell it afterwards."""
    head, pages = (lines[0], lines[1:]) if lines else ({}, [])
    if problem := head.get("problem"):
        return PdfText(problem=PdfProblem(problem))
    total = int(head.get("total", 0))
    read = tuple(PdfPage(p["text"], tuple(p["images"]), p["broken"]) for p in pages)
    if not read:
        return PdfText(problem=PdfProblem.TOO_LONG if total else PdfProblem.UNREADABLE, total=total)
    if not failed and len(read) == total and not any(page.text.strip() for page in read):
        broken = all(page.broken for page in read)
        return PdfText(read, PdfProblem.UNREADABLE if broken else PdfProblem.NO_TEXT, total)
    return PdfText(read, total=total)


def _extract(content: bytes) -> Iterator[dict[str, object]]:
    """The child's work: first what is wrong or how many pages there are, then the pages."""
    from io import BytesIO

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    end, characters = time.monotonic() + SECONDS, 0
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            yield {"problem": PdfProblem.ENCRYPTED}
            return
        total = len(reader.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        # What pypdf raises for files that are not as they should be is not always its own error.
        yield {"problem": PdfProblem.UNREADABLE}
        return
    yield {"total": total}
    for number in range(min(total, PAGES)):
        page = _page(reader, number)
        yield page
        characters += len(str(page["text"]))
        if characters > CHARACTERS or time.monotonic() > end:
            return


def _page(reader: Any, number: int) -> dict[str, object]:
    from pypdf.errors import PyPdfError

    try:
        page = reader.pages[number]
        text = page.extract_text()
        return {"text": text[:_PAGE], "images": _images(page), "broken": len(text) > _PAGE}
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        return {"text": "", "images": [], "broken": True}


def _images(page: Any) -> list[str]:
    """``Im0 1240x1754``: the images that a page names, not decoded."""
    found = []
    resources = page.get("/Resources")
    objects = resources.get_object().get("/XObject") if resources is not None else None
    for name, reference in objects.get_object().items() if objects is not None else ():
        image = reference.get_object()
        if image.get("/Subtype") == "/Image":
            found.append(f"{str(name).removeprefix('/')} {image.get('/Width')}x{image.get('/Height')}")
    return found


def main() -> None:
    """Read standard input, write the pages."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS + 5, SECONDS + 5))
    for line in _extract(sys.stdin.buffer.read()):
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
