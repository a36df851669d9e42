"""Ports of this machine: is one free, and if not, who has it."""

import contextlib
import random
import socket

import psutil

from songda.stack.processes import StackError

LOCAL = "127.0.0.1"
SERVER_PORTS = range(20_000, 32_000)


def free_port() -> int:
    """Any port that is free now, below those that the system gives to outgoing connections.

    From among those, a client that reconnects while its server is down could be given the server's own port, and then
    holds it against the server.
    """
    for port in random.sample(SERVER_PORTS, len(SERVER_PORTS)):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind((LOCAL, port))
            return port
    raise StackError("没有空闲端口。 No port is free.")


def require_free(port: int, what: str, setting: str) -> None:
    """Raise StackError, naming who listens, when `port` cannot be had for `what`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: a closing connection is no owner
        try:
            probe.bind((LOCAL, port))
        except OSError as error:
            raise StackError(
                f"{what} 的端口 {port} 已被占用({_owner(port)}): 请停掉它, 或用 {setting} 换一个端口。 "
                f"Port {port} for {what} is in use by {_owner(port)}: stop it, or choose another with {setting}. "
                f"({error.strerror})"
            ) from error


def listening(port: int) -> bool:
    """Whether something accepts connections there."""
    with contextlib.suppress(OSError), socket.create_connection((LOCAL, port), timeout=1):
        return True
    return False


def _owner(port: int) -> str:
    with contextlib.suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.pid and connection.laddr[1:] == (port,):
                return f"pid {connection.pid} {psutil.Process(connection.pid).name()}"
    return "another program"
