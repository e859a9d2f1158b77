"""A stack with the sample newsroom, its embargo and readers counted: FOLDER SECONDS READERS.

What `syndicate up` does on an empty installation, but for these two numbers; and the digest's slot
is the full minute before the start, so that `syndicate newsletters send` has news to send.
"""

import json
import signal
import sys
from pathlib import Path

from syndicate import clock
from syndicate.cli import newsroom
from syndicate.cli.newsroom import Opening
from syndicate.embedded.supervisor import Options, Stack


def main() -> None:
    # As the command itself does: a shell's `&` has Ctrl-C ignored by all that comes of it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    folder, embargo_s, readers = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    now = clock.now()
    try:
        with Stack(folder, Options(port=0)) as stack:
            opening = Opening(started_at=now, slot=f"{now:%H:%M}", embargo_s=embargo_s)
            newsroom.set_up(newsroom.serve(stack, opening), opening)
            newsroom.import_readers(readers, now)
            print(json.dumps(stack.run()), flush=True)  # noqa: T201 - it is a program
            stack.watch()
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
