"""A Dovecot of the test's own: its mail, its port, one user whose password is no ASCII."""

import os
import socket
import subprocess
import time
from pathlib import Path

USER = "bounces"
PASSWORD = "s3cret/ص@x"  # noqa: S105 - of this server alone
_CONF = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
auth_failure_delay = 0
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{certificate}
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
service imap-login {{
  inet_listener imap {{
    port = {plain_port}
  }}
  inet_listener imaps {{
    port = {port}
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/mail
}}
namespace inbox {{
  inbox = yes
  prefix = INBOX.
  separator = .
}}
"""


class Dovecot:
    """One instance; everything lies in one folder, which any account can enter.

    Args:
        folder: of everything.
        certificate: key and certificate in one file.
    """

    def __init__(self, folder: Path, certificate: Path) -> None:
        self.folder = folder
        self.certificate = certificate
        self.maildir = folder / "mail"
        self._put = 0

    def start(self) -> None:
        self.maildir.mkdir()
        self._hand_over(self.maildir)
        self.port, self.plain_port = _free_port(), _free_port()
        (self.folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
        conf = self.folder / "dovecot.conf"
        conf.write_text(
            _CONF.format(
                folder=self.folder,
                certificate=self.certificate,
                port=self.port,
                plain_port=self.plain_port,
            )
        )
        argv = ["/usr/sbin/dovecot", "-F", "-c", str(conf)]
        self._process = subprocess.Popen(argv)
        deadline = time.monotonic() + 60
        while not self._answers():
            assert self._process.poll() is None, (self.folder / "dovecot.log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(30)

    def empty(self) -> None:
        for path in self.maildir.rglob("*"):
            if path.parent.name in ("new", "cur") and path.is_file():
                path.unlink()

    def put(self, *mails: bytes) -> None:
        """Deliver mails, in this order."""
        for raw in mails:
            self._put += 1
            made = self.maildir / "tmp" / f"{self._put:09}.test"
            made.parent.mkdir(exist_ok=True)
            made.write_bytes(raw)
            self._hand_over(made, made.parent)
            new = self.maildir / "new"
            new.mkdir(exist_ok=True)
            self._hand_over(new)
            made.rename(new / f"{1_700_000_000 + self._put}.{made.name}")

    def holds(self, folder: str = "") -> list[bytes]:
        """The mails of a folder, oldest first; of the inbox when none is named."""
        root = self.maildir / folder
        files = [each for name in ("new", "cur") for each in (root / name).glob("*")]
        return [path.read_bytes() for path in sorted(files, key=lambda path: path.name)]

    def _hand_over(self, *paths: Path) -> None:
        for path in paths:
            subprocess.run(["/bin/chown", "mail:mail", path], check=True)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.plain_port), timeout=5) as connection:
                return connection.recv(512).startswith(b"* OK")
        except OSError:
            return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def is_root() -> bool:
    return os.getuid() == 0
