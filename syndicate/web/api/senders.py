"""/api/v1/senders: what each publication's sender needs in DNS, and what is there."""

import datetime as dt

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from syndicate import clock
from syndicate.mail.sender import steering
from syndicate.mail.sender.lines import in_one_piece
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications, sender_checks
from syndicate.store.newsroom.sender_checks import Sender
from syndicate.store.platform.tokens import Permission
from syndicate.vocabulary.sending import RecordState, SenderRecord
from syndicate.web.api.actors import CanMake, CanRead, CanSteer

router = APIRouter(prefix="/api/v1", tags=["senders"])


class RecordView(BaseModel):
    """One record: wanted, found, and what to do."""

    record: SenderRecord
    state: RecordState = Field(description="unknown where nobody answered, or nobody can know")
    wanted: str = Field(description="as a zone file has it, a long text in several strings")
    found: str
    do: str = Field(description="empty where there is nothing to do")
    about: str = Field(
        description="which of several of one record: where a key stands, or of which domain or "
        "pool of relays it is; empty where there is one"
    )
    value: str = Field(
        description="of a TXT record in `wanted`: its text in one piece and without quotation "
        "marks, as the forms of most DNS providers take it; empty of others"
    )


class SenderView(BaseModel):
    """A publication's sender, and what was found of it when DNS was asked last."""

    publication: str = Field(description="slug")
    sender: str = Field(description="address")
    checked_at: dt.datetime | None = Field(description="null where it was not asked yet")
    records: list[RecordView]


class Rotation(BaseModel):
    """Which key is made anew."""

    model_config = ConfigDict(extra="forbid")

    domain: str = Field(
        "",
        max_length=253,
        description="of one of the publication's senders, for a key of it alone; empty: a key for "
        "each that none signs for yet, else for all",
    )


@router.get("/senders")
def list_senders(actor: CanRead) -> list[SenderView]:
    """The sender of each publication, with what DNS said last."""
    with transaction() as tx:
        found = sender_checks.every(tx)
        papers = publications.slugs(tx).items()
    own = {slug for each, slug in papers if actor.may(Permission.READ, publication_id=each)}
    return [_view(each) for each in found if each.slug in own]


@router.post("/senders/{slug}/check")
def check_sender(actor: CanSteer, slug: str) -> SenderView:
    """Ask DNS about a publication's sender now; takes 15 seconds at most."""
    return _view(steering.check(slug, actor=actor, now=clock.now()))


@router.post("/senders/{slug}/rotate")
def rotate_sender(actor: CanMake, slug: str, which: Rotation | None = None) -> SenderView:
    """Make a new DKIM key for a publication's sender, used once DNS shows the record given here.

    Needs no body. While one waits for DNS no other of its domain is made. The key before it is kept
    until no mail that waits is to be signed with it.
    """
    domain = which.domain if which else ""
    return _view(steering.rotate(slug, domain, actor=actor, now=clock.now()))


def _view(sender: Sender) -> SenderView:
    return SenderView(
        publication=sender.slug,
        sender=sender.address,
        checked_at=sender.checked_at,
        records=[
            RecordView(
                record=row.record,
                state=row.state,
                wanted=row.wanted,
                found=row.found,
                do=row.do,
                about=row.about,
                value=in_one_piece(row.wanted),
            )
            for row in sender.records
        ],
    )
