"""The words of bells: how a ring is, and how loud."""

import enum


class RingState(enum.StrEnum):
    """ringing → over. A ring that was acknowledged rings on until its cause is gone."""

    RINGING = "ringing"
    OVER = "over"


class Severity(enum.StrEnum):
    """How loud a bell is."""

    PAGE = "page"  # it wakes somebody
    NOTICE = "notice"  # it is read in the morning


class Bell(enum.StrEnum):
    """What a newsroom must hear of at any hour; every other alarm is read by whoever looks."""

    ISSUE_NOT_BEGUN = "issue_not_begun"
    ISSUE_NOT_DONE = "issue_not_done"
    ALERT_LATE = "alert_late"
    SILENT = "silent"
    GONE = "gone"
    HELD = "held"

    @property
    def words(self) -> str:
        """What it rings for."""
        return _BELLS[self]


_BELLS = {
    Bell.ISSUE_NOT_BEGUN: "an issue has not begun by its time",
    Bell.ISSUE_NOT_DONE: "an issue is not done",
    Bell.ALERT_LATE: "an alert is over its clock",
    Bell.SILENT: "an active newsroom is silent",
    Bell.GONE: "a worker, the beat, a relay or the journal is gone",
    Bell.HELD: "something is held, paused or stopped",
}


class Owner(enum.StrEnum):
    """Who in a newsroom looks into it."""

    DESK = "desk"  # who edits and sends
    OPERATORS = "operators"  # who runs the machines

    @property
    def words(self) -> str:
        """As sentences name them."""
        return _OWNERS[self]


_OWNERS = {Owner.DESK: "the desk", Owner.OPERATORS: "operators"}
