"""What is done with operators, at each face that offers it."""

from typing import Any

from syndicate.errors import (
    InvalidError,
    NotFoundError,
    RefusedError,
    TakenError,
    UsageError,
)
from tests.verbs.asked import NOBODY, Asked, Done, No

ADD = "newsroom.making.operators.add"
CHANGE = "newsroom.making.operators.change"
RESET = "newsroom.operators.reset"
END = "newsroom.sessions.end"
LINK = "newsroom.sign_in_links.make"
RETIRE = "newsroom.making.operators.end"
GRANT = "newsroom.operators.grant"
REVOKE = "newsroom.operators.revoke"
NEW = {"name": "Night desk", "address": "night@example.com", "zone": "Europe/London"}
NO_OPERATOR = "There is no operator nobody; the list of operators shows all there are."


def _asked(step: str, slug: str = "desk", **said: str) -> Asked:
    """One of an operator, asked for with the same words at each face."""
    options = " ".join(f"--{name.rstrip('s')} '{value}'" for name, value in said.items())
    body: dict[str, Any] = dict(said)
    if "languages" in said:
        body["languages"] = said["languages"].split()
    path = "" if step == "set" else f"/{step}"
    form = {"name": "Desk desk", "address": "desk@example.com", "languages": "en", "zone": "UTC"}
    return Asked(
        f"operators {step} {slug} {options}",
        (f"/operators/{slug}{path}", body),
        (f"/operators/{slug}{path}", form | said if step == "set" else said),
    )


def _new(slug: str, **said: str) -> Asked:
    given = NEW | {"languages": "en ar"} | said
    options = " ".join(
        f"--{name.rstrip('s') if name == 'languages' else name} '{each}'"
        for name, value in given.items()
        for each in (value.split() if name == "languages" else [value])
    )
    body: dict[str, Any] = given | {"slug": slug, "languages": given["languages"].split()}
    return Asked(
        f"operators add '{slug}' {options}",
        ("/operators", body),
        ("/operators", given | {"slug": slug}),
    )


def _held(step: str, slug: str, what: str, **where: str) -> Asked:
    options = " ".join(f"--{name} {value}" for name, value in where.items())
    everywhere = "everywhere" if step == "grant" else ""
    place = next((f"{name}:{value}" for name, value in where.items()), everywhere)
    path = f"/operators/{slug}/{step}"
    return Asked(
        f"operators {step} {slug} {what} {options}",
        (path, {"permissions": [what], **where}),
        (path, {"permission": what, "where": place}),
    )


def _link(slug: str) -> Asked:
    return Asked(console=(f"/operators/{slug}/link", {}))


def _session(number: str) -> Asked:
    path = f"/sessions/{number}/end"
    return Asked(f"operators end-session {number}", (path, {}), (path, {}))


DONE = (
    Done(ADD, _new("night"), ("operator-add", "operator:{next_operator}")),
    Done(CHANGE, _asked("set", zone="Asia/Qatar"), ("operator-change", "operator:{desk}")),
    Done(RESET, _asked("reset", "sports"), ("operator-reset", "operator:{sports}")),
    Done(LINK, _link("sports"), ("operator-link", "operator:{sports}"), is_quiet_again=False),
    Done(END, _session("{session}"), ("session-end", "session:{session}")),
    Done(RETIRE, _asked("retire"), ("operator-retire", "operator:{desk}")),
    Done(GRANT, _held("grant", "desk", "editor"), ("operator-grant", "operator:{desk}")),
    Done(
        GRANT,
        _held("grant", "desk", "newsletters.run", newsletter="morning"),
        ("operator-grant", "operator:{desk}"),
    ),
    Done(
        REVOKE,
        _held("revoke", "sports", "newsletters.run", publication="courier"),
        ("operator-revoke", "operator:{sports}"),
    ),
    Done(REVOKE, _held("revoke", "sports", "read"), ("operator-revoke", "operator:{sports}")),
)
NOES = (
    No(
        ADD,
        _new("desk"),
        TakenError,
        "There is an operator desk already; choose another slug.",
    ),
    No(
        ADD,
        _new("Night Desk"),
        InvalidError,
        "An operator's slug is small letters, digits and hyphens, 80 at most: it is part of its "
        "address.",
    ),
    No(
        ADD,
        _new("night", name=" "),
        InvalidError,
        "An operator needs its name. As lists and mails show it: a person's, or that of a desk "
        "that shares one screen.",
    ),
    No(
        ADD,
        _new("night", address=" "),
        InvalidError,
        "An operator needs its address. Where mail about this installation goes.",
    ),
    No(
        ADD,
        _new("night", zone="Moon"),
        InvalidError,
        "There is no time zone Moon; name one such as Europe/London.",
    ),
    No(
        CHANGE,
        _asked("set", languages="Klingonese"),
        InvalidError,
        "Klingonese is not a language tag; write one such as en or ar.",
    ),
    No(CHANGE, _asked("set", "nobody", zone="UTC"), NotFoundError, NO_OPERATOR),
    No(RESET, _asked("reset", "nobody"), NotFoundError, NO_OPERATOR),
    No(LINK, _link("nobody"), NotFoundError, NO_OPERATOR),
    No(LINK, _link("gone"), RefusedError, "Operator gone is retired; add a new one."),
    No(
        END,
        _session(str(NOBODY)),
        NotFoundError,
        f"There is no session {NOBODY}; perhaps it has ended.",
    ),
    No(RETIRE, _asked("retire", "nobody"), NotFoundError, NO_OPERATOR),
    No(
        GRANT,
        _held("grant", "gone", "read"),
        RefusedError,
        "Operator gone is retired; add a new one.",
    ),
    No(
        GRANT,
        _held("grant", "desk", "read", publication="gazette"),
        NotFoundError,
        "There is no publication gazette; the list of publications shows all there are.",
    ),
    No(
        GRANT,
        Asked(
            "operators grant desk read --publication courier --newsletter morning",
            (
                "/operators/desk/grant",
                {"permissions": ["read"], "publication": "courier", "newsletter": "morning"},
            ),
        ),
        UsageError,
        "Name a publication or a newsletter, not both.",
    ),
    No(
        REVOKE,
        _held("revoke", "sports", "read", publication="courier"),
        RefusedError,
        "Operator sports has the permission read for everything; revoke it, and grant it again for "
        "what is to stay.",
    ),
)
