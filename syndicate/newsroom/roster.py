"""Who works here, as every face shows it: operators, and what each may do where, in slugs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import newsletters, publications
from syndicate.store.platform import operators
from syndicate.store.platform.operators import Operator
from syndicate.store.platform.tokens import Grant


@dataclass(frozen=True)
class Held:
    """A permission that an operator has, and where; no slug means everywhere."""

    permission: str
    publication: str | None
    newsletter: str | None

    @property
    def where(self) -> str:
        """As the console's forms name the place: "publication:courier", "" for everywhere."""
        if self.newsletter is not None:
            return f"newsletter:{self.newsletter}"
        return f"publication:{self.publication}" if self.publication is not None else ""

    @property
    def words(self) -> str:
        """As a sentence names it: "articles.write in courier"."""
        if self.newsletter is not None:
            return f"{self.permission} for the newsletter {self.newsletter}"
        if self.publication is not None:
            return f"{self.permission} in {self.publication}"
        return f"{self.permission} everywhere"


@dataclass(frozen=True)
class Listed:
    """An operator with what they may do."""

    row: Operator
    grants: Sequence[Held]

    def as_dict(self) -> dict[str, object]:
        """As JSON shows it."""
        row = self.row
        return {
            "id": row.id,
            "slug": row.slug,
            "name": row.name,
            "address": row.address,
            "languages": row.languages,
            "zone": row.zone,
            "created_at": row.created_at.isoformat(),
            "retired_at": row.retired_at.isoformat() if row.retired_at else None,
            "grants": [asdict(each) for each in self.grants],
        }


def every(tx: Transaction) -> list[Listed]:
    """All operators, those who are retired last."""
    return _listed(tx, operators.every(tx))


def one(tx: Transaction, row: Operator) -> Listed:
    """One operator."""
    return _listed(tx, [row])[0]


def _listed(tx: Transaction, rows: Sequence[Operator]) -> list[Listed]:
    held = operators.grants_of(tx, [each.id for each in rows])
    papers = publications.slugs(tx)
    letters = {each.id: each.slug for each in newsletters.every(tx)}
    return [Listed(row, [_held(each, papers, letters) for each in held[row.id]]) for row in rows]


def _held(grant: Grant, papers: Mapping[int, str], letters: Mapping[int, str]) -> Held:
    return Held(
        grant.permission.value,
        papers[grant.publication_id] if grant.publication_id is not None else None,
        letters[grant.newsletter_id] if grant.newsletter_id is not None else None,
    )
