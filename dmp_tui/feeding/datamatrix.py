"""The INS datamatrix printed in a PDF, looked for by a process of its own: a hostile file can neither stop the watch
nor fill the memory. The text of a PDF is never read here, and never used to guess whose it is.

Run as ``python -m dmp_tui.feeding.datamatrix``, it reads the file on standard input and writes what it found as JSON.
"""

import asyncio
import json
import sys

SECONDS = 60
MEMORY = 1536 * 2**20
FIRST, LAST = 10, 1
"""Pages that are looked at: a label stands on the first, on the last, or on the page where the letter begins."""
_SCALES = (200 / 72, 300 / 72)
"""Pixels a point: what a scanner of labels sees, then finer where nothing was found."""
_LARGEST_SIDE = 6000
_PREFIX = "IS01"


async def datamatrices(content: bytes) -> tuple[str, ...] | None:
    """The INS datamatrices of a PDF, each once; None if the file could not be looked at."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-m",
        "dmp_tui.feeding.datamatrix",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        out, _err = await asyncio.wait_for(process.communicate(content), SECONDS * 1.5)
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return tuple(json.loads(out)) if process.returncode == 0 else None


def _look(content: bytes) -> list[str]:
    """The child's work. Anything unforeseen ends the child, and its parent says that it could not look."""
    import pypdfium2
    import zxingcpp

    document = pypdfium2.PdfDocument(content)
    count = len(document)
    pages = dict.fromkeys([*range(min(FIRST, count)), *range(max(count - LAST, 0), count)])
    found: dict[str, None] = {}
    wanted = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.DataMatrix)
    for scale in _SCALES:
        for number in pages:
            page = document[number]
            largest = max(page.get_size()) or 1
            bitmap = page.render(scale=min(scale, _LARGEST_SIDE / largest), grayscale=True)
            pixels = memoryview(bytes(bitmap.buffer)).cast("B", (bitmap.height, bitmap.stride))
            for barcode in zxingcpp.read_barcodes(pixels, formats=wanted):
                text = barcode.bytes.decode("utf-8", "replace")
                if barcode.valid and text.startswith(_PREFIX):
                    found[text] = None
        if found:
            break
    return list(found)


def main() -> None:
    """Read standard input, write the datamatrices."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    sys.stdout.write(json.dumps(_look(sys.stdin.buffer.read())))


if __name__ == "__main__":
    main()
