"""The issue of a newsletter that nobody has had yet: what it would hold now, and how it looks.

A newsletter that was made a moment ago has its first issue ahead, and all that its sources brought
may be older than a day, or have no date: such stories are in feeds and pages, and in no issue. To
show how an issue looks, the newest of them stand in here; what is really sent follows its window.
"""

import datetime as dt
from dataclasses import dataclass, replace

from syndicate.errors import NotFoundError
from syndicate.mail.mime import senders
from syndicate.mail.mime.senders import Sender
from syndicate.newsletters import freeze, gather, schedule, specimen, timetable
from syndicate.newsletters.compose import Draft, compose
from syndicate.newsletters.kinds import RULES
from syndicate.newsletters.specimen import Specimen
from syndicate.newsroom.newsletters import numbered, read, to_run
from syndicate.newsroom.verbs import verb
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Issue, Newsletter
from syndicate.store.newsroom.publications import Publication
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.readers import recipients
from syndicate.zones import zone_or_utc

_BACK = dt.timedelta(days=30)  # stories that may stand in


@dataclass(frozen=True)
class FirstLook:
    """What an issue would hold.

    Attributes:
        is_backlog: nothing is new, and older stories stand in.
    """

    newsletter: Newsletter
    publication: Publication
    draft: Draft
    sender: Sender
    is_backlog: bool
    now: dt.datetime

    @property
    def has_stories(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.draft.chosen)

    @property
    def subject(self) -> str:
        """In the newsletter's first language."""
        return next(iter(self.draft.subjects.values()), "")

    def specimen(self) -> Specimen:
        """Its content.

        Raises:
            NotFoundError: it holds nothing.
        """
        if not self.has_stories:
            raise NotFoundError(
                "No story has been collected yet, so there is no mail to show; try again in a "
                "minute."
            )
        whose = (self.newsletter, self.publication, self.draft, self.sender)
        rows = freeze.frozen_rows(*whose, self.now)
        return Specimen(self.newsletter, self.publication, tuple(rows))

    def message(self) -> bytes:
        """The mail with every story, in RFC 5322 form; its links lead nowhere.

        Raises:
            NotFoundError: it holds nothing.
        """
        due, rows = self.specimen().in_language(None)
        return specimen.message_of(rows, due)


def look(newsletter_id: int, *, actor: Actor, now: dt.datetime) -> FirstLook:
    """Compose what the next issue would hold now, or older stories in its place. Stores nothing.

    Raises:
        NotFoundError: there is no such newsletter.
        NotAllowedError: the actor may not read of it.
        RefusedError: it has no slots or no language.
        OversizeError, UnrenderableError: it cannot be composed.
    """
    with transaction() as tx:
        read(numbered(tx, newsletter_id), actor)
    found = _compose(newsletter_id, now, with_backlog=False)
    return found if found.has_stories else _compose(newsletter_id, now, with_backlog=True)


@verb(Permission.RUN)
def send_test(newsletter_id: int, address: str, *, actor: Actor, now: dt.datetime) -> int:
    """Send what `look` shows to one address, marked as a test; each time another mail.

    Returns:
        The mailing's id.

    Raises:
        BadAddressError: the address cannot be mailed.
        NotAllowedError: the actor may not send issues of the newsletter.
        NotFoundError: there is no such newsletter, or nothing to send.
        RefusedError: the address is to get no mail; or as `look`.
    """
    recipients.normalise(address)  # before all the work
    with transaction() as tx:
        to_run(numbered(tx, newsletter_id), actor)
    found = look(newsletter_id, actor=actor, now=now).specimen()
    wanted = specimen.Wanted(address, f"newsletter:{newsletter_id}")
    return specimen.send(found, wanted, actor=actor, now=now)


def _compose(newsletter_id: int, now: dt.datetime, *, with_backlog: bool) -> FirstLook:
    with transaction() as tx:
        newsletter = numbered(tx, newsletter_id)
        publication = newsletters.publication_of(tx, newsletter)
        slot = schedule.next_slot(timetable.slots_of(newsletter), now=now)
        since = now - _BACK if with_backlog else slot.window_from
        today = now.astimezone(zone_or_utc(newsletter.zone)).date()  # as what is sent now
        issue = Issue(id=0, local_date=today, window_from=since, window_to=slot.window_to)
        material = gather.material(tx, newsletter, issue, now)
        sender = senders.of(tx, publication, RULES[newsletter.kind].message)
    if with_backlog:
        every = tuple(replace(story, is_backlog=False, is_dated=True) for story in material.stories)
        material = replace(material, stories=every)
    draft = compose(material, with_notice=False)
    return FirstLook(newsletter, publication, draft, sender, with_backlog, now)
