"""Readers' choices when a section gets another slug: they stay, wherever they stand.

Translations of a section share its slug and its readers' choice. Where only one of them is renamed,
whoever chose the old slug has chosen both from then on, and may choose between them.
"""

from sqlalchemy import Select, and_, delete, exists, func, insert, literal, or_, select, update

from syndicate.store.content.articles import Article
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.newsletters import IssueStory, Newsletter, NewsletterSection
from syndicate.store.newsroom.publications import Section
from syndicate.store.readers.subscribers import Subscription, SubscriptionChoice
from syndicate.vocabulary.newsletters import ChoiceKind


def follow(tx: Transaction, section: Section, before: str) -> int:
    """Have readers who chose a section's old slug choose its new one.

    Args:
        tx: the open transaction.
        section: with its new slug, written.
        before: the slug it had.

    Returns:
        How many choices followed.
    """
    chosen = SubscriptionChoice
    subscribed = select(Subscription.id).where(Subscription.newsletter_id.in_(_offering(section)))
    is_old = (
        chosen.kind == ChoiceKind.SECTION,
        chosen.value == before,
        chosen.subscription_id.in_(subscribed),
    )
    twin = chosen.__table__.alias()
    has_new = exists().where(
        twin.c.subscription_id == chosen.subscription_id,
        twin.c.kind == ChoiceKind.SECTION,
        twin.c.value == section.slug,
    )
    fresh = select(chosen.subscription_id, chosen.kind, literal(section.slug)).where(
        *is_old, ~has_new
    )
    added = tx.scalars(
        insert(chosen)
        .from_select(["subscription_id", "kind", "value"], fresh)
        .returning(chosen.subscription_id)
    ).all()
    still = (
        select(Subscription.id)
        .join(NewsletterSection, NewsletterSection.newsletter_id == Subscription.newsletter_id)
        .join(Section, Section.id == NewsletterSection.section_id)
        .where(Section.slug == before)
    )
    gone = delete(chosen).where(*is_old, chosen.subscription_id.not_in(still))
    tx.execute(gone.execution_options(synchronize_session=False))
    _in_issues(tx, section, before)
    return len(added)


def _offering(section: Section) -> Select[int]:
    """The newsletters whose readers choose among sections of which this is one."""
    drawn = exists().where(NewsletterSection.newsletter_id == Newsletter.id)
    named = drawn.where(NewsletterSection.section_id == section.id)
    is_of_all = and_(
        Newsletter.publication_id == section.publication_id,
        func.cardinality(Newsletter.tags) == 0,
        ~drawn,
    )
    return select(Newsletter.id).where(or_(named, is_of_all))


def _in_issues(tx: Transaction, section: Section, before: str) -> None:
    """Stories that issues hold are the section's still: by its slug a reader's copy is cut."""
    own = select(Article.id).where(Article.publication_id == section.publication_id)
    statement = update(IssueStory).where(
        IssueStory.section_slug == before, IssueStory.article_id.in_(own)
    )
    statement = statement.values(section_slug=section.slug)
    tx.execute(statement.execution_options(synchronize_session=False))
