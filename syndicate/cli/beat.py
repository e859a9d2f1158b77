"""`syndicate beat`: the clock that wakes the workers; two of them are as harmless as one."""

import os
import sys

from syndicate import settings
from syndicate.embedded import places, plan


def beat() -> None:
    """Run the clock that wakes the workers."""
    places.say_if_root("beat")
    settings.load().need_servers()
    os.execv(sys.executable, plan.beat_argv())  # noqa: S606 - our own program
