"""A small SFTP server for tests: one account, by password or key, closed into one folder. Run by sftp.py as a program.

Arguments: the folder with host_key, authorized_keys, password and data/files; the port; the account's name.
"""

import asyncio
import hmac
import sys
from pathlib import Path

import asyncssh


class Server(asyncssh.SSHServer):
    """Lets in one account with one password; keys are looked up by the library."""

    def __init__(self, user: str, password: str) -> None:
        self._user = user
        self._password = password

    def password_auth_supported(self) -> bool:
        """Yes."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """Whether it is the account's."""
        return username == self._user and hmac.compare_digest(password, self._password)


async def serve(folder: Path, port: int, user: str) -> None:
    """Serve until ended."""
    files = folder / "data" / "files"
    password = (folder / "password").read_text().strip()
    await asyncssh.listen(
        "127.0.0.1",
        port,
        server_factory=lambda: Server(user, password),
        server_host_keys=[str(folder / "host_key")],
        authorized_client_keys=str(folder / "authorized_keys"),
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(files).encode()),
        allow_scp=False,
    )
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
