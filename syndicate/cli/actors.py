"""Who works in this shell, as the audit names them."""

import getpass
import os

from syndicate.newsroom import verbs
from syndicate.store.platform.tokens import Actor


def actor() -> Actor:
    """Who typed the command: "cli:desk"."""
    return verbs.in_shell(user())


def user() -> str:
    """The account on this machine; its number where it has no name, as in many containers."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = ""
    return name.encode("utf-8", "replace").decode().strip() or str(os.getuid())
