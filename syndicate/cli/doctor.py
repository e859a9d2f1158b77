"""`syndicate doctor`: what is wrong with this installation, and what to do about it.

It changes nothing. `fail` is what keeps Syndicate from working, `warn` what will hurt some day; the
exit code is 0 without a `fail`, else 5. Servers that the all-in-one would start itself are no fault
while it does not run. `--only database,broker` is what docker-compose.yml asks each container.
"""

import datetime as dt
import importlib
import os
import pkgutil
import shlex
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Annotated

import typer
from jinja2 import TemplateError
from rich.console import Console

import syndicate
from syndicate import clock, jobs, logs, phrases, settings, translations
from syndicate.cli import senders
from syndicate.cli.findings import (
    Finding,
    check_alarms,
    check_embargoes,
    check_incidents,
    check_operators,
    check_relay,
    check_rows,
    check_streams,
)
from syndicate.cli.options import AsJson, print_json
from syndicate.cli.restores import check_restore, check_takedowns
from syndicate.cli.ways import check_ways
from syndicate.embedded import folder, keys, listening, places, probes, running, servers, valkey
from syndicate.embedded.places import Orphan
from syndicate.errors import PartialError, SyndicateError, UsageError
from syndicate.keys import open_files
from syndicate.render import environment
from syndicate.settings import Settings
from syndicate.store.ground.session import transaction
from syndicate.store.maintenance import migrate
from syndicate.store.platform import due

_MARKS = {"ok": "[green]ok  [/]", "warn": "[yellow]warn[/]", "fail": "[red]fail[/]"}
_PYTHON = (3, 11)
_LEFT = dt.timedelta(days=1)  # a database at rest for longer is not between two starts
# The subject that a newer Python refuses to break into two headers (CVE-2024-6923).
_INJECTED = "=?utf-8?q?hi=0D=0ABcc:_evil@x.example?="


Check = Callable[[Settings, Path], Finding]


