"""The `syndicate` command: every job, and everything that operators and editors can do, by hand.

One sub-command, one module; a module is imported only when its command runs, and what that imports
when it is used. An error of ours is one clear sentence on stderr and an exit code:

    0 ok · 1 unexpected · 2 usage or bad setting · 3 not found · 4 refused · 5 partial
"""

import errno
import gc
import importlib
import importlib.util
import inspect
import os
import re
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Annotated, Any, NoReturn

import typer

from syndicate import __version__, late, logs, settings
from syndicate.errors import SyndicateError, UsageError

# Command -> its line in the help. Its module is `syndicate.cli.<command>`: it holds either
# `app`, a Typer of sub-commands, or a function named like the command.
COMMANDS: Mapping[str, str] = {
    "up": "Start everything on this machine and keep it up.",
    "servers": "Start only the embedded servers, to make or restore a backup.",
    "demo": "Run the whole journey on a sample newsroom.",
    "doctor": "Say what is wrong with this installation, and what to do.",
    "migrate": "Bring the database's schema up to this version.",
    "web": "Run the web server.",
    "worker": "Run a worker for one or more queues.",
    "beat": "Run the clock that wakes the workers.",
    "setup": "Make a newsroom from one file, or write that file.",
    "publications": "Make and change publications.",
    "sections": "Make, change and retire sections.",
    "desks": "Make, change and retire desks.",
    "streams": "Give alerts, digests and other mail senders of their own.",
    "collect": "Collect from sources.",
    "sources": "Add, list and change sources.",
    "feeds": "Publish feeds.",
    "newsletters": "Compose and send newsletters.",
    "issues": "See issues, and send, merge or drop those that are held.",
    "send": "Send a newsletter to a file of readers, and count.",
    "subscribers": "Import, export, count, find and erase readers.",
    "suppressions": "List who gets no more mail, add to it, and lift.",
    "mailings": "Watch and steer mailings.",
    "limits": "See how often strangers may do what, and lift a limit.",
    "senders": "Say what senders need in DNS, and what is there.",
    "bounces": "Read and record returned mail.",
    "articles": "Find and change articles.",
    "alarms": "See what rings, acknowledge it, and ring a test.",
    "operators": "Add operators, and say what each may do where.",
    "tokens": "Create, list and revoke tokens of the HTTP API.",
    "keys": "List keys, and let another take the place of one.",
    "audit": "List who did what.",
    "console-link": "Print a link that signs an operator in to the console.",
    "sample": "Play the sample newsroom's editor.",
}
# What a shell says of a program that a Ctrl-C ended: 128 + SIGINT.
_INTERRUPTED = 130
_FOR_COLLEAGUES = re.compile(r"\n\n(?:Args|Returns|Raises):")
# These bring their own servers, or run without any.
_NOT_ATTACHED = frozenset({"up", "servers", "demo", "doctor", "send", "web"})
# These run on and on, and are read by their logs.
_SERVERS = frozenset({"web", "worker", "beat", "bounces"})
# These stay: what they lack is found out when they start, before several threads look for it.
_LOADED_WHOLE = frozenset({"up", "servers", "demo", "web", "worker", "beat"})


def print_version(asked: bool) -> None:
    """Print the version and end, if that was asked for."""
    if asked:
        sys.stdout.write(f"syndicate {__version__}\n")
        raise typer.Exit


def prepare(
    context: typer.Context,
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Email newsletters and feeds for news publishers."""
    if context.invoked_subcommand != "doctor":
        configured = settings.load()
        level = _level(context.invoked_subcommand, configured.log_level)
        logs.configure(log_format=configured.log_format, level=level)
    if context.invoked_subcommand not in _NOT_ATTACHED and "--help" not in sys.argv:
        running = importlib.import_module("syndicate.embedded.running")
        running.attach()


def _level(command: str | None, chosen: str) -> str:
    """What a command logs: it tells a person itself what it did, where a server has its log only.

    Args:
        command: the one that was asked for.
        chosen: the setting; its own default is meant for servers.
    """
    is_said = "SYNDICATE_LOG_LEVEL" in os.environ or chosen != settings.FIELDS["log_level"].default
    return chosen if command in _SERVERS or is_said else "warning"


def build(arguments: Sequence[str]) -> typer.Typer:
    """The command line; only the command that was asked for is imported, for the help none.

    Args:
        arguments: what follows `syndicate`.
    """
    app = _bare()
    asked = next((word for word in arguments if not word.startswith("-")), "")
    if asked in COMMANDS:
        _add(app, asked)
    else:
        for name, line in COMMANDS.items():
            app.command(name=name, help=line)(_only_named)
    return app


def whole() -> typer.Typer:
    """The command line with every command in it, which takes seconds to import."""
    app = _bare()
    for name in COMMANDS:
        _add(app, name)
    return app


def main() -> None:
    """Run the command line and end the process with its exit code."""
    # A service manager's stop is a Ctrl-C to us, and so is one that a shell's `&` had ignored.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)
    try:
        build(sys.argv[1:])()
    except KeyboardInterrupt:  # before there was a command to take it
        sys.exit(_INTERRUPTED)
    except SyndicateError as error:
        _end(error)
    except Exception as error:
        known = known_as(error)
        if known is None:
            raise
        _end(known)


def _bare() -> typer.Typer:
    app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
    app.callback()(prepare)
    return app


def _only_named() -> None:
    """Stands for a command in the help of all, and is never run."""


def _end(error: SyndicateError) -> NoReturn:
    sys.stderr.write(f"syndicate: {error}\n")
    sys.exit(error.exit_code)


def known_as(error: Exception) -> SyndicateError | None:
    """What an error that an argument led to means to the person who gave it; None if unknown."""
    if isinstance(error, UnicodeEncodeError) and error.encoding == "utf-8":
        return UsageError("An argument contains bytes that are not text; write it in UTF-8.")
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        return UsageError("A file name is too long; name a file that exists.")
    return _of_the_database(error)


def _of_the_database(error: Exception) -> SyndicateError | None:
    """What an error of the database means, if it is one; a command without it never loads it."""
    if "syndicate.store.ground.session" not in sys.modules:
        return None
    explain = importlib.import_module("syndicate.store.ground.trouble").explain
    found: SyndicateError | None = explain(error)
    return found


def _for_people(command: Callable[..., Any] | None) -> str:
    """What a command's docstring says to those who type it; what it raises is for colleagues."""
    return _FOR_COLLEAGUES.split(inspect.getdoc(command) or "", maxsplit=1)[0]


def is_there(name: str) -> bool:
    """Whether this version has the module of a command."""
    return importlib.util.find_spec(f"{__name__}.{name.replace('-', '_')}") is not None


def _add(app: typer.Typer, name: str) -> None:
    """Add one command, if this version has its module."""
    if not is_there(name):
        return
    own = name.replace("-", "_")
    module = _module(own)
    if hasattr(module, "app"):
        for each in module.app.registered_commands:
            each.help = each.help or _for_people(each.callback)
        app.add_typer(module.app, name=name, help=COMMANDS[name])
    else:
        app.command(name=name, help=COMMANDS[name])(getattr(module, own))


def _module(own: str) -> ModuleType:
    if own in _LOADED_WHOLE:
        return importlib.import_module(f"{__name__}.{own}")
    # Of what is loaded nothing is garbage: looking for it took a tenth of a command's time.
    gc.disable()
    try:
        return late.load(f"{__name__}.{own}", within=__name__)
    finally:
        gc.freeze()
        gc.enable()
