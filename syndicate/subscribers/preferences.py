"""What readers change by the link in every mail: sections, languages, the frame's, and a pause."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from syndicate.errors import UsageError
from syndicate.languages import own_name
from syndicate.mail.mime.message import PREFERENCES
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import newsletters, publications
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.readers import changes, subscribers
from syndicate.store.readers.subscribers import Subscription
from syndicate.subscribers import links, offer
from syndicate.vocabulary.newsletters import ChoiceKind, SubscriptionState
from syndicate.vocabulary.readers import ReaderChange

# Longer than any holiday; who wants less than nothing for half a year wants to leave.
LONGEST_PAUSE = dt.timedelta(days=183)


@dataclass(frozen=True)
class Option:
    """One thing to choose.

    Attributes:
        value: what the form sends: a section's slug or a language tag.
        name: what readers see; of a language the name it has for itself.
        is_chosen: whether the reader gets it now.
    """

    value: str
    name: str
    is_chosen: bool


@dataclass(frozen=True)
class Preferences:
    """What a reader chose of what there is.

    Attributes:
        newsletter: its name in the reader's language.
        newsletter_slug: its slug.
        language: of the mails' frame, and of the page to show.
        is_active: False when the reader has left or never confirmed.
        is_ended: whether the newsletter has ended; is_at_rest: whether it is paused.
        paused_until: aware UTC, None when nothing is paused.
        sections: in the newsletter's order.
        languages: in the newsletter's order.
    """

    newsletter: str
    newsletter_slug: str
    language: str
    is_active: bool
    is_ended: bool
    is_at_rest: bool
    paused_until: dt.datetime | None
    sections: tuple[Option, ...]
    languages: tuple[Option, ...]


def read(token: str, *, now: dt.datetime) -> Preferences:
    """What a reader chose, for the page. Changes nothing.

    Raises:
        NotFoundError: no such link was made.
        ForgottenError: the reader was erased.
    """
    subscription_id, _ = links.read(PREFERENCES, token)
    with transaction() as tx:
        return _read(tx, *links.subscription(tx, subscription_id), now=now)


def change(
    token: str,
    *,
    sections: Collection[str],
    languages: Collection[str],
    language: str | None = None,
    paused_until: dt.datetime | None = None,
    now: dt.datetime,
) -> Preferences:
    """Keep what a reader chose; the next issue follows it. Safe to run twice.

    Args:
        token: of the link.
        sections: slugs, one at least if the newsletter has any.
        languages: of stories, one at least.
        language: of the frame; None leaves it.
        paused_until: send nothing before this moment; None ends a pause.
        now: aware UTC.

    Raises:
        NotFoundError: no such link was made.
        ForgottenError: the reader was erased.
        RefusedError: the reader has left, or has not confirmed yet.
        UsageError: nothing is chosen, there is no such thing, or the pause is over half a year.
    """
    subscription_id, _ = links.read(PREFERENCES, token)
    with transaction() as tx:
        subscription, newsletter = links.active_subscription(tx, subscription_id)
        kept = {
            ChoiceKind.SECTION: offer.sections(tx, newsletter, sections),
            ChoiceKind.LANGUAGE: offer.languages(newsletter, languages),
        }
        has_sections = bool(newsletters.sections_to_choose(tx, newsletter))
        if not languages or (has_sections and not sections):
            raise UsageError("Choose at least one section and one language, or unsubscribe.")
        before = _standing(tx, subscription, now)
        for kind, values in kept.items():
            subscribers.choose(tx, subscription.id, kind, values)
        subscribers.prefer(
            tx,
            subscription,
            language=subscription.language if language is None else _one(newsletter, language),
            paused_until=_pause(paused_until, now),
        )
        _note(tx, subscription, before, _standing(tx, subscription, now), now)
        return _read(tx, subscription, newsletter, now=now)


@dataclass(frozen=True)
class _Standing:
    """What a reader may change, as it stands at a moment."""

    sections: tuple[str, ...]
    languages: tuple[str, ...]
    language: str
    paused_until: dt.datetime | None


def _standing(tx: Transaction, subscription: Subscription, now: dt.datetime) -> _Standing:
    return _Standing(
        subscribers.choices(tx, subscription.id, ChoiceKind.SECTION),
        subscribers.choices(tx, subscription.id, ChoiceKind.LANGUAGE),
        subscription.language,
        _pause_left(subscription, now),
    )


def _note(
    tx: Transaction, subscription: Subscription, was: _Standing, now_is: _Standing, at: dt.datetime
) -> None:
    """Write down what is another now; who saves the form as it was has changed nothing."""
    if (was.sections, was.languages) != (now_is.sections, now_is.languages):
        chosen = {"sections": list(now_is.sections), "languages": list(now_is.languages)}
        changes.note(tx, subscription.id, ReaderChange.CHOSE, at=at, **chosen)
    if was.language != now_is.language:
        said = {"language": now_is.language}
        changes.note(tx, subscription.id, ReaderChange.LANGUAGE, at=at, **said)
    if was.paused_until != now_is.paused_until:
        until = now_is.paused_until
        if until is None:
            changes.note(tx, subscription.id, ReaderChange.RESUMED, at=at)
        else:
            said = {"until": until.isoformat()}
            changes.note(tx, subscription.id, ReaderChange.PAUSED, at=at, **said)


def _pause_left(subscription: Subscription, now: dt.datetime) -> dt.datetime | None:
    until = subscription.paused_until
    return until if until is not None and until > now else None


def _read(
    tx: Transaction, subscription: Subscription, newsletter: Newsletter, *, now: dt.datetime
) -> Preferences:
    chosen = {kind: subscribers.choices(tx, subscription.id, kind) for kind in ChoiceKind}
    names = publications.names_in(
        newsletters.sections_to_choose(tx, newsletter),
        subscription.language,
        publication_id=newsletter.publication_id,
    )
    return Preferences(
        newsletter=newsletters.in_language(newsletter, subscription.language)["name"],
        newsletter_slug=newsletter.slug,
        language=subscription.language,
        is_active=subscription.state is SubscriptionState.ACTIVE,
        is_ended=newsletter.ended_at is not None,
        is_at_rest=newsletter.paused_at is not None,
        paused_until=_pause_left(subscription, now),
        sections=_options(names, chosen[ChoiceKind.SECTION]),
        languages=_options(
            {tag: own_name(tag) for tag in newsletter.languages}, chosen[ChoiceKind.LANGUAGE]
        ),
    )


def _options(names: dict[str, str], chosen: Collection[str]) -> tuple[Option, ...]:
    return tuple(
        Option(value, name, not chosen or value in chosen) for value, name in names.items()
    )


def _one(newsletter: Newsletter, language: str) -> str:
    if language not in newsletter.languages:
        raise UsageError(
            f"The newsletter {newsletter.slug} does not come in {language}; "
            f"it comes in {', '.join(newsletter.languages)}."
        )
    return language


def _pause(until: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
    if until is not None and until > now + LONGEST_PAUSE:
        raise UsageError(
            "A pause can last six months at most; choose an earlier date, or unsubscribe."
        )
    return until if until is not None and until > now else None
