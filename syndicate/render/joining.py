"""Pieces of a base64 part joined into one run of base64, without a blank between them.

Three bytes make four characters, so a piece whose bytes are no multiple of three begins or ends in
the middle of a quantum. What is left of one piece goes ahead of the next; the end of the part is
padded with `=`, as the only place where it may be. A piece that is long is encoded at most three
times, once for each number of bytes that the one before it can lack, and kept.

Source: RFC 2045 6.8.
"""

import base64
from dataclasses import dataclass, field

LINE_BYTES = 57  # 57 bytes make the 76 characters of RFC 2045 6.8
_QUANTUM = 3
# What is shorter is a link or a word between two: not worth a line of its own.
_SHORT = 256


@dataclass(frozen=True)
class Exact:
    """Bytes of a text that are encoded when it is known what stands before them."""

    raw: bytes
    _kept: dict[int, bytes] = field(default_factory=dict, compare=False)

    def after(self, left: bytes, out: list[bytes]) -> bytes:
        """Write what makes whole quanta.

        Args:
            left: bytes of before that are not yet written.
            out: where encoded lines are put.

        Returns:
            The bytes that are left for what follows.
        """
        if len(self.raw) < _SHORT:
            return left + self.raw
        lack = -len(left) % _QUANTUM
        start = left + self.raw[:lack]
        if start:
            out.append(lines(start))
        if lack not in self._kept:
            end = len(self.raw) - (len(self.raw) - lack) % _QUANTUM
            self._kept[lack] = lines(self.raw[lack:end])
        out.append(self._kept[lack])
        return self.raw[len(self.raw) - (len(self.raw) - lack) % _QUANTUM :]


def lines(raw: bytes) -> bytes:
    """Bytes as lines of base64, each with its CRLF."""
    encoded = (
        base64.b64encode(raw[start : start + LINE_BYTES])
        for start in range(0, len(raw), LINE_BYTES)
    )
    return b"".join(line + b"\r\n" for line in encoded)
