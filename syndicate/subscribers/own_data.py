"""All that is kept about one reader, given out to them: as JSON, or as CSV for a spreadsheet.

What other commands leave out is in it: the proofs of consent with network address and browser. Of
what was sent to them the words of the timeline, each issue once.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from syndicate.newsroom.readers import Who, seen, subject, visible_to
from syndicate.newsroom.verbs import verb
from syndicate.store.ground.session import Transaction
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.subscribers import formulas, readers
from syndicate.subscribers.readers import MOST, Reader
from syndicate.vocabulary.acts import Act

COLUMNS = ("what", "at", "about", "words")


@verb(Permission.EXPORT)
def give_out(tx: Transaction, who: Who, *, actor: Actor, now: dt.datetime) -> Mapping[str, Any]:
    """Everything about a reader within the publications that the actor may see.

    Returns:
        What `subscribers show --json` tells, with whole proofs of consent and the whole timeline.

    Raises:
        BadAddressError: what was typed is no address.
        NotFoundError: the actor may see no such reader.
    """
    visible = visible_to(actor, Permission.EXPORT)
    person = seen(tx, who, actor, Permission.EXPORT)
    pages = [readers.read(tx, person, visible, before=None, limit=MOST)]
    while (before := pages[-1].next_before) is not None:
        pages.append(readers.read(tx, person, visible, before=before, limit=MOST))
    name = subject(person)
    audit.record(tx, at=now, actor=actor.name, action=Act.READER_EXPORT, subject=name)
    return _whole(pages)


def as_csv(given: Mapping[str, Any]) -> str:
    """The same as a table of what, when, about what, and in which words."""
    return "".join(formulas.line(cells) for cells in (COLUMNS, *_rows(given)))


def _whole(pages: Sequence[Reader]) -> Mapping[str, Any]:
    found: dict[str, Any] = pages[0].as_dict()
    del found["next_before"]
    found["timeline"] = [entry.as_dict() for page in pages for entry in page.timeline]
    for told, past in zip(found["subscriptions"], pages[0].pasts, strict=True):
        told["consents"] = [
            {**readers.consent_of(each), "ip": each.ip, "user_agent": each.user_agent}
            for each in past.consents
        ]
    return found


def _rows(given: Mapping[str, Any]) -> Iterator[Sequence[object]]:
    yield "address", given["since"], "", given["address"]
    for each in given["subscriptions"]:
        name = each["newsletter"]
        chosen = "; ".join(", ".join(each[kind]) or "all" for kind in ("sections", "languages"))
        yield "subscription", each["created_at"], name, f"{each['state']}: {chosen}"
        for proof in each["consents"]:
            parts = ("method", "wording", "origin", "ip", "user_agent")
            words = " | ".join(str(proof[part]) for part in parts if proof[part])
            yield "consent", proof["at"], name, words
    for each in given["suppressions"]:
        yield "suppression", each["at"], each["newsletter"] or each["scope"], each["words"]
    for each in given["timeline"]:
        yield each["code"], each["at"], each["issue"] or "", each["words"]
