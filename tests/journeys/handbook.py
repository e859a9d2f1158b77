"""The lines of docs/first-hour.md, run by a shell as they stand there.

Only what is a newsroom's own is put in their place: the address of its site, and of the web server.
"""

import re
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.collect.site import Site
from tests.journeys.running import CHECKOUT, SYNDICATE

DOCUMENT = CHECKOUT / "docs" / "first-hour.md"
# `docker compose exec web …` where there is no Docker: beside the same processes.
_DOCKER = """\
#!/bin/sh
[ "$1 $2" = "compose exec" ] || exit 64
shift 2
if [ "$1" = -T ]; then shift; else exec </dev/null; fi
[ "$1" = web ] || exit 64
shift
exec "$@"
"""


def block(heading: str, kind: str = "") -> str:
    """The first block of code under a heading, of a kind: `toml`, or plain lines for a shell."""
    part = DOCUMENT.read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found: list[tuple[str, str]] = re.findall(r"```(.*)\n([^`]*?)```", part)
    return next(text for name, text in found if name == kind)


def lines(heading: str) -> list[str]:
    """The commands under a heading, each on one line."""
    return block(heading).replace("\\\n", " ").strip().splitlines()


def of_site(text: str, site: Site) -> str:
    """Commands and bodies that name our own site in place of the document's."""
    for asked, path in (
        ("https://www.courier.example/feed.xml", "/feed"),
        ("https://www.courier.example/", "/"),
    ):
        own = site.url(path)
        for name, allow in (("address", "allow"), ("url", "allow_origins")):
            said = f'"{name}": "{own}", "{allow}": ["{site.origin}"]'
            text = text.replace(f'"{name}": "{asked}"', said)
        text = text.replace(asked, f"{own} --allow {site.origin}")
    return text


def of_file(text: str, site: Site) -> str:
    """A `newsroom.toml` whose source is our own site's in place of the document's."""
    asked = 'url = "https://www.courier.example/feed.xml"'
    assert asked in text
    return text.replace(asked, f'url = "{site.url("/feed")}"\nallow_origins = ["{site.origin}"]')


def run(text: str, folder: Path, env: Mapping[str, str]) -> str:
    """What a shell says to these lines, in a folder; none of them fails."""
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    ours = f'#!/bin/sh\nexec {shlex.join(SYNDICATE)} "$@"\n'
    for name, script in (("syndicate", ours), ("docker", _DOCKER)):
        (programs / name).write_text(script)
        (programs / name).chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", "-euc", text],
        env={**env, "PATH": f"{programs}:{env['PATH']}", "PYTHONPATH": str(CHECKOUT)},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"
    return done.stdout
