"""An article runs the way its script does, as its language's tag says: one rule for all of them.

Older code knew a list of languages and no scripts: Punjabi or Azerbaijani in Arabic letters was
kept as running from left to right, Arabic in Latin letters the other way. Where an article changes,
its publication's feeds are built again.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# As `syndicate.languages` has it at this revision.
_SCRIPTS = "adlm|arab|aran|armi|hebr|mand|mend|nkoo|rohg|samr|syr[cejn]|thaa"
_LANGUAGES = (
    "ar|arb|arc|ars|arz|apc|ary|acm|bal|bqi|ckb|dv|fa|glk|haz|he|iw|ji|khw|ks|lrc|mzn|nqo|pes|pnb"
    "|prs|ps|rhg|sd|sdh|skr|syr|ug|ur|yi"
)
_THERE = "az-i[rq]|ha-(cm|sd)|kk-(af|cn|ir|mn)|ku-i[rq]|ky-cn|ms-cc|pa-pk|tg-pk|uz-(af|cn)"
_RIGHT = (
    f"(language ~* '-({_SCRIPTS})(-|$)' OR language !~* '-[a-z]{{4}}(-|$)' AND ("
    f"language ~* '^({_LANGUAGES})(-|$)' AND language !~* '^(sd-in|ug-kz|ug-mn)(-|$)'"
    f" OR language ~* '^({_THERE})(-|$)'))"
)

_TURN = f"""
    WITH turned AS (
        UPDATE article SET direction = CASE WHEN {_RIGHT} THEN 'rtl' ELSE 'ltr' END
        WHERE direction <> CASE WHEN {_RIGHT} THEN 'rtl' ELSE 'ltr' END
        RETURNING publication_id
    )
    UPDATE feed SET due_at = now(), built_for = NULL
    WHERE gone_at IS NULL AND publication_id IN (SELECT publication_id FROM turned)
"""  # noqa: S608 - constants of this file


def upgrade() -> None:
    op.execute(_TURN)


def downgrade() -> None:
    # What runs the right way stays so: older code only reads it.
    pass
