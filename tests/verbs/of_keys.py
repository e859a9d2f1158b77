"""What is done with keys, at each face that offers it."""

from syndicate.errors import NotFoundError, RefusedError
from tests.verbs.asked import Asked, Done, No

ROTATE = "keys.rotating.rotate"
END = "keys.rotating.end"
MASTER = "keys.master.rotate"


def _rotated(name: str) -> Asked:
    return Asked(
        f"keys rotate {name} --days 3",
        (f"/keys/{name}/rotate", {"days": 3}),
        ("/keys/rotate", {"name": name, "days": "3"}),
    )


def _ended(name: str) -> Asked:
    return Asked(f"keys end {name}", (f"/keys/{name}/end", {}), ("/keys/end", {"name": name}))


DONE = (
    Done(
        ROTATE,
        _rotated("push:courier"),
        ("key-rotate", "publication:{publication}"),
        is_quiet_again=False,
    ),
    Done(ROTATE, _rotated("token:{token}"), ("key-rotate", "token:{token}"), is_quiet_again=False),
    Done(
        END,
        _ended("push:courier"),
        ("key-end", "publication:{publication}"),
        before=Asked(api=("/keys/push:courier/rotate", {"days": 3})),
    ),
    Done(
        END,
        _ended("token:{token}"),
        ("key-end", "token:{token}"),
        before=Asked(api=("/keys/token:{token}/rotate", {"days": 3})),
    ),
    Done(
        MASTER,
        Asked("keys rotate master"),
        ("key-rotate", "installation"),
        is_quiet_again=False,
    ),
)
NOES = (
    No(
        ROTATE,
        _rotated("lock:7"),
        NotFoundError,
        "There is no key lock:7; `syndicate keys list` shows all there are.",
    ),
    No(
        END,
        _ended("dkim:courier.example"),
        RefusedError,
        "A key of this kind ends by itself once the one after it is in use: of DKIM when no mail "
        "waits that was signed with it, of a hub when the hub has confirmed the next.",
    ),
)
