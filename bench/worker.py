"""One sending worker of a benchmark: `python -m bench.worker MAILING`; see bench.ground.Crew."""

import sys
import time
from typing import Any

from bench.ground import at_the_barrier
from syndicate import logs, settings
from syndicate.mail.sending import deliver
from syndicate.store.ground.session import transaction
from syndicate.store.views import progress
from syndicate.vocabulary.sending import Lane


def send(mailing_id: int) -> dict[str, Any]:
    """Send until the mailing is over."""
    settled = 0
    while True:
        settled += deliver.send_lane(Lane.BULK, should_stop=lambda: False)
        with transaction() as tx:
            mailing_progress = progress.find(tx, mailing_id)
        if mailing_progress is None or not mailing_progress.counts.remaining:
            return {"settled": settled}
        time.sleep(0.05)


if __name__ == "__main__":
    logs.configure(log_format="json", level=settings.load().log_level)
    at_the_barrier(lambda: send(int(sys.argv[1])))
