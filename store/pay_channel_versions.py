"""Which version of a pay channel's `paychannel.toml` is live; `shown` is its admission score.

Each line of the score has name, wanted, found, n and verdict.
"""

from __future__ import annotations

from store.file_versions import FileVersions
from store.tables_channels import PayChannelVersionRow

_CHANNELS = FileVersions(
    PayChannelVersionRow,
    of="pay channel",
    owner="channel",
    shown="score",
    prefix="CV",
    action="pay_channel",
    trail="pay-channel",
)
propose, approve, reject, stop = (
    _CHANNELS.propose,
    _CHANNELS.approve,
    _CHANNELS.reject,
    _CHANNELS.stop,
)
live_hashes, versions, version_of = (
    _CHANNELS.live_hashes,
    _CHANNELS.versions,
    _CHANNELS.version_of,
)
