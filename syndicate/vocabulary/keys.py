"""Words of keys: how far a master key is, and what kinds of keys there are."""

import enum


class MasterKeyState(enum.StrEnum):
    """How far a master key is."""

    MADE = "made"  # and no worker holds it yet
    HELD = "held"  # the workers believe it, and do not sign with it
    SIGNING = "signing"
    HONOURED = "honoured"  # a newer one signs; what this one signed is still believed
    ENDED = "ended"


class KeyKind(enum.StrEnum):
    """What a key is."""

    MASTER = "master"
    ADDRESSES = "addresses"
    PUSH = "push"
    DKIM = "dkim"
    TOKEN = "token"  # noqa: S105 - a kind
    HUB = "hub"
    SETTING = "setting"
