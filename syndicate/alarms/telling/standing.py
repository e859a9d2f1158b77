"""How each way of telling rings is, in one sentence, for every face that says it."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from syndicate import phrases
from syndicate.alarms.telling import mail, signed, ways
from syndicate.alarms.telling.shapes import Shape
from syndicate.alarms.telling.ways import Webhook
from syndicate.errors import SettingsError
from syndicate.settings import Settings
from syndicate.store.ground.session import Transaction
from syndicate.store.platform import tellings
from syndicate.store.platform.tellings import Health

_DEAD_MAN = "dead-man's address"


@dataclass(frozen=True)
class Standing:
    """How a way is.

    Attributes:
        way: its key.
        name: what people call it.
        trouble: what is wrong, in a sentence or two; "" where nothing is.
        told_at: when it last took something, aware UTC; None where it never did.
    """

    way: str
    name: str
    trouble: str
    told_at: dt.datetime | None


def every(tx: Transaction, configured: Settings) -> Sequence[Standing]:
    """Each way that is set, mail and the dead-man's address among them."""
    hooks = ways.webhooks(configured)
    names = {each.way: each.name for each in hooks} | {ways.MAIL: ways.MAIL}
    health = tellings.health(tx, [*names, ways.DEAD_MAN])
    found = [_webhook(tx, each, configured, health, names) for each in hooks]
    if people := mail.read(tx, configured).people:
        found.append(_mail(tx, health.get(ways.MAIL), people, names))
    if configured.bell_dead_man_url is not None:
        found.append(_dead_man(health.get(ways.DEAD_MAN)))
    return found


def _webhook(
    tx: Transaction,
    webhook: Webhook,
    configured: Settings,
    health: Mapping[str, Health],
    names: Mapping[str, str],
) -> Standing:
    known = health.get(webhook.way)
    told_at = None if known is None else known.told_at
    problem = webhook.problem or (_unsigned(configured) if webhook.shape is Shape.JSON else "")
    trouble = ""
    if problem:
        trouble = f"The {webhook.name} {problem}."
    elif known is not None and known.is_failing:
        since, instead = _since(known), _instead(tx, known, (webhook.way,), names)
        trouble = f"The {webhook.name} {known.error} since {since}{instead}."
    return Standing(webhook.way, webhook.name, trouble.replace("..", "."), told_at)


def _unsigned(configured: Settings) -> str:
    try:
        signed.keys(configured)
    except SettingsError as error:
        return f"is told nothing: {error}"
    return ""


def _mail(
    tx: Transaction, known: Health | None, hearers: Collection[str], names: Mapping[str, str]
) -> Standing:
    trouble = ""
    if known is not None and known.is_failing:
        instead = _instead(tx, known, hearers, names)
        said = known.error.removesuffix(".")
        trouble = f"No mail about rings was taken since {_since(known)}{instead}. {said}."
    return Standing(ways.MAIL, ways.MAIL, trouble, None if known is None else known.told_at)


def _dead_man(known: Health | None) -> Standing:
    trouble = ""
    if known is not None and known.is_failing:
        trouble = (
            f"The {_DEAD_MAN} {known.error} since {_since(known)}: who waits for its ping is told "
            "that this installation is gone. Correct SYNDICATE_BELL_DEAD_MAN_URL, or mend what "
            "answers there."
        )
    return Standing(ways.DEAD_MAN, _DEAD_MAN, trouble, None if known is None else known.told_at)


def _since(known: Health) -> str:
    return phrases.moment(known.failing_since) if known.failing_since is not None else ""


def _instead(
    tx: Transaction, known: Health, hearers: Collection[str], names: Mapping[str, str]
) -> str:
    """How many rings were told by others meanwhile: "; 14 rings were told by mail instead"."""
    if known.failing_since is None:
        return ""
    otherwise = tellings.told_otherwise(tx, list(hearers), known.failing_since)
    by = {names.get(hearer, ways.MAIL) for _, hearer in otherwise}
    if not by:
        return ""
    rings = phrases.counted(len({ring for ring, _ in otherwise}), "ring was", "rings were")
    return f"; {rings} told by {phrases.listed(sorted(by))} instead"
