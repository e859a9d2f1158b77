"""What an alarm is, and what it finds."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from syndicate import phrases, settings
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.vocabulary.bells import Bell, Owner, Severity

_AT_ONCE = dt.timedelta(0)
# The tests that bring causes about: with real processes, and as rows.
PROCESSES = (
    "tests/faults/test_bells.py::test_each_bell_is_told_within_a_minute_of_its_cause_and_no_other"
)
CASES = "tests/alarms/test_ringing.py::test_an_alarm_says_what_waits_and_no_other_rings"
# What a span is counted in: the largest unit that it is whole in.
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


@dataclass(frozen=True)
class Need:
    """One thing that waits for a person.

    Attributes:
        text: what it is, in a sentence.
        path: where it is looked into; empty where its alarm's path is the place.
        tick: where the console posts that somebody has seen it, which is all that it needs; empty
            where it needs more.
        key: the same for as long as it is the same, whatever its text counts: "mailing:7". A bell
            rings once for it. Empty where its path says that.
        settle: how long it must stand before its bell rings.
        publication_id: whose it is; neither this nor a newsletter: the installation's.
        newsletter_id: whose it is, where it belongs to one.
        is_everybodys: whether it is to be seen by everybody who may read anything.
        kept_with: what others it is shown with, of which many are counted.
    """

    text: str
    path: str = ""
    tick: str = ""
    key: str = field(default="", compare=False)
    settle: dt.timedelta = field(default=_AT_ONCE, compare=False)
    publication_id: int | None = field(default=None, compare=False)
    newsletter_id: int | None = field(default=None, compare=False)
    is_everybodys: bool = field(default=False, compare=False)
    kept_with: str = field(default="", compare=False)


@dataclass(frozen=True)
class Threshold:
    """From what on an alarm rings.

    Attributes:
        value: a span of time, or a share in hundredths; 0: as soon as it is so.
        setting: which setting says the value, in seconds; empty where none does.
        words: what is measured: "after it is due".
    """

    value: dt.timedelta | float = _AT_ONCE
    words: str = ""
    setting: str = ""

    def __str__(self) -> str:
        """As documents and pages say it: "30 seconds after it is due", "at once"."""
        value = self.value
        if self.setting:
            value = dt.timedelta(seconds=getattr(settings.load(), self.setting))
        if not value:
            return "at once"
        number = f"{value} %" if isinstance(value, int | float) else span(value)
        return f"{number} {self.words}".rstrip()


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One reason why a person is needed.

    Attributes:
        name: what a monitoring system and the documents call it.
        help: when it rings, in one line.
        path: where in the console somebody looks into it.
        look: finds what waits at a moment (aware UTC) in an open transaction.
        fold: shortens what somebody sees of it.
        bell: which of the bells it is part of, by which it is told at any hour; None: it is read.
        threshold: from what on.
        owner: who looks into it.
        severity: how loud its bell is.
        runbook: the document that says what to do: "runbooks/gone", with a heading behind a #.
        test: the test that brings its cause about: "tests/alarms/test_gone.py::test_…".
    """

    name: str
    help: str
    path: str
    look: Callable[[Transaction, dt.datetime], Iterable[Need]]
    fold: Callable[[Sequence[Need]], Iterable[Need]] = lambda found: found
    bell: Bell | None = None
    threshold: Threshold = Threshold()
    owner: Owner
    severity: Severity = Severity.NOTICE
    runbook: str
    test: str


def of(newsletter: Newsletter, text: str, path: str, **more: str | dt.timedelta) -> Need:
    """What waits of a newsletter."""
    whose = {"publication_id": newsletter.publication_id, "newsletter_id": newsletter.id}
    return Need(text, path, **whose, **more)  # type: ignore[arg-type]


def span(value: dt.timedelta) -> str:
    """A span of time in its largest whole unit: "30 seconds", "2 days"."""
    seconds = round(value.total_seconds())
    size, unit = next(each for each in _UNITS if seconds % each[0] == 0)
    return phrases.counted(seconds // size, unit)
