"""The golden zip with its trades and its errors, taken apart and put together otherwise."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

from tests.golden.reading import GOLDEN

ERRORS = GOLDEN / "tables" / "unionpay-zme.zip"
TRADES_NAME = "INN26011200ZM_TEST-1900000001"
ERRORS_NAME = "INN26011200ZME_TEST-1900000001"


def members() -> dict[str, bytes]:
    """The two files by their names."""
    return members_of(ERRORS.read_bytes())


def members_of(packed: bytes) -> dict[str, bytes]:
    """The files of a zip by their names."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files."""
    packing = io.BytesIO()
    with zipfile.ZipFile(packing, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packing.getvalue()


def with_errors(change: Callable[[bytes], bytes]) -> bytes:
    """The golden zip with another file of errors."""
    files = members()
    return packed({**files, ERRORS_NAME: change(files[ERRORS_NAME])})
