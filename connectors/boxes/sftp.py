"""A folder on somebody's SFTP server. Its key must be the declared one; no other is believed."""

from __future__ import annotations

import base64
import io
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import paramiko

from connectors.boxes.box import MOST_BYTES, BoxClosed, BoxFile, FileTooLarge, NoSuchFile


@dataclass(frozen=True)
class SftpPlace:
    """Where to knock: `host_key` as ssh-keyscan prints it, such as "ssh-ed25519 AAAA…".

    `secret` is a private key in PEM, or a password.
    """

    host: str
    port: int
    login: str
    host_key: str
    folder: str
    timeout_s: float

    @property
    def key_type(self) -> str:
        """The kind of the server's key."""
        return self.host_key.split()[0]

    @property
    def key(self) -> bytes:
        """The server's key itself."""
        return base64.b64decode(self.host_key.split()[1])


class SftpBox:
    """Connects anew for each look: a day lies between two of them."""

    def __init__(self, code: str, place: SftpPlace, secret: str) -> None:
        self._code, self._place, self._secret = code, place, secret

    def files(self) -> list[BoxFile]:
        """Every plain file of the folder. Raises: BoxClosed."""
        with self._connected() as sftp:
            return [
                BoxFile(told.filename, told.st_size or 0, datetime.fromtimestamp(changed, UTC))
                for told in sftp.listdir_attr(self._place.folder)
                if stat.S_ISREG(told.st_mode or 0) and (changed := told.st_mtime) is not None
            ]

    def read(self, file: BoxFile) -> bytes:
        """Its content. Raises: BoxClosed, NoSuchFile, FileTooLarge."""
        with self._connected() as sftp:
            try:
                with sftp.open(f"{self._place.folder}/{file.path}", "rb") as opened:
                    data = opened.read(MOST_BYTES + 1)
            except FileNotFoundError as gone:
                raise NoSuchFile(self._code, file.number) from gone
        if len(data) > MOST_BYTES:
            raise FileTooLarge(self._code, file.number, len(data))
        return data

    @contextmanager
    def _connected(self) -> Iterator[paramiko.SFTPClient]:
        place = self._place
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        known = paramiko.PKey.from_type_string(place.key_type, place.key)
        name = place.host if place.port == 22 else f"[{place.host}]:{place.port}"
        client.get_host_keys().add(name, place.key_type, known)
        try:
            client.connect(
                place.host,
                place.port,
                place.login,
                password=None if self._is_key else self._secret,
                pkey=self._own_key() if self._is_key else None,
                timeout=place.timeout_s,
                banner_timeout=place.timeout_s,
                auth_timeout=place.timeout_s,
                allow_agent=False,
                look_for_keys=False,
            )
            yield client.open_sftp()
        except (FileNotFoundError, PermissionError) as missing:
            raise BoxClosed(self._code, "the folder is not there, or not ours") from missing
        except (paramiko.SSHException, OSError, EOFError) as closed:
            # Only the kind of error: its text may quote what the server said.
            raise BoxClosed(self._code, type(closed).__name__) from closed
        finally:
            client.close()

    @property
    def _is_key(self) -> bool:
        return self._secret.lstrip().startswith("-----BEGIN")

    def _own_key(self) -> paramiko.PKey:
        for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
            try:
                return kind.from_private_key(io.StringIO(self._secret))
            except (paramiko.SSHException, ValueError):
                continue
        raise BoxClosed(self._code, "our own key cannot be read")
