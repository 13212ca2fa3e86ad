"""A QR code as the path of an SVG picture, so that a page needs no picture file and no script."""

from __future__ import annotations

QUIET = 4
"""Empty modules round a code. Source: ISO/IEC 18004, section 6.3.8."""


def qr_path(text: str) -> tuple[int, str]:
    """The width of the picture in modules, quiet zone included, and its dark modules as a path."""
    # Late: it loads every kind of bar code, for the cashier's page alone.
    from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    width: int = code.getModuleCount()
    dark = [
        f"M{x + QUIET} {y + QUIET}h1v1h-1z"
        for y in range(width)
        for x in range(width)
        if code.isDark(y, x)
    ]
    return width + 2 * QUIET, "".join(dark)
