"""What holds an article back: embargoes that end, embargoes that nobody can read, drafts. Pure.

    draft ──> live <── embargoed until a moment
                  <── held: an embargo that is not understood, until a person has decided

A date of publication in the future is an embargo until then, five minutes for clocks that differ
left out. A push that does not speak of embargo or state leaves them as they are. What a person
decided about an embargo stands until the source says something else of it.
What is live already is taken back by an embargo alone, never by a date of publication that a feed
moves.
"""

import dataclasses
import datetime as dt
from dataclasses import dataclass

from syndicate.reading import embargo_dates
from syndicate.reading.records import Entry
from syndicate.vocabulary.articles import ArticleState, Change


@dataclass(frozen=True)
class Hold:
    """Whether and until when an article is held back.

    Attributes:
        state: of the article.
        until: end of its embargo, aware UTC; None for one that nobody can read, and for none.
        said: what the source says of it; "" for nothing, None when that was never written down.
    """

    state: ArticleState
    until: dt.datetime | None
    said: str | None

    @property
    def is_unread(self) -> bool:
        """Whether a person has to decide."""
        return self.state is ArticleState.EMBARGOED and self.until is None


def of_new(entry: Entry, now: dt.datetime) -> Hold:
    """How an article that was never seen is held back."""
    state, until = _asked(entry, now)
    return Hold(state, until, _statement(entry, None, now))


def of_known(
    entry: Entry, before: Hold, now: dt.datetime, *, is_pushed: bool, is_partial: bool = False
) -> Hold:
    """How a known article is held back by what its source says now.

    Args:
        entry: what its source says.
        before: how it is held back; neither killed nor taken down.
        now: aware UTC.
        is_pushed: whether somebody sent it, rather than a feed or page that lay there.
        is_partial: its page, which may say more, did not answer.
    """
    state, until = _asked(entry, now)
    said = _statement(entry, before.said, now)
    asked = Hold(state, until, said)
    if state not in ArticleState.coming() or before.state is ArticleState.DRAFT:
        return asked
    if is_partial and state is ArticleState.LIVE:
        return before
    is_kept = said == before.said or (
        before.state is ArticleState.LIVE and _leaves_alone(entry, before, now, is_pushed=is_pushed)
    )
    return Hold(before.state, before.until, said) if is_kept else asked


def as_said_before(entry: Entry, before: Hold, *, dated: str | None) -> Entry:
    """A push with the embargo and the draft that it does not speak of: silence lets nothing out.

    Args:
        entry: what is pushed.
        before: how its article is held back.
        dated: the date of publication that was pushed before; an embargo by that date alone ends
            when another date is said.
    """
    if entry.state is None and before.state is ArticleState.DRAFT and not is_withdrawn(entry):
        entry = dataclasses.replace(entry, state=ArticleState.DRAFT)
    is_by_date = before.said is not None and before.said == dated
    if not entry.keeps_embargo or (is_by_date and entry.published is not None):
        return entry
    until = _end_said(before)
    is_outlasted = until is None or (entry.published is not None and entry.published > until)
    return entry if is_outlasted else dataclasses.replace(entry, embargo_until=until)


def _end_said(before: Hold) -> dt.datetime | None:
    """The end of an embargo that was pushed before, None when there was none."""
    if before.said is None:
        return before.until
    try:
        return dt.datetime.fromisoformat(before.said)
    except ValueError:
        return None


def is_withdrawn(entry: Entry) -> bool:
    """Whether its source takes an article back."""
    return entry.state in ArticleState.gone() or entry.change is Change.KILL


def _asked(entry: Entry, now: dt.datetime) -> tuple[ArticleState, dt.datetime | None]:
    """(state, end of the embargo) that an entry asks for."""
    if is_withdrawn(entry):
        is_for_good = entry.state is ArticleState.TAKEN_DOWN
        return ArticleState.TAKEN_DOWN if is_for_good else ArticleState.KILLED, None
    if entry.state is ArticleState.DRAFT:
        return ArticleState.DRAFT, None
    if entry.embargo_raw and entry.embargo_until is None:
        return ArticleState.EMBARGOED, None
    ends = [entry.embargo_until] if entry.embargo_until and entry.embargo_until > now else []
    if entry.published is not None and _is_ahead(entry, now):
        ends.append(entry.published)
    return (ArticleState.EMBARGOED, max(ends)) if ends else (ArticleState.LIVE, None)


def _statement(entry: Entry, before: str | None, now: dt.datetime) -> str:
    """What an entry says of its embargo, the same words as long as it says the same."""
    if entry.embargo_raw or entry.embargo_until:
        return entry.embargo_raw or _iso(entry.embargo_until)
    published = _iso(entry.published)
    return published if _is_ahead(entry, now) or published == before else ""


def _is_ahead(entry: Entry, now: dt.datetime) -> bool:
    return (
        entry.is_exact
        and entry.published is not None
        and entry.published > now + embargo_dates.SKEW
    )


def _leaves_alone(entry: Entry, before: Hold, now: dt.datetime, *, is_pushed: bool) -> bool:
    """Whether what is live stays so, whatever is held back in an entry."""
    # Stored before anybody wrote down what sources say: it may have said the same then.
    is_old_news = before.said is None
    if entry.embargo_raw:
        return is_old_news
    is_by_date_alone = entry.embargo_until is None or entry.embargo_until <= now
    return is_by_date_alone and (is_old_news or not is_pushed)


def _iso(moment: dt.datetime | None) -> str:
    return moment.isoformat() if moment is not None else ""
