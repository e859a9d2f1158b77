"""Sources are called by a slug, and can be retired."""

import re
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_LONGEST = 50


def upgrade() -> None:
    op.add_column("source", sa.Column("slug", sa.String(), nullable=True))
    op.add_column("source", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    _fill()
    op.alter_column(
        "source",
        "slug",
        nullable=False,
        # Older code, which may still run beside, gives none.
        server_default=sa.text("'s-'::text || substr(md5(random()::text), 1, 12)"),
    )
    op.create_unique_constraint(
        op.f("uq_source_publication_id_slug"), "source", ["publication_id", "slug"]
    )


def _fill() -> None:
    """Give the sources that are there a slug of their name, or of their host."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text("SELECT id, publication_id, name, url FROM source ORDER BY id")
    )
    taken: set[tuple[int, str]] = set()
    found = []
    for row in rows:
        wanted = _wanted(row.name if row.name != row.url else "", row.url)
        slug, number = wanted, 2
        while (row.publication_id, slug) in taken:
            slug = f"{wanted}-{number}"
            number += 1
        taken.add((row.publication_id, slug))
        found.append({"id": row.id, "slug": slug})
    if found:
        connection.execute(sa.text("UPDATE source SET slug = :slug WHERE id = :id"), found)


def _wanted(name: str, url: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    slug = _plain(name) or _plain(host.removeprefix("www.")) or _plain(url) or "source"
    return f"source-{slug}" if slug.isdigit() else slug


def _plain(text: str) -> str:
    return re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")[:_LONGEST].strip("-")


def downgrade() -> None:
    # A source that was retired is paused for older code, and in its lists again.
    op.drop_constraint(op.f("uq_source_publication_id_slug"), "source")
    op.drop_column("source", "retired_at")
    op.drop_column("source", "slug")
