"""What a stream may be sent at: relays, pace and warm-up of its own, beside those of all mail."""

from dataclasses import dataclass, field, replace

from syndicate import logs, paces
from syndicate.mail.pacing.pace import Pacer
from syndicate.mail.pacing.tokens import Tokens
from syndicate.paces import Limit, WarmUp
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import streams
from syndicate.store.newsroom.streams import MailStream
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.sending import Lane

log = logs.get(__name__)


@dataclass(frozen=True)
class Way:
    """How a mailing leaves.

    Attributes:
        sender_domain: that it comes from; "" where none is known.
        pool: of the relays that take it; "" where any does that is in none.
        name: of the stream's own pace and count; "" where it has none.
        limit: its pace.
        warm_up: of its own.
    """

    sender_domain: str = ""
    pool: str = ""
    name: str = ""
    limit: Limit = field(default_factory=Limit)
    warm_up: WarmUp | None = None

    def tokens(
        self, pacer: Pacer, lane: Lane, names: tuple[str, str], everything: WarmUp | None
    ) -> Tokens:
        """What a batch of it may be sent at.

        Args:
            pacer: this worker's.
            lane: of the mailing.
            names: the relay and the receiver group.
            everything: the warm-up of all mail, where the stream has none of its own.
        """
        if not self.name:
            return Tokens(pacer, lane, names, everything)
        own = replace(pacer, by_name={**pacer.by_name, self.name: self.limit})
        if self.warm_up is None:
            return Tokens(own, lane, (*names, self.name), everything)
        return Tokens(own, lane, (*names, self.name), self.warm_up, self.name)


def way(tx: Transaction, mailing: Mailing | None) -> Way:
    """How a mailing leaves, as its publication says now."""
    if mailing is None:
        return Way()
    domain = streams.sender_domain(tx, mailing.publication_id, mailing.message)
    stream = streams.find(tx, mailing.publication_id, mailing.message)
    return Way(domain) if stream is None else _of(stream, domain)


def _of(stream: MailStream, domain: str) -> Way:
    try:
        limit = replace(paces.limit(stream.pace or ""), has_urgent=False)
        warm_up = paces.warm_up(stream.warm_up) if stream.warm_up else None
    except ValueError as error:  # the form refuses what cannot be read
        log.warning("stream_pace_unusable", stream=stream.id, reason=str(error))
        return Way(domain, stream.pool or "")
    return Way(domain, stream.pool or "", f"stream:{stream.id}", limit, warm_up)
