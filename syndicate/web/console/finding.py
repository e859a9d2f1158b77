"""/console/sources/find: paste any address, see where it leads and its stories, and use it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Form, Query, Response

from syndicate import clock
from syndicate.collect import finding, making, source_fields
from syndicate.collect.finding import Found
from syndicate.errors import BlockedAddressError, SyndicateError, UsageError
from syndicate.fetch import in_house
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.sources import SourceKind
from syndicate.web.console import fields, pages
from syndicate.web.console.actors import CanRead, CanSteerSources
from syndicate.web.console.done import Done
from syndicate.web.errors import status_of

router = APIRouter(include_in_schema=False)
_LONGEST = 3_000  # characters of an address, and of a few in-house servers
_FOR_SHELL = re.compile(r" \(--allow[^()]*+\)")
_ADDRESS = Query(alias="address", max_length=_LONGEST)


@dataclass(frozen=True)
class Pasted:
    """What was typed, as it is shown again.

    Attributes:
        allow: in-house servers, parted by spaces or commas.
        publication: slug; empty for the first one.
        sections: names of those that are made with the source.
    """

    address: str = ""
    allow: str = ""
    publication: str = ""
    sections: Sequence[str] = ()

    @property
    def servers(self) -> list[str]:
        """The in-house servers, one by one."""
        return self.allow.replace(",", " ").split()


@router.get("/console/sources/find")
def find_page(actor: CanRead, address: Annotated[str, _ADDRESS] = "") -> Response:
    """The form that takes an address."""
    return _page(actor, Pasted(address))


@router.post("/console/sources/find")
def find(
    actor: CanSteerSources,
    address: Annotated[str, Form()] = "",
    allow: Annotated[str, Form()] = "",
    publication: Annotated[str, Form()] = "",
) -> Response:
    """Look where an address leads, and show its stories; nothing is stored."""
    pasted = Pasted(address.strip(), allow, publication)
    try:
        found = look(pasted, actor)
    except SyndicateError as error:
        return _page(actor, pasted, problem=error)
    return _page(actor, pasted, found=found)


@router.post("/console/sources/use")
def use(  # noqa: PLR0913 - one field per fact of a source
    actor: CanSteerSources,
    *,
    url: Annotated[str, Form()] = "",
    kind: Annotated[str, Form()] = SourceKind.FEED.value,
    name: Annotated[str, Form()] = "",
    profile: Annotated[str, Form()] = "",
    allow: Annotated[str, Form()] = "",
    publication: Annotated[str, Form()] = "",
    section: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Add what was found as a source, with the sections that are ticked."""
    pasted = Pasted(url, allow, publication, tuple(section or ()))
    try:
        add(pasted, kind, name, profile, actor=actor)
    except SyndicateError as error:
        return _page(actor, pasted, problem=error)
    return pages.see_other("/console/sources", Done.ADDED)


def look(pasted: Pasted, actor: Actor) -> Found:
    """Where a pasted address leads.

    Raises:
        SyndicateError: as `finding.find`.
    """
    return finding.find(
        pasted.address,
        allow=pasted.servers,
        publication=pasted.publication or None,
        actor=actor,
        now=clock.now(),
    )


def add(pasted: Pasted, kind: str, name: str, profile: str, *, actor: Actor) -> None:
    """Add a choice as a source.

    Args:
        pasted: its address, and the sections that are made with it.
        kind: how it is read.
        name: what its site calls it; empty calls it by its address.
        profile: as JSON; empty for none.
        actor: who asks.

    Raises:
        SyndicateError: as `making.use`.
    """
    if kind not in SourceKind.fetched():
        raise UsageError(f"{kind[:100]} is no kind of source that has an address.")
    given = {
        "url": pasted.address,
        "kind": kind,
        "name": name,
        "publication": pasted.publication,
        "allow_origins": pasted.servers,
        "profile": profile,
    }
    said: dict[str, object] = {key: value for key, value in given.items() if value}
    making.use(said, is_checked=True, sections=pasted.sections, actor=actor, now=clock.now())


def refused(pasted: Pasted, problem: SyndicateError | None) -> tuple[Pasted, str]:
    """What is shown again, and why: a server that may be our own is named in the field for it.

    Only the server that was typed: what an address leads on to is not to be allowed unread.
    """
    said = fields.in_form(_FOR_SHELL.sub("", str(problem or "")), source_fields.KIND.fields)
    if not isinstance(problem, BlockedAddressError):
        return pasted, said
    if pasted.allow:
        return pasted, said
    url = pasted.address if "://" in pasted.address else f"https://{pasted.address}"
    server = in_house(url)
    if server is None:
        return pasted, f"{said} If it is yours, name it below, under In-house server."
    filled = replace(pasted, allow=server)
    return filled, f"{said} It is filled in below: if it is yours, look there again."


def media(found: Found | None) -> Sequence[str]:
    """The addresses of the pictures of what was found."""
    every = found.stories if found is not None else ()
    return [str(each.picture["url"]) for each in every if each.picture]


def _page(
    actor: Actor,
    pasted: Pasted,
    *,
    found: Found | None = None,
    problem: SyndicateError | None = None,
) -> Response:
    pasted, said = refused(pasted, problem)
    with transaction() as tx:
        every = [
            each
            for each in publications.all_publications(tx)
            if actor.may(Permission.SOURCES, publication_id=each.id)
        ]
    return pages.render(
        actor,
        "find.html",
        status=status_of(problem) if problem is not None else 200,
        tab="sources",
        media=media(found),
        pasted=pasted,
        found=found,
        problem=said,
        is_blocked=isinstance(problem, BlockedAddressError),
        publications=every,
        use="/console/sources/use",
    )
