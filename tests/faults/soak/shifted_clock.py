"""A clock that can be set while programs run, by a small library that is loaded before them.

Only the time of day moves (`shift.c`); what measures durations and the times of files do not.
"""

import struct
import subprocess
from collections.abc import Mapping
from pathlib import Path

_SOURCE = Path(__file__).with_name("shift.c")


class ShiftedClock:
    """What programs that were started with its environment take for the time.

    Args:
        folder: of the library and the shift; every account may read it.
    """

    def __init__(self, folder: Path) -> None:
        self.library = folder / "shift.so"
        self.path = folder / "shift"
        compiled = ["cc", "-shared", "-fPIC", "-O2", "-o", str(self.library), str(_SOURCE), "-ldl"]
        subprocess.run(compiled, check=True, capture_output=True, text=True)
        self.path.write_bytes(struct.pack("=q", 0))
        self.path.chmod(0o644)

    @property
    def env(self) -> Mapping[str, str]:
        """What a program needs in its environment."""
        return {"LD_PRELOAD": str(self.library), "SOAK_SHIFT": str(self.path)}

    def set(self, seconds: int) -> None:
        """Set it so far ahead of the true time; back with a negative number."""
        with self.path.open("r+b", buffering=0) as file:  # in place: it is mapped
            file.write(struct.pack("=q", seconds))
