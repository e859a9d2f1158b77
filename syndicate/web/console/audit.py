"""/console/audit: who did what."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from syndicate.newsroom.verbs import allow
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import newsletters, publications
from syndicate.store.platform import operators
from syndicate.store.platform.tokens import Permission
from syndicate.store.views import operations
from syndicate.web.console import pages
from syndicate.web.console.actors import CanRead

_ON_A_PAGE = 50

# What is shown of a change of which nothing was there, or nothing is left.
_NOTHING = "nothing"

router = APIRouter(include_in_schema=False)


@router.get("/console/audit")
def audit(
    actor: CanRead,
    *,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Response:
    """The newest actions first."""
    allow(actor, Permission.READ)
    with transaction() as tx:
        rows = operations.audit_rows(tx, limit=_ON_A_PAGE + 1, before=before)
        names = _names(tx)
    older = f"?before={rows[_ON_A_PAGE - 1].id}" if len(rows) > _ON_A_PAGE else None
    return pages.render(
        actor,
        "audit.html",
        tab="audit",
        rows=rows[:_ON_A_PAGE],
        older=older,
        details={row.id: in_words(row.detail) for row in rows},
        names=names,
    )


def in_words(detail: Mapping[str, Any]) -> str:
    """What an act changed or said, as a person reads it: "name: Town Hall → Town & Council"."""
    told: list[str] = []
    for key, value in detail.items():
        if key == "fields" and isinstance(value, Mapping):
            told += [f"{name}: {_change(change)}" for name, change in value.items()]
        else:
            told.append(f"{key}: {_plain(value)}")
    return "; ".join(told)


def _change(change: Any) -> str:
    match change:
        case [before, after]:
            return f"{_plain(before)} → {_plain(after)}"
    return _plain(change)


def _plain(value: Any) -> str:
    match value:
        case None | "" | [] | {}:
            return _NOTHING
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(_plain, value))
        case dict():
            return ", ".join(f"{key} {_plain(each)}" for key, each in value.items())
    return str(value)


def _names(tx: Transaction) -> dict[str, tuple[str, str]]:
    """Name and page of what the audit knows by number, by subject."""
    found = {
        f"operator:{each.id}": (f"operator {each.slug}", f"/console/operators/{each.slug}")
        for each in operators.every(tx)
    }
    for each in publications.all_publications(tx):
        path = f"/console/newsroom/publications/{each.slug}"
        found[f"publication:{each.id}"] = (f"publication {each.slug}", path)
    for letter in newsletters.every(tx):
        path = f"/console/newsletters/{letter.id}"
        found[f"newsletter:{letter.id}"] = (f"newsletter {letter.slug}", path)
    return found
