"""Invented letters: PDFs with an INS datamatrix printed on a page, or with none."""

import zlib

import zxingcpp


def letter(datamatrix: str = "", *, pages: int = 1, on: int = 0, words: str = "") -> bytes:
    """A PDF of blank pages; ``datamatrix`` stands as an image on page ``on``, ``words`` as text on the first."""
    objects: list[bytes] = []

    def add(body: bytes) -> int:
        objects.append(body)
        return len(objects)

    catalogue, tree = add(b""), add(b"")
    font = add(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    image = add(_image(datamatrix)) if datamatrix else 0
    kids = []
    for number in range(pages):
        drawn = b"BT /F 12 Tf 60 700 Td (%s) Tj ET\n" % words.encode("ascii") if number == 0 and words else b""
        if image and number == on:
            drawn += b"q 110 0 0 110 420 700 cm /I Do Q"
        stream = add(b"<< /Length %d >> stream\n%s\nendstream" % (len(drawn), drawn))
        resources = b"<< /Font << /F %d 0 R >> %s >>" % (font, b"/XObject << /I %d 0 R >>" % image if image else b"")
        page = b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources %s >>"
        kids.append(add(page % (tree, stream, resources)))
    objects[catalogue - 1] = b"<< /Type /Catalog /Pages %d 0 R >>" % tree
    listed = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[tree - 1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (listed, pages)
    return _file(objects, catalogue)


def _image(datamatrix: str) -> bytes:
    drawn = zxingcpp.create_barcode(datamatrix.encode("utf-8"), zxingcpp.BarcodeFormat.DataMatrix).to_image(scale=4)
    pixels = memoryview(drawn)  # type: ignore[arg-type]  # it has the buffer protocol, which its stub does not say
    height, width = pixels.shape or (0, 0)
    data = zlib.compress(pixels.tobytes())
    head = b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8"
    return head % (width, height) + b" /Filter /FlateDecode /Length %d >> stream\n%s\nendstream" % (len(data), data)


def _file(objects: list[bytes], root: int) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, start)
    return bytes(out)
