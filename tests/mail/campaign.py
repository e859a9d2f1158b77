"""A digest that is ready to send, of any size, for tests of the ledger, faults and figures.

Readers are reader000001@example.com and so on; reader n has the sections whose bits n has (all of
them when it has none), so that there are many different choices.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import text

from syndicate.mail.mime.message import content_rows, frozen_headers
from syndicate.mail.mime.senders import Sender
from syndicate.mail.mime.signers import KeyName
from syndicate.reading.records import Words
from syndicate.render.email import render
from syndicate.store.composition.materialise import materialise
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom.newsletters import Issue
from syndicate.store.newsroom.publications import Publication
from syndicate.store.sending import ledger
from syndicate.store.sending.ledger import ContentRow
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.sending import AmbiguousPolicy, Lane, MailingState
from tests import rows

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
SECTIONS = ("world", "economy", "science", "culture", "sport")
_PARAGRAPH = (
    "The council met for nine hours and agreed on a plan for the harbour, the bridges and the "
    "three old markets; work begins in spring and is to last for two years. "
)
_READERS = text(
    """
    WITH fresh AS (
        INSERT INTO subscriber (address, address_hash, language)
        SELECT address, sha256(convert_to(address, 'UTF8')), 'en'
        FROM (
            SELECT 'reader' || lpad(n::text, greatest(6, length(n::text)), '0')
                || '@' || CAST(:domain AS text) AS address
            FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) n
        ) addresses
        RETURNING id, address, address_hash
    ), subscribed AS (
        INSERT INTO subscription (subscriber_id, newsletter_id, state, language, confirmed_at)
        SELECT id, :newsletter, 'active', 'en', :now FROM fresh
        RETURNING id, subscriber_id
    ), known AS (
        INSERT INTO recipient (address, address_hash, receiver_group, subscriber_id)
        SELECT address, address_hash, CAST(:receiver_group AS text), id FROM fresh
        RETURNING id
    )
    INSERT INTO subscription_choice (subscription_id, kind, value)
    SELECT id, 'section', (CAST(:sections AS text[]))[bit + 1]
    FROM subscribed, generate_series(0, cardinality(CAST(:sections AS text[])) - 1) bit
    WHERE (subscriber_id >> bit) & 1 = 1 AND CAST(:has_choices AS boolean)
    """
)


@dataclass(frozen=True)
class Plan:
    """What to send."""

    audience: int = 20
    policy: AmbiguousPolicy = AmbiguousPolicy.SKIP
    lane: Lane = Lane.BULK
    priority: int = 5
    stories_per_section: int = 2
    paragraphs: int = 1  # per story: 10 x 6 of them make about 70 KB on the wire
    has_choices: bool = True
    groups: tuple[tuple[str, str], ...] = (("other", "example.com"),)
    batch_size: int = 500
    expires_in: dt.timedelta = dt.timedelta(hours=12)
    dkim: KeyName | None = None  # that signs it
    words: str = ""  # of others: in every headline, standfirst, name and description


def start(plan: Plan | None = None, *, now: dt.datetime = NOW) -> int:
    """Make a mailing that is *sending*; nothing else is in the database yet, or only such.

    Returns:
        Its id.
    """
    plan = plan or Plan()
    with transaction() as tx:
        issue = _issue(tx, plan, now)
        mailing = _mailing(tx, plan, issue, now)
        _readers(tx, plan, issue.newsletter_id, now)
    made = content(now, plan)
    with transaction() as tx:
        ledger.add_content(tx, mailing.id, 1, made)
        audience = materialise(tx, _values(plan, mailing, issue, now))
        row = ledger.find(tx, mailing.id)
        assert row is not None
        row.audience = audience
        row.state = MailingState.SENDING
    return mailing.id


def content(now: dt.datetime = NOW, plan: Plan | None = None) -> list[ContentRow]:
    """The content of such a digest."""
    rendered = render("digest", "en", _context(plan or Plan(), now))
    headers = frozen_headers(
        subject=rendered.subject,
        from_name=f"The Daily{(plan or Plan()).words}",
        sender=Sender("news@daily.example", dkim=(plan or Plan()).dkim),
        now=now,
    )
    headers |= {
        "list_name": "Morning",
        "list_id": "morning.daily.example",
        "list_help": "/newsletters/morning",
    }
    return content_rows(rendered, headers)


def _values(plan: Plan, mailing: Mailing, issue: Issue, now: dt.datetime) -> dict[str, object]:
    return {
        "mailing": mailing.id,
        "issue": issue.id,
        "newsletter": issue.newsletter_id,
        "languages": ["en"],
        "fallback": "en",
        "size": plan.batch_size,
        "now": now,
    }


def _issue(tx: Transaction, plan: Plan, now: dt.datetime) -> Issue:
    number = len(list(tx.scalars(text("SELECT id FROM publication")))) + 1
    publication = rows.publication(
        tx,
        f"daily-{number}",
        name="The Daily",
        sender_address="news@daily.example",
        postal_address="1 Press Square, Exampletown",
    )
    newsletter = rows.newsletter(tx, publication.id, f"morning-{number}", name="Morning")
    issue = rows.issue(
        tx,
        newsletter.id,
        local_date=now.date(),
        window_from=now - dt.timedelta(days=1),
        window_to=now,
    )
    _stories(tx, plan, issue, publication, now)
    return issue


def _stories(
    tx: Transaction, plan: Plan, issue: Issue, publication: Publication, now: dt.datetime
) -> None:
    for place, slug in enumerate(SECTIONS):
        section = rows.section(tx, publication.id, slug)
        for number in range(plan.stories_per_section):
            position = place * plan.stories_per_section + number
            article = rows.article(
                tx,
                publication.id,
                f"story-{position}",
                now,
                section_id=section.id,
                atom_id=f"tag:daily.example,2026:{publication.id}-{position}",
            )
            rows.story(tx, issue.id, position, article.id, section_slug=slug)


def _mailing(tx: Transaction, plan: Plan, issue: Issue, now: dt.datetime) -> Mailing:
    return rows.mailing(
        tx,
        issue,
        state=MailingState.MATERIALISING,
        lane=plan.lane,
        priority=plan.priority,
        policy=plan.policy,
        cohort=now,
        expires_at=now + plan.expires_in,
        started_at=now,
    )


def _readers(tx: Transaction, plan: Plan, newsletter_id: int, now: dt.datetime) -> None:
    first = int(tx.scalar(text("SELECT coalesce(max(id), 0) + 1 FROM subscriber")) or 1)
    share = -(-plan.audience // len(plan.groups))
    for number, (group, domain) in enumerate(plan.groups):
        start_at = first + number * share
        tx.execute(
            _READERS,
            {
                "first": start_at,
                "last": min(start_at + share, first + plan.audience) - 1,
                "domain": domain,
                "receiver_group": group,
                "newsletter": newsletter_id,
                "sections": list(SECTIONS),
                "has_choices": plan.has_choices,
                "now": now,
            },
        )


def _context(plan: Plan, now: dt.datetime) -> dict[str, object]:
    return {
        "publication": {"name": "The Daily", "postal_address": "1 Press Square, Exampletown"},
        "newsletter": {
            "name": "Morning",
            "description": f"What happened while you slept.{plan.words}",
        },
        "issue": {"number": 1, "local_date": now.date()},
        "sections": [_section(plan, place, slug, now) for place, slug in enumerate(SECTIONS)],
        "zone": "UTC",
    }


def _section(plan: Plan, place: int, slug: str, now: dt.datetime) -> dict[str, object]:
    first = place * plan.stories_per_section
    positions = range(first, first + plan.stories_per_section)
    return {
        "name": slug.title(),
        "position": first,
        "mask": sum(1 << position for position in positions),
        "language": "en",
        "stories": [
            {
                "position": position,
                "mask": 1 << position,
                **vars(
                    Words(
                        f"Story {position} of the day in {slug}{plan.words}",
                        standfirst=_PARAGRAPH * plan.paragraphs + plan.words,
                        authors=(f"{slug.title()} desk{plan.words}",),
                    )
                ),
                "url": f"https://daily.example/{slug}/story-{position}",
                "picture": None,
                "is_for_subscribers": False,
                "updated_at": now,
                "language": "en",
            }
            for position in positions
        ],
    }
