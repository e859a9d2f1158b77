"""Of whom a file of readers says that they may not be mailed: how that is judged and remembered.

All lines of one address are one, whatever file of an archive they are of: the gravest word of them
holds, however old, and the latest date. Then they are remembered like who left here:

    file says        here nobody            here active                          here else
    left             ended                  ended, if they left after our proof  stays, as left
    never confirmed  pending                stays                                stays
    suppressed       suppressed, by hash    both, if that came after our proof   suppressed

A leaving without a time came after our proof where all that we know of the reader is imports: they
never did anything here. Else it did not, and is told (docs/decisions/0018).

The statements work on the lines of `store.readers.imports`, in its order.
"""

from sqlalchemy import text

from syndicate.store.ground.schema import sql
from syndicate.vocabulary.newsletters import SubscriptionState
from syndicate.vocabulary.readers import ReaderChange
from syndicate.vocabulary.sending import SuppressionReason

BY_FILE = "file"  # how a change says that it was no click of the reader's: detail "by"
_ENDED, _PENDING = sql(SubscriptionState.ENDED), sql(SubscriptionState.PENDING)
_ACTIVE = sql(SubscriptionState.ACTIVE)
_BOUNCE, _ERASED = sql(SuppressionReason.BOUNCE), sql(SuppressionReason.ERASED)
_REASONS = f"(ARRAY[{', '.join(map(sql, SuppressionReason.gravest_first()))}])"
# A leaving is more than a sign-up that was never confirmed; of who was erased the hash is enough.
_GATHER = text(
    f"""
    WITH of_one AS (
        SELECT address_hash, bool_or(suppressed = {_ERASED}) IS TRUE AS is_erased,
            min(array_position({_REASONS}, suppressed)) AS gravest,
            coalesce(min(state) FILTER (WHERE state = {_ENDED}), min(state)) AS state,
            coalesce(max(left_at) FILTER (WHERE state IS DISTINCT FROM {_PENDING}),
                CASE WHEN bool_and(state IS NOT DISTINCT FROM {_PENDING})
                    THEN max(left_at) END) AS left_at,
            coalesce(max(left_at) FILTER (WHERE state = {_ENDED}),
                max(ended_at) FILTER (WHERE state = {_ENDED}), max(ended_at)) AS ended_at,
            bool_or(left_at IS NULL AND state IS DISTINCT FROM {_PENDING}) AS is_undated
        FROM import_line WHERE told IS NOT NULL GROUP BY address_hash HAVING count(*) > 1
    )
    UPDATE import_line line SET suppressed = {_REASONS}[gravest], left_at = of_one.left_at,
        state = CASE WHEN NOT is_erased THEN of_one.state END, ended_at = of_one.ended_at,
        is_undated = of_one.is_undated
    FROM of_one WHERE line.address_hash = of_one.address_hash AND line.told IS NOT NULL
    """  # noqa: S608 - our own words
)
# Our proof is no earlier than what the reader did here; an import's, if its file said when.
_PROVED_AT = """
    coalesce(
        (SELECT max(c.at) FROM consent c WHERE c.subscription_id = s.id
            AND NOT (c.method = 'import' AND c.origin LIKE '%' || :undated)),
        CASE WHEN EXISTS (SELECT FROM consent c WHERE c.subscription_id = s.id)
            THEN '-infinity' ELSE s.confirmed_at END,
        '-infinity')
"""
# Whoever clicked in a mail of ours, or confirmed, may have come after they left elsewhere.
_IS_IMPORTED = """
    EXISTS (SELECT FROM consent c WHERE c.subscription_id = s.id)
    AND NOT EXISTS (SELECT FROM consent c WHERE c.subscription_id = s.id AND c.method <> 'import')
    AND NOT EXISTS (SELECT FROM subscription_change n WHERE n.subscription_id = s.id)
"""
# What a file says of them is known already: our own export comes back, and ends nothing.
_IS_BARRED = f"""
    EXISTS (SELECT FROM suppression x WHERE x.address_hash = line.address_hash
        AND x.scope IN ('*', :scope) AND array_position({_REASONS}, x.reason)
            <= array_position({_REASONS}, line.suppressed))
"""
# Of who was erased nothing is remembered again.
_JUDGE = text(
    f"""
    WITH judged AS (
        SELECT line.place, r.id AS subscriber_id, s.id AS subscription_id, CASE
            WHEN row_number() OVER (PARTITION BY line.address_hash ORDER BY line.place) > 1
                THEN 'again'
            WHEN EXISTS (SELECT FROM suppression x WHERE x.address_hash = line.address_hash
                AND x.scope IN ('*', :scope, :import) AND x.reason = {_ERASED}) THEN 'again'
            WHEN s.state = {_ACTIVE} AND line.left_at > {_PROVED_AT}
                AND line.state IS DISTINCT FROM {_PENDING} THEN 'over'
            WHEN s.state = {_ACTIVE} AND {_IS_BARRED} THEN 'barred'
            WHEN s.state = {_ACTIVE} AND coalesce(line.is_undated, line.left_at IS NULL)
                AND line.state IS DISTINCT FROM {_PENDING} AND {_IS_IMPORTED} THEN 'over'
            WHEN s.state = {_ACTIVE} THEN 'still'
            WHEN s.id IS NOT NULL OR line.state IS NULL THEN 'here'
            ELSE 'gone' END AS verdict
        FROM import_line line
        LEFT JOIN subscriber r ON r.address_hash = line.address_hash
        LEFT JOIN subscription s ON s.subscriber_id = r.id AND s.newsletter_id = :newsletter
        WHERE line.told IS NOT NULL
    )
    UPDATE import_line SET verdict = judged.verdict, subscriber_id = judged.subscriber_id,
        subscription_id = judged.subscription_id
    FROM judged WHERE judged.place = import_line.place
    """  # noqa: S608 - our own words
)
JUDGE = (_GATHER, _JUDGE)
# As `recipients.suppress` does: what bounced may be given back, and no other reason.
_SUPPRESS = text(
    f"""
    INSERT INTO suppression (address_hash, scope, reason, at)
    SELECT address_hash, :scope, suppressed, coalesce(left_at, :now) FROM import_line
    WHERE suppressed IS NOT NULL AND verdict IN ('gone', 'here', 'over')
    ON CONFLICT (address_hash, scope) DO UPDATE
        SET reason = excluded.reason, at = excluded.at, noted_at = now()
        WHERE suppression.reason = {_BOUNCE} AND excluded.reason <> {_BOUNCE}
    """  # noqa: S608 - our own words
)
# Noted now, whenever they left: a restored backup knows by that what it lacks.
_LEFT = text(
    f"""
    INSERT INTO subscription_change (subscription_id, at, kind, detail)
    SELECT subscription_id, ended_at, {sql(ReaderChange.LEFT)},
        jsonb_build_object('by', '{BY_FILE}')
    FROM import_line WHERE verdict = 'gone' AND state = {_ENDED} AND ended_at IS NOT NULL
    """  # noqa: S608 - our own words
)
# Likewise, as of now, when it was learnt.
_END = text(
    f"""
    WITH ended AS (
        UPDATE subscription s SET state = {_ENDED}, ended_at = :now
        FROM import_line line WHERE line.verdict = 'over' AND s.id = line.subscription_id
        RETURNING s.id
    )
    INSERT INTO subscription_change (subscription_id, at, kind, detail)
    SELECT id, :now, {sql(ReaderChange.LEFT)}, jsonb_build_object('by', '{BY_FILE}') FROM ended
    """  # noqa: S608 - our own words
)
# Whoever asked here and has not confirmed can still do so; no import does it for them.
_LEFT_BEFORE = text(
    f"""
    UPDATE subscription s SET ended_at = coalesce(line.ended_at, :now)
    FROM import_line line
    WHERE line.verdict = 'here' AND line.state = {_ENDED} AND s.id = line.subscription_id
        AND s.state = {_PENDING} AND s.ended_at IS NULL
    """  # noqa: S608 - our own words
)
KEEP = (_SUPPRESS, _LEFT, _END, _LEFT_BEFORE)
