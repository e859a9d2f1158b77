"""A stack with the sample newsroom whose embargo ends soon: `newsroom_stack.py FOLDER SECONDS`.

What `syndicate up` does on an empty installation, but for the length of the embargo.
"""

import json
import sys
from pathlib import Path

from syndicate import clock
from syndicate.cli import newsroom
from syndicate.cli.newsroom import Opening
from syndicate.embedded.supervisor import Options, Stack


def main() -> None:
    folder, embargo_s = Path(sys.argv[1]), float(sys.argv[2])
    try:
        with Stack(folder, Options(port=0)) as stack:
            opening = Opening(started_at=clock.now(), embargo_s=embargo_s, readers=3)
            newsroom.set_up(newsroom.serve(stack, opening), opening)
            print(json.dumps(stack.run()), flush=True)  # noqa: T201 - it is a program
            stack.watch()
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
