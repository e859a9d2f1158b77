"""What deploy/ holds is read by the programs it is for."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from syndicate.vocabulary.feeds import FeedFormat

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


def run(*argv: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which(argv[0], path="/usr/sbin:/sbin:/usr/bin:/bin")
    assert program
    return subprocess.run(
        [program, *argv[1:]], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.debian("nginx")
def test_nginx_reads_its_configuration(tmp_path: Path) -> None:
    site = (DEPLOY / "nginx" / "syndicate.conf").read_text()
    # Debian 12's nginx is older than the image: it resolves upstreams when it starts, once.
    site = re.sub(r"^ *resolver .*;$", "", site, flags=re.MULTILINE)
    site = site.replace("web:8080 resolve", "127.0.0.1:8080")
    site = site.replace("/var/cache/nginx", str(tmp_path))
    (tmp_path / "site.conf").write_text(site)
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\n"
        f"http {{ include {tmp_path}/site.conf; }}\n"
    )

    done = run("nginx", "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"))

    assert done.returncode == 0, done.stderr


def test_the_proxy_keeps_every_format_of_a_feed() -> None:
    """Also where no nginx is: an ending that it does not know costs the web servers every poll."""
    site = (DEPLOY / "nginx" / "syndicate.conf").read_text()

    [endings] = re.findall(r"\^/feeds/.*\\\.\(([a-z|]+)\)", site)

    assert endings.split("|") == [form.value for form in FeedFormat]


def test_programs_are_told_of_every_format_of_a_feed() -> None:
    told = (DEPLOY.parent / "docs" / "api.md").read_text()

    assert re.findall(r"`/feeds/\{slug\}\.(\w+)`", told) == [form.value for form in FeedFormat]


@pytest.mark.debian("postfix")
def test_postfix_knows_every_word_of_the_relays_configuration(tmp_path: Path) -> None:
    """It warns of a parameter that it does not know, and of a value that it cannot read."""
    shutil.copy(DEPLOY / "relay" / "main.cf", tmp_path)
    (tmp_path / "master.cf").write_text("smtp inet n - n - - smtpd\n")

    done = run("postconf", "-c", str(tmp_path), "-n")

    assert (done.returncode, done.stderr) == (0, "")
    given = [
        line for line in (DEPLOY / "relay" / "main.cf").read_text().splitlines() if " =" in line
    ]
    names = {line.split(" =")[0] for line in given if not line.startswith("#")}
    known = {line.split(" =")[0] for line in done.stdout.splitlines()}
    assert names == known - {"config_directory"}


def test_the_relays_start_is_a_shell_script_that_parses() -> None:
    done = run("sh", "-n", str(DEPLOY / "relay" / "start"))

    assert (done.returncode, done.stderr) == (0, "")
