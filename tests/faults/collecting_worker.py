"""A collecting worker that a test may kill: `python -m tests.faults.collecting_worker MOMENT`."""

import datetime as dt
import sys

from syndicate.collect import run
from syndicate.reading import pool


def main() -> None:
    """Say that all is loaded, then collect what is due at a moment, until nothing is."""
    now = dt.datetime.fromisoformat(sys.argv[1])
    pool.readers().feed(b"<rss><channel/></rss>", url=None, content_type="", now=now)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    run.collect_due(now)
    pool.close()


if __name__ == "__main__":
    main()
