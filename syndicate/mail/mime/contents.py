"""The contents that one run sends, read from their rows once and kept while it lasts."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from syndicate.errors import NotFoundError
from syndicate.render.merge import Content
from syndicate.store.ground.session import transaction
from syndicate.store.sending import ledger
from syndicate.store.sending.batch_leases import DueDelivery
from syndicate.store.sending.mailings import Mailing

# Single messages have a content each: a run of them must not keep them all.
KEPT = 32


@dataclass
class Contents:
    """Contents by mailing, version and language."""

    _kept: dict[tuple[int, int, str], Content] = field(default_factory=dict)

    def needed(
        self, mailing: Mailing, dues: Sequence[DueDelivery]
    ) -> dict[tuple[int, str], Content]:
        """Everything that these deliveries are made of, by version and language.

        Raises:
            NotFoundError: a content is not there.
            LookupError, ValueError: what is there is no content.
        """
        wanted = {(due.content_version or mailing.content_version, due.language) for due in dues}
        return {key: self._one(mailing, *key) for key in sorted(wanted)}

    def _one(self, mailing: Mailing, version: int, language: str) -> Content:
        key = (mailing.id, version, language)
        if key not in self._kept:
            with transaction() as tx:
                rows = ledger.content(tx, *key)
            if not rows:
                raise NotFoundError(
                    f"Mailing {mailing.id} has no content of version {version} in {language}."
                )
            while len(self._kept) >= KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = Content.load(rows, mailing.message)
        return self._kept[key]
