"""A PDF of plain text, as small as one can be: what a document without structure embeds."""

_LINES = 46
_HEIGHT = 842


def text_pdf(lines: tuple[str, ...]) -> bytes:
    """A PDF 1.4 of A4 pages with these lines in Helvetica, in WinAnsi (cp1252) characters."""
    pages = [lines[at : at + _LINES] for at in range(0, max(len(lines), 1), _LINES)]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in enumerate(pages):
        stream = _content(page)
        objects += [
            (
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 {_HEIGHT}] "
                f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * number} 0 R >>"
            ).encode(),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        ]
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _content(lines: tuple[str, ...]) -> bytes:
    """The page's operators: one line under another from the top margin."""
    rows = [b"BT /F1 11 Tf 50 %d Td 16 TL" % (_HEIGHT - 60)]
    for line in lines:
        escaped = line.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        rows.append(b"(%s) Tj T*" % escaped)
    return b"\n".join([*rows, b"ET"])
