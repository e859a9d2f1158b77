"""Whether processes grow: what each holds in memory, looked at every few seconds."""

import statistics
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

_EVERY_S = 5.0
_LEAST_S = 360.0
_SLACK_MB = 25.0


@dataclass
class Memory:
    """Resident megabytes of each process, by name and pid, with the second of the soak."""

    seen: dict[tuple[str, int], list[tuple[float, float]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    next_at: float = 0.0

    def look(self, processes: dict[str, int]) -> None:
        """Note what they hold, if it is time to."""
        now = time.monotonic()
        if now < self.next_at:
            return
        self.next_at = now + _EVERY_S
        for name, pid in processes.items():
            if (held := resident_mb(pid)) is not None:
                self.seen[name, pid].append((now, held))

    def report(self) -> dict[str, dict[str, float | bool]]:
        """Of each process that lived long enough: its second third, its last, and whether flat.

        The first third is left out: caches fill, modules load.
        """
        found: dict[str, dict[str, float | bool]] = {}
        for (name, pid), points in self.seen.items():
            if points[-1][0] - points[0][0] < _LEAST_S:
                continue
            third = len(points) // 3
            middle = statistics.median(held for _, held in points[third : 2 * third])
            last = statistics.median(held for _, held in points[2 * third :])
            found[f"{name} {pid}"] = {
                "middle_mb": round(middle, 1),
                "last_mb": round(last, 1),
                "is_flat": last <= middle * 1.1 + _SLACK_MB,
            }
        return found


def resident_mb(pid: int) -> float | None:
    """Megabytes that a process holds; None where it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    line = next((line for line in status.splitlines() if line.startswith("VmRSS:")), None)
    return int(line.split()[1]) / 1024 if line else None
