"""From an issue to its audience: one INSERT … SELECT that computes every reader's choice.

A reader's choice has the bit of each story in a section and language they chose, but for stories
that an earlier mailing has already put before them: one story once per reader. Who is left out, and
why, `store.sending.bars` says: who chose nothing of it, or had all of that, is *skipped*.
A correction is owed to whoever got an earlier revision and was not told yet.
Two issues may not be materialised at once, or one story could be chosen twice: hence the lock.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from syndicate.languages import UNDETERMINED
from syndicate.store.ground.schema import sql
from syndicate.store.ground.session import Transaction
from syndicate.store.sending.bars import IS_ABSENT, READERS, STATE, WHY_AT_FREEZE
from syndicate.vocabulary.newsletters import ChoiceKind
from syndicate.vocabulary.sending import BatchState, DeliveryState, MailingState

# Held until the commit; the number only has to be ours alone.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(477837)")
# `had` is small: earlier mailings that carried one of this articles, once for each version
# in which the article's text differs; a reader's delivery says which one they got.
_CHOOSING = f"""
    WITH earlier AS (
        SELECT m.id AS mailing_id, m.state = {sql(MailingState.CANCELLED)} AS is_cancelled,
            m.content_version,
            was.position AS was_position, was.revision AS was_revision,
            1::bigint << is_now.position::int AS bit, is_now.is_correction, is_now.revision
        FROM issue_story is_now
        JOIN issue_story was ON was.article_id = is_now.article_id AND was.issue_id <> :issue
        JOIN mailing m ON m.issue_id = was.issue_id
        -- A mailing that is only being written has put nothing before anybody.
        WHERE is_now.issue_id = :issue AND m.state <> {sql(MailingState.MATERIALISING)}
    ), had AS MATERIALIZED (
        -- Computed once: inlined, it would be joined anew for each reader. One row for each stretch
        -- of versions with one text; the last stretch has no end, and 32767 is the largest number
        -- that a version can have.
        SELECT mailing_id, is_cancelled, was_position, bit, content_version, from_version,
            lead(from_version, 1, 32767) OVER (
                PARTITION BY mailing_id, was_position ORDER BY from_version
            ) AS until_version,
            -- A correction is owed to whoever got a revision older than the one it tells of.
            is_correction AND stood < revision AS is_owed
        FROM (
            -- What the first version said stands in issue_story, what later ones say in
            -- mailing_revision.
            SELECT *, 0 AS from_version, was_revision AS stood FROM earlier
            UNION ALL
            SELECT earlier.*, v.version, v.revision
            FROM earlier JOIN mailing_revision v USING (mailing_id) WHERE v.position = was_position
        ) each_version
    ), reader AS (
        SELECT reader.*,
            -- Frames exist in the newsletter's languages alone.
            CASE WHEN reader.language = ANY(CAST(:languages AS text[])) THEN reader.language
                 ELSE :fallback END AS frame,
            -- NULL where nothing was chosen, which means all of it.
            (SELECT array_agg(value) FROM subscription_choice
             WHERE subscription_id = reader.subscription_id
                AND kind = {sql(ChoiceKind.SECTION)}) AS sections,
            (SELECT array_agg(value) FROM subscription_choice
             WHERE subscription_id = reader.subscription_id
                AND kind = {sql(ChoiceKind.LANGUAGE)}) AS chosen_languages,
            past.owed, past.had
        FROM ({READERS}) reader
        CROSS JOIN LATERAL (
            -- Owed by one mailing and told by another: not owed any more.
            SELECT coalesce(bit_or(had.bit) FILTER (WHERE is_owed)
                    & ~coalesce(bit_or(had.bit) FILTER (WHERE NOT is_owed), 0), 0) AS owed,
                coalesce(bit_or(had.bit), 0) AS had
            FROM had JOIN delivery d ON d.mailing_id = had.mailing_id
                AND d.recipient_id = reader.recipient_id
                -- The version that this reader's copy has, or will have: what is still to leave
                -- takes the newest, but a copy that may have arrived is sent again as it was.
                AND CASE WHEN d.state IN ({sql(*DeliveryState.open())}) AND d.resends = 0
                        THEN had.content_version
                    ELSE coalesce(d.content_version, had.content_version) END
                    BETWEEN from_version AND until_version - 1
            -- The story stood in the copy, and the copy left, may have left or will leave; one that
            -- failed, was suppressed or skipped never does.
            WHERE (d.choice >> had.was_position::int) & 1 = 1
                AND d.state NOT IN ({sql(*DeliveryState.unsent())})
                -- Nor does what a cancelled mailing had not sent yet.
                AND NOT (had.is_cancelled AND d.state IN ({sql(*DeliveryState.open())}))
        ) past
        WHERE NOT {IS_ABSENT}
            -- A rehearsal asks for one reader's copy.
            AND (CAST(:only AS bytea) IS NULL OR reader.address_hash = :only)
    ), choosing AS (
        -- What was chosen and not had yet, the corrections owed, and the bit that everybody gets
        -- where there is nothing new.
        SELECT reader.*, wanted, (wanted & (~had)) | owed | CAST(:always AS bigint) AS choice
        FROM reader CROSS JOIN LATERAL (
            SELECT coalesce(bit_or(1::bigint << story.position::int), 0) AS wanted
            FROM issue_story story
            WHERE story.issue_id = :issue AND NOT story.is_correction
                AND (sections IS NULL OR story.section_slug = ANY(sections))
                -- Nobody can choose, or leave out, a language that nobody knows.
                AND (chosen_languages IS NULL OR story.language = ANY(chosen_languages)
                    OR starts_with(story.language, '{UNDETERMINED}-'))
        ) wish
    )
