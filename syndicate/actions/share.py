"""Share: plain links that open other services with an article; nothing is loaded from them."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from syndicate.characters import defused


@dataclass(frozen=True)
class Link:
    """One way to share."""

    name: str
    url: str


def links(url: str, headline: str) -> list[Link]:
    """The ways to share an article.

    Args:
        url: its canonical address.
        headline: its headline.

    Returns:
        Links, none of which is followed before a reader chooses it.
    """
    headline = defused(headline)
    text = f"{headline} {url}"
    return [
        Link("WhatsApp", f"https://wa.me/?{urlencode({'text': text})}"),
        Link("Telegram", f"https://t.me/share/url?{urlencode({'url': url, 'text': headline})}"),
        Link("Facebook", f"https://www.facebook.com/sharer/sharer.php?{urlencode({'u': url})}"),
        Link("X", f"https://x.com/intent/post?{urlencode({'url': url, 'text': headline})}"),
        Link("Bluesky", f"https://bsky.app/intent/compose?{urlencode({'text': text})}"),
        Link("SMS", f"sms:?&body={quote(text)}"),
    ]
