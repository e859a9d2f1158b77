"""Publications and sections that operators make and rename: more fields, and former slugs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def _object(name: str) -> sa.Column[object]:
    return sa.Column(name, postgresql.JSONB(), server_default="{}", nullable=False)


def _of_publications() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("reply_to", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("colour", sa.String(), nullable=True),
        sa.Column("colour_on_dark", sa.String(), nullable=True),
        _object("translations"),
    )


def _of_sections() -> tuple[sa.Column[object], ...]:
    return (
        _object("names"),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
    )


def upgrade() -> None:
    for column in _of_publications():
        op.add_column("publication", column)
    for column in _of_sections():
        op.add_column("section", column)
    op.create_table(
        "publication_logo",
        sa.Column("publication_id", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("width", sa.BigInteger(), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publication.id"],
            name=op.f("fk_publication_logo_publication_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("publication_id", name=op.f("pk_publication_logo")),
    )
    _create_former()


def _create_former() -> None:
    table = "publication_former"
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("publication_id", sa.BigInteger(), nullable=False),
        sa.Column("section_id", sa.BigInteger(), nullable=True),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f(f"fk_{table}_publication_id")
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f(f"fk_{table}_section_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(
        op.f(f"ix_{table}_publication_id_slug"),
        table,
        ["publication_id", "slug"],
        unique=True,
        postgresql_where="section_id IS NOT NULL",
    )
    op.create_index(op.f(f"ix_{table}_section_id"), table, ["section_id"])
    op.create_index(
        op.f(f"ix_{table}_slug"),
        table,
        ["slug"],
        unique=True,
        postgresql_where="section_id IS NULL",
    )


def downgrade() -> None:
    # Older code shows every section: one that was retired comes back with its page.
    op.drop_table("publication_former")
    op.drop_table("publication_logo")
    for column in reversed(_of_sections()):
        op.drop_column("section", column.name)
    for column in reversed(_of_publications()):
        op.drop_column("publication", column.name)
