"""A Postfix of the test's own: its queue, its log and its port, discarding what it takes.

Its programs have nothing to warn of when they start. Each would say so to postlogd, which is ended
when idle: ten lines fill that socket's queue (net.unix.max_dgram_qlen), and a postlogd that starts
behind them and has to warn of something too waits for itself for good. Then all of Postfix does: it
greets, and says no more.
"""

import signal
import socket
import subprocess
import time
from pathlib import Path

_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
smtp unix - - n - - smtp
postlog unix-dgram n - n - 1 postlogd
"""
_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = relay.example
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
default_transport = discard:
relay_transport = discard:
local_transport = discard:
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
smtpd_client_connection_count_limit = 0
smtpd_recipient_restrictions = check_recipient_access inline:{{
    {{ nobody@example.com = 550 5.1.1 No such reader }}
    {{ later@example.com = 450 4.2.1 Come again }} }}
    permit_mynetworks, reject
smtpd_relay_restrictions = permit_mynetworks, reject
smtputf8_enable = yes
"""


def once(lines: str) -> str:
    """Lines of main.cf with each parameter once, its last value: of another, programs warn."""
    kept: dict[str, list[str]] = {}
    name = ""
    for line in lines.splitlines(keepends=True):
        if line[:1].isspace():
            kept[name].append(line)
        else:
            name = line.partition("=")[0].strip()
            kept[name] = [line]
    return "".join(line for value in kept.values() for line in value)


class Postfix:
    """One instance.

    Args:
        folder: of everything; its parents can be entered by the account `postfix`.
        more: further lines of main.cf.
    """

    def __init__(self, folder: Path, more: str = "") -> None:
        self.folder = folder
        self.more = more
        self.log = folder / "mail.log"

    def start(self) -> None:
        conf = self.folder / "conf"
        for name in ("conf", "queue", "data"):
            (self.folder / name).mkdir(exist_ok=True)
        subprocess.run(["/bin/chown", "postfix", self.folder / "data"], check=True)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])
        (conf / "main.cf").write_text(once(_MAIN.format(folder=self.folder) + self.more))
        (conf / "master.cf").write_text(_MASTER.format(port=self.port))
        self._run("start")
        deadline = time.monotonic() + 30
        while not self._answers():
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)

    def stop(self) -> None:
        pid_file = self.folder / "queue" / "pid" / "master.pid"
        pid = int(pid_file.read_text())
        self._run("stop", check=False)
        deadline = time.monotonic() + 20
        while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        if Path(f"/proc/{pid}").exists():
            subprocess.run(["/bin/kill", f"-{int(signal.SIGKILL)}", str(pid)], check=False)

    def _run(self, verb: str, *, check: bool = True) -> None:
        argv = ["/usr/sbin/postfix", "-c", str(self.folder / "conf"), verb]
        subprocess.run(argv, check=check, capture_output=True)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                return connection.recv(512).startswith(b"220")
        except OSError:
            return False
