"""docker-compose.yml, checked without Docker: valid, and it says nothing the code does not know."""

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from syndicate import configured, settings
from syndicate.cli import build, doctor
from syndicate.embedded import plan

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
OURS = {"migrate", "web", "beat", *(f"worker-{name}" for name in plan.WORKERS)}
SERVERS = {"proxy", "postgres", "valkey", "relay", "mailpit"}


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return found


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def complaints(file: Path) -> str:
    """What compose says about a file; its wrapper on PyPI ends with 0 whatever that is."""
    program = Path(sys.executable).with_name("docker-compose")
    argv = [str(program), "-f", str(file), "--profile", "development", "config", "-q"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, cwd=ROOT)
    return done.stdout + done.stderr


def test_compose_itself_finds_nothing_wrong() -> None:
    assert complaints(FILE) == ""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("service_healthy", "service_well"),
        ("networks: [inside]", "networks: [nowhere]"),
        ("stop_grace_period", "stop_grace"),
    ],
)
def test_compose_would_find_a_fault(tmp_path: Path, right: str, wrong: str) -> None:
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(FILE.read_text().replace(right, wrong, 1))

    assert complaints(broken) != ""


def test_the_processes_are_those_of_the_design() -> None:
    assert set(services()) == OURS | SERVERS
    assert services()["mailpit"]["profiles"] == ["development"]


@pytest.mark.parametrize("name", sorted(OURS))
def test_each_command_is_one_of_ours(name: str) -> None:
    words = services()[name]["command"]

    app = typer.main.get_command(build(words))
    context = app.make_context("syndicate", [], resilient_parsing=True)
    command = app.get_command(context, words[0])  # type: ignore[attr-defined]

    # Raises a usage error for an option or argument that the command does not have.
    assert command.make_context(words[0], list(words[1:])).info_name == words[0]


@pytest.mark.parametrize("name", sorted(OURS))
def test_each_variable_is_a_setting(name: str) -> None:
    known = {f"{settings.PREFIX}{field.upper()}" for field in settings.FIELDS}

    unknown = set(services()[name].get("environment", {})) - known - configured.NOT_SETTINGS

    assert unknown == set()


def test_each_secret_is_a_setting_or_a_file_of_its_own() -> None:
    known = {f"{settings.PREFIX.lower()}{field}" for field in settings.FIELDS}

    assert set(compose()["secrets"]) - known == {"postgres_password", "dkim_key"}


def _configured(**variables: str) -> dict[str, Any]:
    """The file as compose reads it where these variables are set."""
    program = Path(sys.executable).with_name("docker-compose")
    argv = [str(program), "-f", str(FILE), "config", "--format", "json"]
    env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **variables}
    done = subprocess.run(argv, capture_output=True, text=True, check=True, cwd=ROOT, env=env)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_what_signs_and_what_collects_returned_mail_reaches_every_service_of_ours(
    settings_env: pytest.MonkeyPatch,
) -> None:
    said = {"SYNDICATE_DKIM_DOMAIN": "news.example", "SYNDICATE_DKIM_SELECTOR": "mail"}
    said["SYNDICATE_BOUNCE_MAILBOX_URL"] = "imaps://box:word@mail.example/INBOX"

    full = _configured(SYNDICATE_DKIM_KEY_FILE="./secrets/dkim.pem", **said)
    empty = _configured()

    inside = said | {"SYNDICATE_DKIM_KEY_FILE": "/run/secrets/dkim_key"}
    for name in sorted(OURS):
        assert inside.items() <= full["services"][name]["environment"].items()
        assert "dkim_key" in [each["source"] for each in full["services"][name]["secrets"]]
    assert full["secrets"]["dkim_key"]["file"].endswith("/secrets/dkim.pem")
    assert empty["secrets"]["dkim_key"]["file"] == "/dev/null"
    for name in inside:
        assert empty["services"]["worker-bulk"]["environment"][name] == ""
        settings_env.setenv(name, "")
    settings.load.cache_clear()
    found = settings.load()
    assert (found.dkim_domain, found.dkim_selector, found.dkim_key_file) == (
        None, "syndicate", None
    )  # fmt: skip
    assert found.bounce_mailbox_url is None


