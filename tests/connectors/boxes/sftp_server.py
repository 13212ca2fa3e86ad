"""A small SFTP server on loopback, with a key of its own and one folder."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from paramiko.sftp import SFTP_NO_SUCH_FILE

LOGIN, PASSWORD = "hk", "sandbox-password"


class _Door(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        fits = (username, password) == (LOGIN, PASSWORD)
        return int(AUTH_SUCCESSFUL if fits else AUTH_FAILED)

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return int(OPEN_SUCCEEDED)


class _Files(paramiko.SFTPServerInterface):
    def __init__(self, server: Any, folder: Path) -> None:
        super().__init__(server)
        self._folder = folder

    def list_folder(self, path: str) -> Any:
        folder = self._folder / path.lstrip("/")
        if not folder.is_dir():
            return SFTP_NO_SUCH_FILE
        return [
            paramiko.SFTPAttributes.from_stat(entry.stat(), entry.name)
            for entry in folder.iterdir()
        ]

    def stat(self, path: str) -> Any:
        try:
            return paramiko.SFTPAttributes.from_stat((self._folder / path.lstrip("/")).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    def open(self, path: str, flags: int, attr: Any) -> Any:
        assert not flags & (os.O_WRONLY | os.O_RDWR), "we only read"
        try:
            opened = (self._folder / path.lstrip("/")).open("rb")
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        handle = paramiko.SFTPHandle(flags)
        handle.readfile = opened  # type: ignore[attr-defined]
        return handle


@contextmanager
def sftp_server(folder: Path) -> Iterator[tuple[int, str]]:
    """Serve a folder until the block ends; give the port, and the key as ssh-keyscan prints it."""
    key = paramiko.ECDSAKey.generate()
    listener = socket.create_server(("127.0.0.1", 0))
    transports: list[paramiko.Transport] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, folder)
            transports.append(transport)
            try:
                transport.start_server(server=_Door())
            except (EOFError, OSError, paramiko.SSHException):  # a client may hang up at any word
                transport.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], f"{key.get_name()} {key.get_base64()}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for transport in transports:
            transport.close()
        thread.join(5)
