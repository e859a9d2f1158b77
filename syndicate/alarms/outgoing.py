"""Mail on its way, and what keeps it back: mailings, issues, holds, receivers, senders."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from syndicate import phrases, settings
from syndicate.alarms.need import CASES, Alarm, Need, Threshold, of
from syndicate.bounces.keeping import advice
from syndicate.mail.mime import signers
from syndicate.newsletters import timetable
from syndicate.newsroom import holds as standing
from syndicate.newsroom.alignment import in_ascii
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import incidents, newsletters, publications, sender_checks, streams
from syndicate.store.platform import operators
from syndicate.store.sending import holds
from syndicate.store.views import operations, progress, troubles
from syndicate.store.views.progress import MailingProgress
from syndicate.store.views.troubles import Trouble
from syndicate.vocabulary.bells import Bell, Owner, Severity
from syndicate.vocabulary.newsletters import IssueState
from syndicate.vocabulary.sending import HoldScope, MailingState

_LOOK_BACK = dt.timedelta(days=2)  # what nobody did anything about by then is history
_INCIDENTS = 5  # by name; a block of our address brings dozens at once


def _mailings(tx: Transaction, _now: dt.datetime) -> Iterable[Need]:
    found = progress.find_all(tx, operations.watched(tx))
    waiting = troubles.waiting(tx, found)
    for each, named, path in called(tx, found):
        paused = each.mailing.state is MailingState.PAUSED
        if not paused and (trouble := waiting.get(each.mailing.id)):
            yield of_mailing(each, f"{named} has {_said(trouble)}.", path, f"{path}/tick-off")


def called(
    tx: Transaction, found: Sequence[MailingProgress]
) -> Iterator[tuple[MailingProgress, str, str]]:
    """Mailings of issues with what each is called ("No. 2 of Morning") and its page."""
    titles = operations.titles(tx, [each.mailing.id for each in found])
    for each in found:
        # One without was deleted at this moment.
        if (title := titles.get(each.mailing.id)) is not None:
            path = f"/console/mailings/{each.mailing.id}"
            yield each, f"{title.called} of {title.newsletter}", path


def of_mailing(each: MailingProgress, text: str, path: str, tick: str = "") -> Need:
    """What waits of a mailing."""
    mailing = each.mailing
    whose = {"publication_id": mailing.publication_id, "newsletter_id": mailing.newsletter_id}
    return Need(text, path, tick, key=f"mailing:{mailing.id}", **whose)  # type: ignore[arg-type]


def _said(trouble: Trouble) -> str:
    told = ((trouble.failed, "failed"), (trouble.ambiguous, "in doubt"))
    return " and ".join(f"{number} {word}" for number, word in told if number)


MAILINGS = Alarm(
    name="mailings",
    help="more than 2 % of a recent mailing's mails failed or some are in doubt, which nobody has "
    "ticked off",
    path="/console/mailings",
    look=_mailings,
    threshold=Threshold(2, "of its mails failed, or one in doubt"),
    owner=Owner.OPERATORS,
    runbook="runbooks/notices#mailings",
    test=CASES,
)


def _incidents(tx: Transaction, _now: dt.datetime) -> Iterable[Need]:
    found = [each for each in incidents.open_ones(tx) if each.taken_by is None]
    for each in found[:_INCIDENTS]:
        text = advice.sentence(each.receiver, each.domain, each.reason)
        yield Need(text, f"/console/incidents#incident-{each.id}")
    if more := len(found) - min(len(found), _INCIDENTS):
        who = phrases.counted(more, "more receiver objects", "more receivers object")
        yield Need(f"{who} to our mail.")


INCIDENTS = Alarm(
    name="incidents",
    help="a receiver objects to our mail, and nobody looks after it",
    path="/console/incidents",
    look=_incidents,
    owner=Owner.OPERATORS,
    runbook="runbooks/notices#incidents",
    test=CASES,
)


def _held_issues(tx: Transaction, now: dt.datetime) -> Iterable[Need]:
    for issue, newsletter in operations.issues_in(tx, (IssueState.HELD,), since=now - _LOOK_BACK):
        why = (issue.note or "no reason given").removesuffix(".")
        text = f"{issue.called} of {newsletter.name} is held: {why}."
        yield of(newsletter, text, f"/console/issues/{issue.id}", key=f"issue:{issue.id}")


HELD_ISSUES = Alarm(
    name="held_issues",
    help="an issue of the last two days is held",
    path="/console/newsletters",
    look=_held_issues,
    bell=Bell.HELD,
    owner=Owner.DESK,
    severity=Severity.PAGE,
    runbook="runbooks/held",
    test=CASES,
)


def _holds(tx: Transaction, _now: dt.datetime) -> Iterable[Need]:
    names = operators.names(tx)
    for each in holds.named(tx, holds.every(tx)):
        by = phrases.who(each.hold.placed_by, names)
        since = phrases.moment(each.hold.placed_at)
        why = each.hold.why.removesuffix(".")
        publication_id, newsletter_id = standing.whose(tx, each.hold)
        yield Need(
            f"{each.name}: held by {by} since {since}: {why}.",
            key=f"hold:{each.hold.id}",
            publication_id=publication_id,
            newsletter_id=newsletter_id,
            is_everybodys=each.hold.scope is HoldScope.ISSUES,
        )


HOLDS = Alarm(
    name="holds",
    help="a mailing, a newsletter, a publication or all issues are on hold",
    path="/console/holds",
    look=_holds,
    bell=Bell.HELD,
    owner=Owner.DESK,
    runbook="runbooks/held",
    test=CASES,
)


def _unusable_stories(tx: Transaction, now: dt.datetime) -> Iterable[Need]:
    for row, issue, newsletter in operations.unusable_stories(tx, since=now - _LOOK_BACK):
        why = row.detail.get("why", "no reason was recorded")
        text = (
            f"{issue.called} of {newsletter.name} was sent without "
            f"{row.subject.replace(':', ' ')}: {why}."
        )
        yield of(newsletter, text, f"/articles/{row.subject.removeprefix('article:')}")


LEFT_OUT_STORIES = Alarm(
    name="left_out_stories",
    help="an issue of the last two days was sent without a story that no mail can hold",
    path="/console/newsletters",
    look=_unusable_stories,
    owner=Owner.DESK,
    runbook="runbooks/notices#left_out_stories",
    test=CASES,
)


def _newsletters(tx: Transaction, _now: dt.datetime) -> Iterable[Need]:
    for each in newsletters.every(tx):
        if each.ended_at is None and (why := timetable.trouble(each)) is not None:
            yield of(each, why, f"/console/newsletters/{each.id}")


NEWSLETTERS = Alarm(
    name="newsletters",
    help="a newsletter is not sent, because of what its own row says",
    path="/console/newsletters",
    look=_newsletters,
    owner=Owner.DESK,
    runbook="runbooks/notices#newsletters",
    test=CASES,
)


def _senders(tx: Transaction, _now: dt.datetime) -> Iterable[Need]:
    ids = {slug: publication_id for publication_id, slug in publications.slugs(tx).items()}
    for each in sender_checks.wrong(tx):
        told = ", ".join(dict.fromkeys(row.record.words for row in each.records))
        text = f"DNS is not right for the sender of {each.name}: {told}."
        yield Need(text, f"/console/senders#{each.slug}", publication_id=ids.get(each.slug))
    known = signers.read(tx, settings.load())
    for paper in publications.all_publications(tx):
        domains = (in_ascii(each.domain) for each in streams.origins(tx, paper))
        for key in dict.fromkeys(filter(None, map(known.unusable, domains))):
            text = (
                f"The key {key.in_dns} cannot sign the mail of {paper.name}: it was made with "
                "another master key. Make a new one."
            )
            yield Need(text, f"/console/senders#{paper.slug}", publication_id=paper.id)


SENDERS = Alarm(
    name="senders",
    help="what DNS says of a sender, or its key, lets receivers refuse or doubt its mail",
    path="/console/senders",
    look=_senders,
    owner=Owner.OPERATORS,
    runbook="runbooks/notices#senders",
    test=CASES,
)