def test_no_secret_stands_in_the_file() -> None:
    text = "\n".join(line for line in FILE.read_text().splitlines() if "#" not in line)

    assert re.findall(r"PASSWORD: .*|://[^\s/]*@|[0-9a-f]{32}", text) == []


def test_each_health_check_is_a_check_of_doctor() -> None:
    for name in OURS - {"migrate"}:
        words = services()[name]["healthcheck"]["test"]

        assert words[:4] == ["CMD", "syndicate", "doctor", "--only"]
        assert set(words[4].split(",")) <= set(doctor.NAMES)


def test_every_lasting_service_has_a_health_check() -> None:
    without = {name for name, each in services().items() if "healthcheck" not in each}

    assert without == {"migrate", "mailpit"}


def test_a_visitor_cannot_choose_an_address_by_a_header() -> None:
    """Caps count by it: the web server believes the proxy, not what came through the proxy."""
    command = services()["web"]["command"]
    proxies = command[command.index("--proxies") + 1]
    seen: list[str] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope["client"][0])

    async def nothing(*_args: Any) -> None:
        """No event is read or written."""

    scope = {
        "type": "http",
        "scheme": "http",
        "client": ("172.18.0.5", 40000),
        "headers": [(b"x-forwarded-for", b"192.0.2.1, 203.0.113.9")],
    }
    asyncio.run(ProxyHeadersMiddleware(app, proxies)(scope, nothing, nothing))  # type: ignore[arg-type]

    assert seen == ["203.0.113.9"]


def test_the_database_and_the_broker_keep_what_they_are_told() -> None:
    postgres, valkey = services()["postgres"], services()["valkey"]

    assert postgres["image"] == "postgres:18"
    assert postgres["volumes"] == ["postgres:/var/lib/postgresql"]
    assert valkey["command"][1:3] == ["--appendonly", "yes"]
    assert valkey["command"][-2:] == ["--maxmemory-policy", "noeviction"]


def test_who_has_a_way_out_and_who_can_be_reached() -> None:
    """On an internal network Docker carries nothing out, and answers no question about DNS."""
    networks = {name: set(each["networks"]) for name, each in services().items()}

    assert compose()["networks"]["inside"] == {"internal": True}
    assert {name for name, on in networks.items() if "outside" not in on} == {
        "migrate", "beat", "postgres", "valkey"
    }  # fmt: skip
    assert all("inside" in on for on in networks.values())
    assert {name for name, each in services().items() if "ports" in each} == {"proxy", "mailpit"}


def test_who_reads_what_strangers_wrote_cannot_take_all_memory() -> None:
    assert {name for name, each in services().items() if "mem_limit" in each} == {
        "web", "worker-collect"
    }  # fmt: skip


def test_what_compose_mounts_and_the_images_copy_is_there() -> None:
    mounted = [
        volume.split(":")[0]
        for each in services().values()
        for volume in each.get("volumes", [])
        if volume.startswith("./")
    ]
    copied = [
        source
        for file in (ROOT / "Dockerfile", ROOT / "deploy" / "relay" / "Dockerfile")
        for line in file.read_text().splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for source in (str(file.parent / word) for word in line.split()[1:-1])
    ]

    missing = [path for path in [*mounted, *copied] if not (ROOT / path).exists()]

    assert missing == []


def test_no_process_of_ours_is_root_in_docker() -> None:
    users = re.findall(r"^USER (.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    ours = {name: each for name, each in services().items() if name in OURS}

    assert users[-1] == "10001"
    assert {
        name for name, each in ours.items() if "user" in each or each.get("privileged")
    } == set()
    assert all(each["cap_drop"] == ["ALL"] for each in ours.values())
