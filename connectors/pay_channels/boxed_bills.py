"""The bills of a channel that puts them into a drop box, where we only read: one file for each day.

Apart from the families, for none of their messages asks for such a file.
"""

from __future__ import annotations

from datetime import date, datetime
from fnmatch import fnmatchcase

from connectors.boxes.box import Box, BoxFile
from connectors.pay_channels.bills import two_members, unpacked
from connectors.pay_channels.interface import BillNotThere
from engine.clock import business_zone
from engine.pay_channel_payouts import BillBox


class BoxOfBills:
    """The files of one merchant account; whoever writes one anew means the newest."""

    def __init__(self, code: str, box: Box, how: BillBox, merchant: str) -> None:
        self._code, self._box, self._how, self._merchant = code, box, how, merchant

    def bill(self, day: date) -> bytes:
        """The unpacked file of a day, or the zip with its two files.

        Raises: BillNotThere, BoxClosed, FileTooLarge, NoSuchFile, AnswerUnreadable.
        """
        name = self._how.name_of(self._merchant, day)
        found = [file for file in self._box.files() if self._is_whole(file, name)]
        if not found:
            raise BillNotThere(self._code, day)
        file = max(found, key=lambda one: (one.changed_at, one.path))
        data = self._box.read(file)
        if (names := self._how.two_files(self._merchant, day)) is not None:
            # Kept as it came: what its two files say together is one bill.
            two_members(self._code, names, data)
            return data
        return unpacked(self._code, self._how, data)

    def _is_whole(self, file: BoxFile, name: str) -> bool:
        """Nobody has written it a moment ago, as a server that is still writing has."""
        age = datetime.now(business_zone) - file.changed_at
        is_it = fnmatchcase(file.path.rpartition("/")[2], name)
        return is_it and age.total_seconds() >= self._how.settle_s
