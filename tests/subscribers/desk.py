"""A publication with a newsletter, for the tests of this room."""

import datetime as dt

from sqlalchemy import select

from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.newsroom.publications import Publication, Section
from syndicate.store.readers.subscribers import Consent
from tests import rows

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)


def publication(tx: Transaction, slug: str = "daily", language: str = "en") -> Publication:
    return rows.publication(
        tx,
        slug,
        name=f"The {slug.title()}",
        language=language,
        direction="rtl" if language == "ar" else "ltr",
        zone="Asia/Qatar",
        sender_address=f"news@{slug}.example",
        postal_address="1 Press Square, Exampletown",
    )


def sections(tx: Transaction, publication_id: int, *slugs: str) -> list[Section]:
    return [
        rows.section(tx, publication_id, slug, position=position)
        for position, slug in enumerate(slugs)
    ]


def newsletter(tx: Transaction, publication_id: int, section_ids: list[int]) -> Newsletter:
    return rows.newsletter(
        tx,
        publication_id,
        section_ids=section_ids,
        description="What happened while you slept.",
        languages=["en", "ar"],
        translations={"ar": {"name": "الصباح"}},
        zone="Asia/Qatar",
    )


def morning(tx: Transaction, *slugs: str) -> Newsletter:
    """A newsletter "morning" with these sections of a publication "daily"."""
    daily = publication(tx)
    made = sections(tx, daily.id, *(slugs or ("world", "sport")))
    return newsletter(tx, daily.id, [section.id for section in made])


def consents(tx: Transaction, subscription_id: int) -> list[Consent]:
    """The proofs of one subscription, oldest first."""
    query = select(Consent).where(Consent.subscription_id == subscription_id)
    return list(tx.scalars(query.order_by(Consent.id)))
