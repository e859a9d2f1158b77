"""Sources as every face shows them: by their fields, and to programs with their last fetch."""

from syndicate import clock
from syndicate.collect.source_fields import ROBOTS_SAID
from syndicate.newsroom.making import within
from syndicate.newsroom.making.fields import Values, plain_values
from syndicate.store.ground.session import Transaction
from syndicate.store.intake import sources
from syndicate.store.intake.sources import FetchState, Source
from syndicate.store.newsroom import publications


def plain(tx: Transaction, row: Source) -> Values:
    """A source's values by the names of its fields."""
    return _values(row, *_places(tx, row))


def _values(row: Source, publication: str, section: str | None) -> Values:
    """A source's fields as every face shows them; publication and section by their slugs."""
    return {
        "publication": publication,
        "slug": row.slug,
        "name": row.name if row.name != row.url else None,
        "url": row.url,
        "kind": row.kind.value,
        "section": section,
        "pages": row.pages.value,
        "allow_origins": tuple(row.allow_origins),
        "compare_url": row.compare_url,
        "robots": ROBOTS_SAID[row.obeys_robots],
        "profile": dict(row.profile) if isinstance(row.profile, dict) else {},
    }


def listed(tx: Transaction) -> list[tuple[Source, FetchState, dict[str, object]]]:
    """Every source in use, oldest first, with its last fetch, and as programs are told of it."""
    owners, sections = publications.slugs(tx), publications.section_slugs(tx)
    return [
        (
            *(row, state),
            _as_json(row, state, owners[row.publication_id], sections.get(row.section_id or 0)),
        )
        for row, state in sources.listed(tx)
    ]


def _as_json(
    row: Source, state: FetchState, publication: str, section: str | None
) -> dict[str, object]:
    """A source as every face tells programs of it: its fields, and what its last fetch learnt.

    Its name is never empty: where operators gave none, it is its address.
    """
    return {
        "id": row.id,
        "publication_id": row.publication_id,
        **plain_values(_values(row, publication, section)),
        "name": row.name,
        "state": row.state.value,
        "etag": state.etag.decode("latin-1") if state.etag else None,
        "last_at": clock.iso(state.last_at) if state.last_at else None,
        "last_status": state.last_status,
        "next_at": clock.iso(state.next_at),
        "failures": state.failures,
        "reason": state.reason,
    }


def told(tx: Transaction, row: Source) -> dict[str, object]:
    """A source as programs are told of it."""
    return _as_json(row, sources.state_of(tx, row.id), *_places(tx, row))


def _places(tx: Transaction, row: Source) -> tuple[str, str | None]:
    """The slugs of a source's publication and of its section, unless that is retired."""
    section = publications.section(tx, row.section_id)
    owner = within.slug_of(tx, row.publication_id)
    is_there = section is not None and section.retired_at is None
    return owner, section.slug if section is not None and is_there else None
