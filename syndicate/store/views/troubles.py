"""What went wrong in mailings and waits for a person, who can tick it off.

    failures, doubts ─> waits ─> ticked off ─> more of them, or sent again ─> waits

Ticking off is a line of the audit that holds the numbers somebody saw: more than these wait again.
Of a large list a few addresses are dead each morning; bounces look after these, and nobody has to.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from syndicate.store.ground.session import Transaction
from syndicate.store.platform import audit
from syndicate.store.platform.audit import Audit
from syndicate.store.views.progress import MailingProgress
from syndicate.vocabulary.acts import Act

# A list that is mailed every day loses about one address in a hundred; twice that is few.
FEW = 0.02


@dataclass(frozen=True)
class Trouble:
    """How many mails of a mailing failed or are in doubt, under the names that the audit has."""

    failed: int = 0
    ambiguous: int = 0


def of(mailing_progress: MailingProgress) -> Trouble:
    """What went wrong in one mailing, seen or not."""
    counts = mailing_progress.counts
    return Trouble(counts.failed, counts.ambiguous)


def waiting(tx: Transaction, found: Sequence[MailingProgress]) -> dict[int, Trouble]:
    """What nobody has ticked off, by the id of its mailing; mailings without are left out."""
    troubled = {each.mailing.id: now for each in found if (now := _weighty(each)) != Trouble()}
    seen = _seen(tx, troubled)
    return {
        mailing_id: now
        for mailing_id, now in troubled.items()
        if not _is_covered(now, seen.get(mailing_id, Trouble()))
    }


def _weighty(mailing_progress: MailingProgress) -> Trouble:
    """What went wrong, without failures that are few."""
    counts, found = mailing_progress.counts, of(mailing_progress)
    is_few = found.failed <= FEW * (counts.accepted + found.failed)
    return replace(found, failed=0) if is_few else found


def _is_covered(now: Trouble, seen: Trouble) -> bool:
    return now.failed <= seen.failed and now.ambiguous <= seen.ambiguous


def _seen(tx: Transaction, mailing_ids: Iterable[int]) -> dict[int, Trouble]:
    """The numbers that were ticked off, unless something was sent again since."""
    subjects = {f"mailing:{each}": each for each in mailing_ids}
    seen = audit.codes(Act.MAILING_TICK_OFF, Act.MAILING_RESEND)
    query = (
        select(Audit)
        .ext(distinct_on(Audit.subject))
        .where(Audit.subject.in_(subjects), Audit.action.in_(seen))
        .order_by(Audit.subject, Audit.id.desc())
    )
    return {
        subjects[row.subject]: Trouble(_number(row, "failed"), _number(row, "ambiguous"))
        for row in tx.scalars(query)
        if row.act is Act.MAILING_TICK_OFF
    }


def _number(row: Audit, name: str) -> int:
    """A number of an audit's line; 0 where a hand by SQL wrote something else."""
    found = row.detail.get(name)
    return found if isinstance(found, int) else 0
