"""A web server, the shipped proxy and a cache before it, and requests sent as they stand."""

import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from email.parser import BytesParser
from pathlib import Path

from bench.feeds_servers import Answer, Nginx, Web, program

# A cache of somebody else's: it keeps what it is allowed to, and for a minute whatever says nothing
# of caches, errors too, as large ones do. It lets headers pass that are too long for who is behind
# it. `X-Run` begins it anew: what one run left is not there for the next.
_CACHE = """
    daemon off; worker_processes 1; pid {folder}/pid; error_log stderr crit;
    events {{ worker_connections 256; }}
    http {{
        access_log off;
        proxy_cache_path {folder}/kept keys_zone=kept:10m;
        large_client_header_buffers 4 64k;
        server {{
            listen 127.0.0.1:{port};
            merge_slashes off;
            absolute_redirect off;
            location / {{
                proxy_pass http://127.0.0.1:{behind};
                proxy_set_header Host $http_host;
                proxy_set_header X-Run "";
                proxy_cache kept;
                proxy_cache_key "$http_x_run $host $request_uri";
                proxy_cache_valid any 1m;
            }}
        }}
    }}
"""


def serving(folder: Path) -> AbstractContextManager[Web]:
    """One web process over the test's rows."""
    env = {name: os.environ[name] for name in os.environ if name.startswith("SYNDICATE_")}
    return Web(env, folder, 1)


@contextmanager
def proxy(web: Web) -> Iterator[int]:
    """The port of a proxy that has kept nothing yet."""
    with open_folder() as folder, Nginx(folder, web.port, folder) as nginx:
        yield nginx.proxy_port


@contextmanager
def cache_before(behind: int) -> Iterator[int]:
    """The port of somebody else's cache before a port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    with open_folder() as folder:
        (folder / "conf").write_text(_CACHE.format(folder=folder, port=port, behind=behind))
        argv = [str(program()), "-c", f"{folder}/conf", "-p", str(folder)]
        process = subprocess.Popen(argv, stderr=subprocess.DEVNULL)
        try:
            _wait(port)
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def ask(port: int, head: str) -> Answer:
    """What a request gets, sent letter by letter as it stands."""
    said = send(port, head)
    first, _, rest = said.partition(b"\r\n")
    top, _, body = rest.partition(b"\r\n\r\n")
    status = re.fullmatch(rb"HTTP/1\.[01] ([0-9]{3}) .*", first)
    assert status, said[:200]
    found = BytesParser().parsebytes(top).items()
    return Answer(int(status[1]), {name.lower(): value for name, value in found}, body)


def send(port: int, head: str) -> bytes:
    """Every byte that comes back for a request."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"{head}Connection: close\r\n\r\n".encode("latin-1"))
        return b"".join(iter(lambda: connection.recv(65536), b""))


@contextmanager
def open_folder() -> Iterator[Path]:
    """Where nginx's workers may go."""
    with tempfile.TemporaryDirectory(prefix="syndicate-nginx-", dir="/tmp") as name:
        Path(name).chmod(0o755)  # its workers are of another account where root starts it
        yield Path(name)


def _wait(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"nobody answers on port {port}")