"""  # noqa: S608 - our own words
_DELIVERIES = text(
    f"""
    {_CHOOSING}, numbered AS (
        SELECT choosing.*,
            -- A batch holds one receiver group, for a receiver that is slow must hold up no other.
            row_number() OVER (PARTITION BY receiver_group ORDER BY recipient_id) - 1 AS place
        FROM choosing
    ), batched AS (
        SELECT reader.*, place % :size AS ordinal,
            dense_rank() OVER (ORDER BY receiver_group, place / :size) - 1 AS number,
            {WHY_AT_FREEZE} AS why
        FROM numbered reader
    )
    INSERT INTO delivery (mailing_id, batch_number, ordinal, recipient_id, choice, language,
        state, reason, done_at)
    SELECT :mailing, number, ordinal, recipient_id, choice, frame,
        {STATE}, why, CASE WHEN why IS NOT NULL THEN CAST(:now AS timestamptz) END
    FROM batched
    """  # noqa: S608 - our own text
)
_COUNT = text(
    f"""
    {_CHOOSING}
    SELECT frame, receiver_group, coalesce({WHY_AT_FREEZE}, '') AS reason, count(*) AS number
    FROM choosing reader GROUP BY 1, 2, 3
    """  # noqa: S608 - our own text
)
_BATCHES = text(
    f"""
    INSERT INTO batch (mailing_id, number, lane, priority, receiver_group, size, state,
        suppressed, skipped)
    -- All of a batch are of one group: min() only picks it.
    SELECT d.mailing_id, d.batch_number, m.lane, m.priority, min(r.receiver_group), count(*),
        -- With nobody to send to there is nothing to lease: such a batch is done at once.
        CASE WHEN count(*) FILTER (WHERE d.state = {sql(DeliveryState.PENDING)}) = 0
            THEN {sql(BatchState.DONE)} ELSE {sql(BatchState.READY)} END,
        count(*) FILTER (WHERE d.state = {sql(DeliveryState.SUPPRESSED)}),
        count(*) FILTER (WHERE d.state = {sql(DeliveryState.SKIPPED)})
    FROM delivery d JOIN mailing m ON m.id = d.mailing_id
        JOIN recipient r ON r.id = d.recipient_id
    WHERE d.mailing_id = :mailing
    GROUP BY d.mailing_id, d.batch_number, m.lane, m.priority
    """  # noqa: S608 - our own words
)


_DEFAULTS: Mapping[str, Any] = {"always": 0, "only": None}


def materialise(tx: Transaction, values: Mapping[str, Any]) -> int:
    """Write a mailing's deliveries and batches.

    Args:
        tx: the open transaction.
        values: `mailing`, `issue`, `newsletter` ids; `languages` that frames exist in and the
            `fallback` among them; batch `size`; `now`; for the notice that there is nothing new,
            the bits that `always` stand in a choice; and, to rehearse with one reader, `only` the
            hash of an address.

    Returns:
        The audience: how many deliveries were written.
    """
    tx.execute(_ONE_AT_A_TIME)
    written = tx.execute(_DELIVERIES, {**_DEFAULTS, **values})
    tx.execute(_BATCHES, {"mailing": values["mailing"]})
    return int(getattr(written, "rowcount", 0))


def count(tx: Transaction, values: Mapping[str, Any]) -> Mapping[tuple[str, str, str], int]:
    """How the audience would divide if it were materialised now; writes nothing.

    Args:
        tx: the open transaction.
        values: as for `materialise`.

    Returns:
        (language, receiver group, reason) to number; the reason is "" for those to be sent to.
    """
    rows = tx.execute(_COUNT, {**_DEFAULTS, **values})
    return {(row.frame, row.receiver_group, row.reason): row.number for row in rows}
