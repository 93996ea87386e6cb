"""Whether a port of this machine is free, asked before anything is started that would listen on it."""

import socket

from catalog.errors import ConfigurationError


def check_port(setting: str, host: str, port: int) -> None:
    """Raise ConfigurationError when nobody can listen on `port` of `host`; `setting` names what chooses the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise ConfigurationError(
                f"无法监听 {host}:{port}，端口可能已被占用。请停止占用它的程序，或用 {setting} 指定另一个端口。",
                f"Cannot listen on {host}:{port}; the port may be taken. Stop what holds it, or name another"
                f" port with {setting}.",
                code="port_taken",
                port=port,
            ) from None
