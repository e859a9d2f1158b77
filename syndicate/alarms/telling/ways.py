"""The ways by which rings are told, read from the settings.

    https://alarms.example/hook#night-desk        JSON, signed
    slack+https://hooks.slack.com/services/…      teams+https://…
    pagerduty+https://KEY@events.pagerduty.com/v2/enqueue

What stands behind `#` is what people call the way; else it is its host. An address is a secret: no
sentence repeats more of it. One that cannot be used is a way too, which says why: it must not
silence the others.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from syndicate.addresses import check_origin
from syndicate.alarms.telling.shapes import Shape
from syndicate.errors import SyndicateError
from syndicate.settings import Settings

MAIL = "mail"
DEAD_MAN = "dead_man"
_SCHEMES: Mapping[str, tuple[Shape, str]] = {
    f"{prefix}{scheme}": (shape, scheme)
    for prefix, shape in (
        ("", Shape.JSON),
        ("slack+", Shape.SLACK),
        ("teams+", Shape.TEAMS),
        ("pagerduty+", Shape.PAGERDUTY),
    )
    for scheme in ("https", "http")
}
_CALLED = {
    Shape.JSON: "webhook",
    Shape.SLACK: "Slack webhook",
    Shape.TEAMS: "Teams webhook",
    Shape.PAGERDUTY: "PagerDuty webhook",
}
_NAME_CHARS = 60
HTTP_PROBLEM = (
    "is written with http, over which anybody on the way reads it: write https, or name its server "
    "in SYNDICATE_BELL_ALLOW_ORIGINS if it is one of your own"
)


@dataclass(frozen=True)
class Webhook:
    """One web address that rings are told to.

    Attributes:
        way: its key in rows, which tells nothing of the address.
        name: what people call it: "webhook alarms.example".
        shape: what reads it.
        url: without a name and PagerDuty's key; "" where it cannot be used.
        key: PagerDuty's integration key; of nobody else.
        problem: why it cannot be used; "" where it can.
    """

    way: str
    name: str
    shape: Shape
    url: str = ""
    key: str = ""
    problem: str = ""

    def __repr__(self) -> str:
        """Without the address: it is a secret, and logs show what stands in a traceback."""
        return f"Webhook({self.name})"


def webhooks(configured: Settings) -> Sequence[Webhook]:
    """Every webhook of the settings, in their order; two that are called alike are numbered."""
    said = configured.bell_webhooks
    found = list(dict.fromkeys(map(_webhook, said.get_secret_value().split() if said else ())))
    found = [_checked(each, configured) for each in found]
    alike = Counter(each.name for each in found)
    return list(_numbered(found, {name for name, number in alike.items() if number > 1}))


def _numbered(found: Sequence[Webhook], names: set[str]) -> Iterator[Webhook]:
    seen: Counter[str] = Counter()
    for each in found:
        seen[each.name] += 1
        many = each.name in names
        yield replace(each, name=f"{each.name} {seen[each.name]}") if many else each


def _webhook(written: str) -> Webhook:
    way = f"webhook:{hashlib.sha256(written.encode()).hexdigest()[:16]}"
    parts, host, port = _parts(written)
    if not host or parts.scheme not in _SCHEMES:
        problem = (
            "is no web address: it begins with https://, slack+https://, teams+https:// or "
            "pagerduty+https://"
        )
        return Webhook(way, "webhook", Shape.JSON, problem=problem)
    shape, scheme = _SCHEMES[parts.scheme]
    name = f"{_CALLED[shape]} {unquote(parts.fragment).strip()[:_NAME_CHARS] or host}"
    place, key = parts.netloc, ""
    if shape is Shape.PAGERDUTY:
        key = unquote(parts.username or "")
        place = host if port is None else f"{host}:{port}"
        if not key:
            problem = "names no integration key: pagerduty+https://KEY@events.pagerduty.com/…"
            return Webhook(way, name, shape, problem=problem)
    url = urlunsplit((scheme, place, parts.path or "/", parts.query, ""))
    return Webhook(way, name, shape, url, key)


def _parts(written: str) -> tuple[SplitResult, str, int | None]:
    """A web address, its host and port; without a host where it is none."""
    try:
        parts = urlsplit(written)
        port = parts.port
    except ValueError:
        return urlsplit(""), "", None
    return parts, parts.hostname or "", port


def _checked(found: Webhook, configured: Settings) -> Webhook:
    if found.problem:
        return found
    if found.url.startswith("http://") and not configured.bell_allow_origins:
        return replace(found, problem=HTTP_PROBLEM)
    return found


def allowed(configured: Settings) -> Sequence[str]:
    """In-house servers that may be dialled; one that cannot be one is left out.

    `problems` says which.
    """
    return [each for each in configured.bell_allow_origins if _origin_problem(each) is None]


def problems(configured: Settings) -> Sequence[str]:
    """What is wrong with the in-house servers that the settings name, in a sentence each."""
    found = map(_origin_problem, configured.bell_allow_origins)
    return [f"SYNDICATE_BELL_ALLOW_ORIGINS: {each}" for each in found if each is not None]


def _origin_problem(entry: str) -> str | None:
    try:
        check_origin(entry)
    except SyndicateError as error:
        return str(error)
    return None
