"""Which bells rang: what a webhook of the newsroom's own was told, and whether it should have been.

What must ring is told within a minute of its cause. A fault that is over sooner rings nothing.
"""

import json
import secrets
import time
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.collect.site import Asked, Reply, Site
from tests.faults.soak.troubles import Trouble

PATH = "/bells"
WITHIN_S = 60.0
# What a fault kept waiting may be late by its clock only when the fault is over.
_AFTER_S = 90.0


@dataclass(frozen=True)
class Told:
    """One telling; `at` in seconds of the monotonic clock, `rung` how often until then."""

    at: float
    alarm: str
    state: str
    text: str
    rung: int


@dataclass
class Bells:
    """The receiver of a webhook."""

    told: list[Told] = field(default_factory=list)

    def listen(self, site: Site) -> Mapping[str, str]:
        """Take what is posted to a site; the settings that have it told there."""

        def take(asked: Asked) -> Reply:
            ring = json.loads(asked.body)["data"]
            alarm, state, text = ring["bell"], ring["state"], ring["text"]
            self.told.append(
                Told(time.monotonic(), str(alarm), str(state), str(text), int(ring["rung"]))
            )
            return Reply(204)

        site.routes[PATH] = take
        return {
            "SYNDICATE_BELL_WEBHOOKS": site.url(PATH),
            "SYNDICATE_BELL_WEBHOOK_KEY": f"whsec_{b64encode(secrets.token_bytes(32)).decode()}",
            "SYNDICATE_BELL_ALLOW_ORIGINS": json.dumps([site.origin]),
        }

    def report(
        self, happened: Sequence[tuple[Trouble, float, float]], *, began: float
    ) -> dict[str, object]:
        """What rang for which fault, what did not, and what rang for none.

        Args:
            happened: each fault with its begin and end on the monotonic clock.
            began: of the soak.
        """
        # What rings again is explained by its first time.
        rung = [each for each in self.told if each.state == "ringing" and each.rung == 1]
        waited: dict[str, float | None] = {}
        for trouble, begin, end in happened:
            if trouble.rings:
                heard = [
                    each.at - begin
                    for each in rung
                    if each.alarm == trouble.rings and begin <= each.at <= end + _AFTER_S
                ]
                waited[trouble.name] = round(min(heard), 1) if heard else None
        stray = [each for each in rung if not _is_explained(each, happened)]
        return {
            "rang_after_s": waited,
            "stray": [f"{each.at - began:.1f} {each.alarm}: {each.text}" for each in stray],
            "told": len(self.told),
            "is_good": not stray
            and all(after is not None and after <= WITHIN_S for after in waited.values()),
        }


def _is_explained(told: Told, happened: Sequence[tuple[Trouble, float, float]]) -> bool:
    return any(
        told.alarm in {trouble.rings, *trouble.may_ring} and begin <= told.at <= end + _AFTER_S
        for trouble, begin, end in happened
    )
