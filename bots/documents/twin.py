"""The structured twin of a printed document: a file that the PDF carries, written for machines."""

from __future__ import annotations

from bots.documents.inflate import unpacked_streams
from bots.documents.launch import files_in
from bots.documents.preflight import preflight

# How ISO 32000 names a carried file; without the word nobody needs to open the document for it.
_SIGN = b"EmbeddedFile"


def carried_files(data: bytes) -> list[bytes]:
    """Return the files inside the PDF, none when it may not be opened.

    Starts a child process, when the PDF says that it carries any, and waits for it.
    """
    if preflight(data):
        return []
    if _SIGN not in data and not any(_SIGN in content for content in unpacked_streams(data)):
        return []
    return files_in(data)
