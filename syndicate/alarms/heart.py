"""The heart of each process: a thread that says every few seconds that it lives.

A process that is frozen says nothing. A database that is away hears nothing, and then another bell
rings. The workers that serve urgent mail also ask the relays, whether or not mail is due: what is
dead at night, or does not encrypt any more, is known before the morning's issue.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Collection

from syndicate import clock, jobs, logs, settings
from syndicate.errors import NameRefusedError, RelayError, SyndicateError
from syndicate.mail.relay import addresses
from syndicate.mail.relay.addresses import Relay
from syndicate.mail.relay.greeting import open_connection
from syndicate.mail.relay.patience import Patience
from syndicate.store.ground.session import DatabaseDownError, transaction
from syndicate.store.platform import heartbeats
from syndicate.store.platform.heartbeats import HeartKind

log = logs.get(__name__)

EVERY_S = 5.0
ASK_EVERY_S = 10.0
# A relay that lets strangers wait for its greeting is slow, and not gone.
_PATIENCE = Patience(greeting_s=20.0, step_s=15.0)
_ASKING = jobs.SEND_URGENT.queue  # its workers ask the relays


def start(kind: HeartKind, name: str, queues: Collection[str] = ()) -> None:
    """Begin to beat, until the process ends.

    Args:
        kind: what this process is.
        name: the same after it was started again.
        queues: that a worker serves.
    """

    def beat() -> None:
        with transaction() as tx:
            heartbeats.hear(tx, kind, name, now=clock.now(), queues=sorted(queues))

    _in_thread("heart", beat, EVERY_S)
    if _ASKING in queues:
        _in_thread("relays", ask_relays, ASK_EVERY_S)


def ask_relays() -> None:
    """Ask every relay whether mail may leave by it, and write down what it answered."""
    configured = settings.load()
    relays = {each.name: each for each in addresses.of_readers(configured)}
    to_operators = addresses.to_operators(configured)
    relays[to_operators.name] = to_operators
    found = {name: why_not(each, configured.relay_helo) for name, each in relays.items()}
    faults = {name: why for name, why in found.items() if why is not None}
    answers = {name: name not in faults for name in found}
    with transaction() as tx:
        heartbeats.ask(tx, answers, faults=faults, now=clock.now())


def why_not(relay: Relay, helo: str | None) -> str | None:
    """Why no mail may leave by a relay, in a sentence; None where it may. Nobody logs in.

    One that does not take our name here may take it beside a sender's domain: it answers.
    """
    try:
        sock, _ = open_connection(relay, helo=helo, patience=_PATIENCE, is_logging_in=False)
    except NameRefusedError:
        return None
    except RelayError as error:
        return str(error)
    with sock, contextlib.suppress(OSError):
        sock.sendall(b"QUIT\r\n")
    return None


def _in_thread(name: str, act: Callable[[], None], every_s: float) -> None:
    threading.Thread(target=_forever, args=(act, every_s), name=name, daemon=True).start()


def _forever(act: Callable[[], None], every_s: float) -> None:
    is_unheard = False
    while True:
        try:
            act()
            is_unheard = False
        except (DatabaseDownError, SyndicateError) as error:
            if not is_unheard:  # once, and not every few seconds of an outage
                log.warning("heart_unheard", reason=type(error).__name__)
            is_unheard = True
        except Exception:  # a face: a heart that stops is a process that seems gone
            log.exception("heart_missed")
        time.sleep(every_s)
