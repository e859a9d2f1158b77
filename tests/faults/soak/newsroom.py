"""The newsroom of the soak: one file and lists of readers, for five digests and alerts."""

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

PUBLICATION = "courier"
ALERTS = "alerts"
SIGN_UPS = "sign-ups"
SIGN_UP_DOMAIN = "sign-up.example"
OPERATOR = "desk@courier.example"
SECTIONS = ("world", "culture", "sport")
WORDING = "Send me this newsletter."

_HEAD = """\
[[publications]]
slug = "courier"
name = "The Courier"
language = "en"
zone = "UTC"
sender_name = "The Courier"
sender_address = "news@courier.example"
postal_address = "1 Bridge Street, Exampletown"
"""
_SECTION = """
[[sections]]
slug = "{slug}"
name = "{name}"
"""
_NEWSLETTER = """
[[newsletters]]
slug = "{slug}"
kind = "{kind}"
name = "{name}"
languages = ["en"]
public = true
{when}"""
_REST = """
[[sources]]
slug = "agency"
name = "The agency"
url = "{feed}"
kind = "feed"
section = "world"
pages = "never"
allow_origins = ["{origin}"]

[[operators]]
slug = "desk"
name = "News desk"
address = "{operator}"
grants = ["admin"]

[[tokens]]
slug = "cms"
permissions = ["admin"]
secret_file = "{secret}"
"""


def digests(number: int) -> list[str]:
    """The slugs of so many digests."""
    return [f"digest-{each}" for each in range(1, number + 1)]


def as_toml(slots: Sequence[dt.datetime], *, feed: str, origin: str, secret: Path) -> str:
    """The newsroom as `syndicate setup` takes it; each digest is due once a day, at its slot."""
    parts = [_HEAD, *(_SECTION.format(slug=slug, name=slug.title()) for slug in SECTIONS)]
    for slug, slot in zip(digests(len(slots)), slots, strict=True):
        when = f'times = ["{slot:%H:%M}"]\nzone = "UTC"\n'
        parts.append(_NEWSLETTER.format(slug=slug, kind="digest", name=slug.title(), when=when))
    # Due half a day away: readers sign up for it, and nothing is sent.
    far = slots[0] + dt.timedelta(hours=11)
    when = f'times = ["{far:%H:%M}"]\nzone = "UTC"\n'
    parts.append(_NEWSLETTER.format(slug=SIGN_UPS, kind="digest", name="Weekend", when=when))
    parts.append(_NEWSLETTER.format(slug=ALERTS, kind="alert", name="Alerts", when=""))
    parts.append(_REST.format(operator=OPERATOR, feed=feed, origin=origin, secret=secret))
    return "".join(parts)


def readers_of(slug: str, number: int) -> str:
    """A list of readers, each of this newsletter alone."""
    addresses = (f"{slug}-reader{each:06}@example.com" for each in range(1, number + 1))
    return "address,language,consented_at\n" + "".join(
        f"{address},en,2026-01-05T08:00:00Z\n" for address in addresses
    )


def story(number: int, *, is_alert: bool = False) -> bytes:
    """An article as the newsroom's CMS pushes it."""
    section = SECTIONS[number % len(SECTIONS)]
    word = "Alert" if is_alert else "Story"
    article = {
        "id": f"{word.lower()}-{number}",
        "publication": PUBLICATION,
        "url": f"https://courier.example/{word.lower()}/{number}",
        "headline": f"{word} {number} of the long night",
        "standfirst": f"What the council said of matter {number}.",
        "body_html": f"<p>{'The council met for nine hours and agreed on little. ' * 12}</p>",
        "section": section,
        "alert": is_alert,
    }
    return json.dumps(article).encode()
