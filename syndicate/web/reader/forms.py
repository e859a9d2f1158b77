"""What every public form of the reader pages carries: its guards, and the visitor's address."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Form, Request

from syndicate.actions.forms import Guarded


def guarded(
    request: Request,
    stamp: Annotated[str, Form(max_length=400)] = "",
    website: Annotated[str, Form(max_length=4000)] = "",
) -> Guarded:
    """The hidden fields of a posted form."""
    return Guarded(stamp=stamp, trap=website, ip=client_ip(request))


GuardedOf = Annotated[Guarded, Depends(guarded)]


@dataclass(frozen=True)
class Client:
    """What a request says about the reader's client; kept as proof of consent."""

    ip: str
    user_agent: str | None


def client(request: Request) -> Client:
    """Address and program of whoever asks."""
    agent = request.headers.get("user-agent")
    return Client(client_ip(request), agent[:400] if agent else None)


ClientOf = Annotated[Client, Depends(client)]


def client_ip(request: Request) -> str:
    """The visitor's address; behind a trusted proxy what that one forwarded."""
    return request.client.host if request.client else "unknown"