def doctor(
    *,
    data_dir: Annotated[Path | None, typer.Option(help="Data folder. [SYNDICATE_DATA_DIR]")] = None,
    only: Annotated[
        str | None, typer.Option(help="Run these checks alone, by name: database,broker.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with this installation, and what to do."""
    logs.configure()  # to stderr, whatever the settings are worth: with --json stdout is one object
    wanted = _wanted(only)
    if data_dir is not None:
        os.environ["SYNDICATE_DATA_DIR"] = str(data_dir.absolute())
    if list(wanted) == ["dns"] and as_json:
        running.attach()
        print_json([_line(each) for each in senders.looked(settings.load())])
        return
    findings = list(examine(wanted))
    if as_json:
        print_json({"checks": [asdict(each) for each in findings]})
    else:
        console = Console(highlight=False, soft_wrap=True)
        for each in findings:
            console.print(f"{_MARKS[each.state]} {each.check:<12}", end="")
            console.print(each.says, markup=False)
    failed = [each.check for each in findings if each.state == "fail"]
    if failed:
        raise PartialError(
            f"{len(failed)} of {phrases.counted(len(findings), 'check')} failed: "
            f"{', '.join(failed)}."
        )


def _line(row: Mapping[str, str]) -> dict[str, str]:
    """A line of the sender check, its four columns first."""
    first = {name: row[name] for name in ("record", "wanted", "found", "do")}
    return {**first, **row}


def examine(wanted: Collection[str]) -> Iterator[Finding]:
    """Run the wanted checks; without usable settings only those that need none.

    Args:
        wanted: names of checks, as `NAMES` has them.
    """
    for check in _GROUND:
        if name_of(check) in wanted:
            yield check()
    try:
        running.attach()
        own = settings.load()
    except SyndicateError as error:
        yield Finding("settings", "fail", str(error))
        return
    if "settings" in wanted:
        yield Finding("settings", "ok", f"The environment is {own.environment}.")
    data_dir = folder.chosen(own.data_dir)
    for each in _CHECKS:
        if name_of(each) in wanted:
            yield _found(each, own, data_dir)


def name_of(check: Callable[..., Finding]) -> str:
    """What a check is called in its finding and by `--only`."""
    return check.__name__.removeprefix("check_")


def check_python() -> Finding:
    """Whether this Python is new enough."""
    version = sys.version.split()[0]
    if sys.version_info < _PYTHON:
        return Finding("python", "fail", f"Python {version} is too old; install 3.11 or newer.")
    return Finding("python", "ok", f"Python {version}.")


def check_headers() -> Finding:
    """Whether this Python lets an encoded line break into a header: tried, not guessed."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = _INJECTED
    if b"\nBcc:" in message.as_bytes():
        return Finding(
            "headers",
            "warn",
            "This Python turns an encoded line break in a title into a mail header "
            "(CVE-2024-6923). Syndicate writes its headers itself and is not affected; "
            "upgrade to Python 3.11.15 or newer all the same.",
        )
    return Finding("headers", "ok", "This Python keeps line breaks out of mail headers.")


def check_package() -> Finding:
    """Whether all that belongs to the code came with it: modules, templates, catalogues, schema."""
    names: list[str] = []
    try:
        for module in pkgutil.walk_packages(syndicate.__path__, "syndicate."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
        for language in translations.LANGUAGES:
            jinja = environment.environment(language)
            names = jinja.list_templates(extensions=["html", "txt"])
            for name in names:
                jinja.get_template(name)
    except (ImportError, OSError, ValueError, TemplateError) as error:
        return Finding(
            "package", "fail", f"This installation is incomplete: {error}; reinstall it."
        )
    if not names:
        return Finding("package", "fail", "This installation has no templates; reinstall it.")
    return Finding("package", "ok", f"{len(names)} templates, schema {migrate.head()}.")


def check_environment(own: Settings, _data_dir: Path) -> Finding:
    """Whether production has servers of its own."""
    servers.refuse_production(own)
    return Finding("environment", "ok", "The servers fit the environment.")


def check_programs(own: Settings, _data_dir: Path) -> Finding:
    """Whether the embedded servers' programs are there and run."""
    names = []
    if own.database_url is None or own.data_dir is None:
        account = places.account_for_root() if os.geteuid() == 0 else None
        programs = places.wheel_programs()
        version = places.version_of(programs, account)
        names.append(f"PostgreSQL {version or '(to be copied to where its account may run it)'}")
        names.append(f"Valkey ({valkey.wheel_program().name})")
    return Finding("programs", "ok", ", ".join(names) or "No embedded server is needed.")


def check_folder(_own: Settings, data_dir: Path) -> Finding:
    """Whether the data folder can be written, and who holds it."""
    if folder.is_held(data_dir):
        return _of_processes(data_dir)
    nearest = next(place for place in (data_dir, *data_dir.parents) if place.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        return Finding(
            "folder",
            "fail",
            f"{data_dir} cannot be written; choose another folder with SYNDICATE_DATA_DIR.",
        )
    return Finding("folder", "ok", f"{data_dir} can be written.")


def _of_processes(data_dir: Path) -> Finding:
    """Whether a stack's processes are anybody but root."""
    named = (folder.read_run(data_dir) or {}).get("processes", {})
    roots = [name for name, pid in named.items() if places.is_root(pid)]
    if not roots:
        return Finding("folder", "ok", f"A stack is running in {data_dir}.")
    return Finding(
        "folder",
        "warn",
        f"A stack is running in {data_dir}, and {', '.join(roots)} run as root: give the folders "
        "of SYNDICATE_JOURNAL and SYNDICATE_TAKEDOWN_LOG to the account postgres or nobody, or "
        "start it as an ordinary user.",
    )


def check_leftovers(_own: Settings, _data_dir: Path) -> Finding:
    """Whether databases stand here whose installation is gone."""
    found = places.orphans()
    if not found:
        return Finding("leftovers", "ok", "No database without an installation.")
    return Finding("leftovers", "warn", _of_leftovers(found, clock.now()))


def _of_leftovers(found: Sequence[Orphan], now: dt.datetime) -> str:
    """Each database with its folder and last use; how to delete those that were left for a day."""
    what = phrases.counted(len(found), "database belongs", "databases belong")
    told = "; ".join(
        f"{each.room} to {each.owner}, "
        + (f"last written {phrases.moment(each.used_at)}" if each.used_at else "never started")
        for each in found
    )
    old = [each for each in found if each.used_at and now - each.used_at > _LEFT]
    says = f"{what} to a data folder that is gone or has another one now: {told}."
    if old:
        rooms = shlex.join(str(each.room) for each in old)
        says += f" If no disk with that folder is to come back: rm -r {rooms}"
    elif found:
        says += " All were written within a day and can still be needed: ask again tomorrow."
    return says


def check_port(own: Settings, data_dir: Path) -> Finding:
    """Whether the web server's port is free."""
    if folder.is_held(data_dir):
        return Finding("port", "ok", f"The stack's web server has it: {own.base_url()}.")
    try:
        listening.listen(own.host, own.port).close()
    except SyndicateError as error:
        return Finding("port", "warn", str(error))
    return Finding("port", "ok", f"{own.host}:{own.port} is free.")


def check_web(own: Settings, data_dir: Path) -> Finding:
    """Whether the web server of this installation answers that it is ready."""
    if own.database_url is None and not folder.is_held(data_dir):
        return Finding("web", "ok", "It starts with `syndicate up`.")
    if not probes.web_is_ready(own.host, own.port):
        return Finding(
            "web",
            "fail",
            f"/readyz at {own.host}:{own.port} does not answer 200; start `syndicate web`, "
            "or see which of the other checks fails.",
        )
    return Finding("web", "ok", "It is ready.")


def check_secrets(own: Settings, data_dir: Path) -> Finding:
    """Whether the secrets are readable by their owner alone, and the key is one."""
    if own.master_key is not None:
        own.key()
    secret_files = list((data_dir / keys.FOLDER).glob("*")) if data_dir.exists() else []
    for path in secret_files:
        keys.refuse_open(path)
    told = open_files.found(own)
    if told:
        return Finding("secrets", "fail", " ".join(told))
    if own.master_key is None and not secret_files:
        return Finding("secrets", "ok", "None yet; `syndicate up` makes them.")
    return Finding("secrets", "ok", "Readable by their owner alone.")


def check_database(own: Settings, _data_dir: Path) -> Finding:
    """Whether the database answers and has this code's schema."""
    if own.database_url is None:
        return Finding("database", "ok", "Embedded; it starts with `syndicate up`.")
    migrate.require_current()
    return Finding("database", "ok", f"It answers and has schema {migrate.head()}.")


def check_clock(own: Settings, _data_dir: Path) -> Finding:
    """Whether the clock rings and somebody hears it."""
    if own.database_url is None:
        return Finding("clock", "ok", "It starts with `syndicate up`.")
    migrate.require_current()
    with transaction() as tx:
        tick = due.tick(tx, clock.now())
    if not tick.is_coming:
        do = "Start `syndicate beat` and `syndicate worker build tick`."
        return Finding("clock", "fail", f"{tick.says} {do}")
    if tick.state is due.TickState.AHEAD:
        do = "Compare the clocks of all machines that run workers (`timedatectl`)."
        return Finding("clock", "warn", f"{tick.says} {do}")
    return Finding("clock", "ok", tick.says)


def check_broker(own: Settings, _data_dir: Path) -> Finding:
    """Whether the broker answers."""
    if own.redis_url is None:
        return Finding("broker", "ok", "Embedded; it starts with `syndicate up`.")
    if not jobs.broker_answers():
        return Finding(
            "broker",
            "fail",
            "It does not answer; start it, or correct SYNDICATE_REDIS_URL. "
            "Work still due is safe in the database and waits.",
        )
    return Finding("broker", "ok", "It answers.")


_GROUND: tuple[Callable[[], Finding], ...] = (check_python, check_headers, check_package)
_CHECKS: tuple[Check, ...] = (
    check_environment,
    check_programs,
    check_folder,
    check_leftovers,
    check_port,
    check_secrets,
    check_database,
    check_broker,
    check_relay,
    check_operators,
    check_streams,
    senders.check_dns,
    check_web,
    check_clock,
    check_alarms,
    check_ways,
    check_incidents,
    check_embargoes,
    check_rows,
    check_takedowns,
    check_restore,
)
NAMES = (*map(name_of, _GROUND), "settings", *map(name_of, _CHECKS))


def _wanted(only: str | None) -> Collection[str]:
    names = NAMES if only is None else only.split(",")
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        raise UsageError(f"There is no check {unknown[0]}; the checks are {', '.join(NAMES)}.")
    return names


def _found(check: Check, own: Settings, data_dir: Path) -> Finding:
    """What a check says; an error of ours is a finding too."""
    try:
        return check(own, data_dir)
    except SyndicateError as error:
        return Finding(name_of(check), "fail", str(error))
