"""A web server and the shipped proxy before it, and requests that are sent as they stand."""

import os
import re
import socket
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from email.parser import BytesParser
from pathlib import Path

from bench.feeds_servers import Answer, Nginx, Web


def serving(folder: Path) -> AbstractContextManager[Web]:
    """One web process over the test's rows."""
    env = {name: os.environ[name] for name in os.environ if name.startswith("SYNDICATE_")}
    return Web(env, folder, 1)


@contextmanager
def proxy(web: Web) -> Iterator[int]:
    """The port of a proxy that has kept nothing yet."""
    with tempfile.TemporaryDirectory(prefix="syndicate-nginx-", dir="/tmp") as name:
        Path(name).chmod(0o755)  # its workers are of another account where root starts it
        with Nginx(Path(name), web.port, Path(name)) as nginx:
            yield nginx.proxy_port


def ask(port: int, head: str) -> Answer:
    """What a request gets, sent letter by letter as it stands."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"{head}Connection: close\r\n\r\n".encode("latin-1"))
        said = b"".join(iter(lambda: connection.recv(65536), b""))
    first, _, rest = said.partition(b"\r\n")
    top, _, body = rest.partition(b"\r\n\r\n")
    status = re.fullmatch(rb"HTTP/1\.[01] ([0-9]{3}) .*", first)
    assert status, said[:200]
    found = BytesParser().parsebytes(top).items()
    return Answer(int(status[1]), {name.lower(): value for name, value in found}, body)
