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
