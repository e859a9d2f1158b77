"""A mail's HTML in a frame: hostile until proved otherwise, so it gets no script and no origin."""

from email.message import EmailMessage

from fastapi import Response
from fastapi.responses import HTMLResponse

from syndicate.web.pages import PRIVATE

# `sandbox` in the answer itself, so that it holds when the frame's own attribute is missing.
POLICY = (
    "sandbox; default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)


def part(message: EmailMessage, kind: str) -> str | None:
    """The text of a message's part: "plain" or "html"; None when it has none."""
    found = message.get_body((kind,))
    return None if found is None else str(found.get_content())


def framed(html: str) -> Response:
    """A mail's HTML as a frame may load it."""
    return HTMLResponse(html, headers={**PRIVATE, "Content-Security-Policy": POLICY})
