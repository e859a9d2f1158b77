"""/console/senders: what each publication's sender needs in DNS, what is there, what to do."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Response

from syndicate import clock
from syndicate.mail.sender import steering
from syndicate.mail.sender.lines import in_one_piece, is_in_pieces
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications, sender_checks
from syndicate.store.newsroom.sender_checks import Sender
from syndicate.store.platform.tokens import Permission
from syndicate.store.views import first_steps
from syndicate.web.console import pages, start
from syndicate.web.console.actors import CanMake, CanRead, CanSteer
from syndicate.web.console.done import Done

router = APIRouter(include_in_schema=False)
IsFirst = Annotated[bool, Query(alias="first")]
Domain = Annotated[str, Form(max_length=253)]


@router.get("/console/senders")
def every(actor: CanRead, *, is_first: IsFirst = False) -> Response:
    """Each publication's table, as DNS said it last; as one of the first steps, with their list."""
    with transaction() as tx:
        slugs = publications.slugs(tx).items()
        own = {slug for each, slug in slugs if actor.may(Permission.READ, publication_id=each)}
        found = [each for each in sender_checks.every(tx) if each.slug in own]
        domains = {
            each.slug: steering.domains(tx, each)
            for each in publications.all_publications(tx)
            if each.slug in own
        }
        first = first_steps.read(tx) if is_first else None
    texts = {each.slug: _text(each) for each in found}
    pieces = {
        row.wanted: in_one_piece(row.wanted)
        for each in found
        for row in each.records
        if is_in_pieces(row.wanted)
    }
    steps = start.steps_for(actor, first, asked=True) if first is not None else []
    return pages.render(
        actor,
        "senders.html",
        tab="senders",
        found=found,
        texts=texts,
        pieces=pieces,
        domains=domains,
        steps=steps,
    )


@router.post("/console/senders/{slug}/check")
def check(actor: CanSteer, slug: str, *, is_first: IsFirst = False) -> Response:
    """Ask DNS now."""
    found = steering.check(slug, actor=actor, now=clock.now())
    asked = "?first=1" if is_first else ""
    return pages.see_other(f"/console/senders{asked}#{found.slug}", Done.CHECKED)


@router.post("/console/senders/{slug}/rotate")
def rotate(actor: CanMake, slug: str, domain: Domain = "") -> Response:
    """Make a new key; its record is in the table."""
    found = steering.rotate(slug, domain, actor=actor, now=clock.now())
    return pages.see_other(f"/console/senders#{found.slug}", Done.ROTATED)


def _text(sender: Sender) -> str:
    """The table as it is handed to whoever keeps the domain's DNS."""
    told = [
        f"{row.record.words}{f' of {row.about}' if row.about else ''} ({row.state})\n"
        f"  wanted: {_one_line(row.wanted)}\n{_piece(row.wanted)}"
        f"  found: {_one_line(row.found)}\n  to do: {_one_line(row.do) or 'nothing'}"
        for row in sender.records
    ]
    return "\n".join(told)


def _piece(wanted: str) -> str:
    if not is_in_pieces(wanted):
        return ""
    return f"  in one piece, for a form: {in_one_piece(wanted)}\n"


def _one_line(text: str) -> str:
    return " / ".join(text.splitlines())
