"""A mail's HTML in a frame: hostile until proved otherwise, so it gets no script and no origin."""

import email
import email.policy
from email.message import EmailMessage

from fastapi import Response
from fastapi.responses import HTMLResponse

from syndicate.web.pages import PRIVATE

# `sandbox` in the answer itself, so that it holds when the frame's own attribute is missing.
POLICY = (
    "sandbox; default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)


def parsed(raw: bytes) -> EmailMessage:
    """A message of our own in its parts."""
    return email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.default)


def part(message: EmailMessage, kind: str) -> str | None:
    """The text of a message's part: "plain" or "html"; None when it has none."""
    found = message.get_body((kind,))
    return None if found is None else str(found.get_content())


def framed_mail(raw: bytes) -> Response:
    """The HTML of a message of our own as a frame may load it."""
    return framed(part(parsed(raw), "html") or "")


def framed(html: str) -> Response:
    """A mail's HTML as a frame may load it."""
    return HTMLResponse(html, headers={**PRIVATE, "Content-Security-Policy": POLICY})
