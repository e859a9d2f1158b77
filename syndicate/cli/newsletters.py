"""`syndicate newsletters`: make and change them, pause, end, rehearse, send the slot of now."""

import datetime as dt
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from syndicate import clock, phrases
from syndicate.cli import making as cli_making
from syndicate.cli.actors import actor
from syndicate.cli.files import written_or_printed
from syndicate.cli.issues import issue_row, part
from syndicate.cli.options import AsJson, one_of, print_json
from syndicate.cli.terminal import Table, Terminal
from syndicate.errors import RefusedError
from syndicate.newsletters import first_look, making, rehearse, run, steering, timetable
from syndicate.newsletters.offers import Offer
from syndicate.newsroom.making.acts import Key
from syndicate.newsroom.newsletters import named
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.readers import subscribers
from syndicate.vocabulary.newsletters import Afterwards, IssueState

if TYPE_CHECKING:
    from syndicate.newsletters.rehearse import Offered, Rehearsal
    from syndicate.newsletters.schedule import Slot

app = typer.Typer(no_args_is_help=True)

Slug = Annotated[str, typer.Argument(help="Slug of the newsletter.")]
IsNext = Annotated[
    bool, typer.Option("--next", help="The next slot with the news so far, not the last one.")
]


@app.command("list")
def list_newsletters(*, as_json: AsJson = False) -> None:
    """List the newsletters with their schedules and readers."""
    with transaction() as tx:
        found = newsletters.every(tx)
        rows = [_newsletter_row(tx, each) for each in found]
    if as_json:
        print_json({"newsletters": rows})
        return
    table = Table("newsletter", "name", "kind", "languages", "due", "next", "readers", box=None)
    for each, row in zip(found, rows, strict=True):
        table.add_row(
            row["slug"],
            row["name"],
            row["kind"],
            ", ".join(row["languages"]),
            timetable.when(each),
            _next(each),
            str(row["readers"]["active"]),
        )
    Terminal().print(table)


@app.command()
def pause(slug: Slug, *, as_json: AsJson = False) -> None:
    """Compose no issue until it is resumed; what is composed already goes out."""
    with transaction() as tx:
        making.pause(tx, Key(slug), actor=actor(), now=clock.now())
    if as_json:
        print_json({"slug": slug, "is_paused": True})
    else:
        sys.stdout.write(f"The newsletter {slug} is paused; no issue is composed.\n")


@app.command()
def resume(slug: Slug, *, as_json: AsJson = False) -> None:
    """Compose issues again, from the next slot; those of the pause do not come."""
    with transaction() as tx:
        making.resume(tx, Key(slug), actor=actor(), now=clock.now())
        newsletter = named(tx, slug)
        coming = timetable.next_slot(newsletter, clock.now())
    if as_json:
        next_at = coming.due_at.isoformat(timespec="minutes") if coming else None
        print_json({"slug": slug, "is_paused": False, "next_at": next_at})
    else:
        told = f"; its next slot is {_due(coming, newsletter)}" if coming else ""
        sys.stdout.write(f"The newsletter {slug} is no longer paused{told}.\n")


@app.command()
def retire(
    slug: Slug,
    *,
    readers: Annotated[
        str,
        typer.Option(
            help="What becomes of its readers; "
            + "; ".join(f"{each.value}: {each.words}" for each in Afterwards)
            + "."
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """End a newsletter for good: nobody signs up, nothing is sent, its archive stays."""
    chosen = one_of(Afterwards, readers, "choice for readers")
    with transaction() as tx:
        left = making.end(tx, Key(slug), readers=chosen, actor=actor(), now=clock.now())
    if as_json:
        print_json({"retired": slug, "readers": chosen.value, "left": left})
    else:
        sys.stdout.write(f"The newsletter {slug} has ended; {chosen.words}.\n")


cli_making.offer(app, making.SHELF, but=("list", "retire"))


@app.command("dry-run")
def dry_run(
    slug: Slug,
    *,
    is_next: IsNext = False,
    new: Annotated[bool, typer.Option("--new", help="What is new since the last issue.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what an issue would contain and who would get it; nothing is stored or sent."""
    now = clock.now()
    with transaction() as tx:
        newsletter = named(tx, slug)
    offer = Offer.NEW if new else Offer.SLOT
    found = rehearse.dry_run(newsletter.id, now, offer=offer, is_next=is_next)
    if as_json:
        print_json(_rehearsal_row(found))
    else:
        _tell(Terminal(), found, newsletter)


@app.command()
def preview(  # noqa: PLR0913 - one option for each way to look at it
    slug: Slug,
    *,
    reader: Annotated[
        str | None, typer.Option(help="Address of a subscriber whose copy to show.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="Of the frame, without a reader.")] = None,
    is_next: IsNext = False,
    html: Annotated[bool, typer.Option("--html", help="The HTML part alone.")] = False,
    text: Annotated[bool, typer.Option("--text", help="The text part alone.")] = False,
    out: Annotated[Path | None, typer.Option(help="File to write; stdout unless given.")] = None,
) -> None:
    """Show one reader's mail as it would be sent, its links leading nowhere; stores nothing."""
    now = clock.now()
    with transaction() as tx:
        newsletter_id = named(tx, slug).id
    message = rehearse.preview(
        newsletter_id, now, address=reader, language=language, is_next=is_next
    )
    shown = part(message, "html") if html else part(message, "plain") if text else message
    with written_or_printed(out) as file:
        file.write(shown)


@app.command("offers")
def list_offers(slug: Slug, *, as_json: AsJson = False) -> None:
    """Show what `send` can send: the slot that is past, and what is new since the last issue."""
    with transaction() as tx:
        newsletter = named(tx, slug)
    found = rehearse.offered(newsletter.id, clock.now())
    if as_json:
        print_json({"offers": [_offer_row(each) for each in found]})
        return
    for each in found:
        was = f"; it was sent as {each.called}, id {each.sent}" if each.sent is not None else ""
        sys.stdout.write(
            f"--what {each.offer.value}: {_what(each, newsletter)}, {each.contents} to "
            f"{phrases.counted(each.readers, 'reader')}{was}\n"
        )


@app.command()
def send(
    slug: Slug,
    *,
    what: Annotated[
        Offer,
        typer.Option(help="slot: the current or the last one; new: what came since the last issue"),
    ] = Offer.SLOT,
    here: Annotated[
        bool, typer.Option(help="Compose in this process; by default the workers do it.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Send the issue of the current slot, or else of the last one; or what is new since."""
    now = clock.now()
    with transaction() as tx:
        newsletter = named(tx, slug)
    issue_id = steering.send_now(newsletter.id, what, actor=actor(), now=now)
    if here:
        run.compose_issue(issue_id, now)
    with transaction() as tx:
        issue = run.known_issue(tx, issue_id)
        row = issue_row(tx, issue)
    if as_json:
        print_json(row)
    else:
        slot = phrases.moment(issue.window_to, newsletter.zone)
        sys.stdout.write(
            f"Issue {row['id']} of {slot} is {row['state']}"
            f"{_to_whom(row)}.{' ' + row['note'] if row['note'] else ''}\n"
        )
    if row["state"] == IssueState.HELD.value:
        raise RefusedError(f"Issue {row['id']} is held: {row['note']}", issue_id=issue_id)


@app.command(name="test")
def try_(
    slug: Slug,
    address: Annotated[str, typer.Argument(help="Who gets it.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Send one test mail of what the next issue would hold, or of older stories in its place."""
    with transaction() as tx:
        newsletter_id = named(tx, slug).id
    mailing_id = first_look.send_test(newsletter_id, address, actor=actor(), now=clock.now())
    if as_json:
        print_json({"mailing_id": mailing_id})
    else:
        sys.stdout.write(f"The test mail is on its way, as mailing {mailing_id}.\n")


def _newsletter_row(tx: Transaction, newsletter: Newsletter) -> dict[str, Any]:
    upcoming = timetable.next_slot(newsletter, clock.now())
    times, days = timetable.times_and_days(newsletter)
    return {
        "id": newsletter.id,
        "slug": newsletter.slug,
        "name": newsletter.name,
        "kind": newsletter.kind.value,
        "languages": newsletter.languages,
        "zone": newsletter.zone,
        "times": times,
        "days": days,
        "when_empty": newsletter.empty_rule.value,
        "public": newsletter.is_public,
        "paused_at": _moment(newsletter.paused_at),
        "ended_at": _moment(newsletter.ended_at),
        "next_at": upcoming.due_at.isoformat(timespec="minutes") if upcoming else None,
        "trouble": timetable.trouble(newsletter),
        "readers": subscribers.counts(tx, newsletter.id),
    }


def _what(each: "Offered", newsletter: Newsletter) -> str:
    if each.offer is Offer.SLOT:
        return f"the slot of {_due(each.slot, newsletter)}"
    return "what is new" if each.is_first else "new since the last issue"


def _offer_row(each: "Offered") -> dict[str, Any]:
    return {
        "what": each.offer.value,
        "slot": f"{each.slot.local_date} {each.slot.name}",
        "window": [each.slot.window_from.isoformat(), each.slot.window_to.isoformat()],
        "stories": each.stories,
        "corrections": each.corrections,
        "readers": each.readers,
        "sent_as": each.sent,
    }


def _moment(moment: dt.datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _rehearsal_row(found: "Rehearsal") -> dict[str, Any]:
    return {
        "slot": f"{found.slot.local_date} {found.slot.name}",
        "window": [found.slot.window_from.isoformat(), found.slot.window_to.isoformat()],
        "subjects": found.subjects,
        "html_bytes": found.html_bytes,
        "content_hash": found.content_hash,
        "left_out": found.unfitting,
        "unusable": [asdict(each) for each in found.unusable],
        "counts": found.counts.as_dict(),
        "audience": [
            {"language": language, "receiver_group": group, "reason": reason, "number": number}
            for (language, group, reason), number in sorted(found.audience.items())
        ],
        "stories": [
            {
                "position": position,
                "article_id": story.article_id,
                "revision": story.revision,
                "language": story.language,
                "section": story.section_slug,
                "headline": story.words.headline,
            }
            for position, story in found.chosen
        ],
    }


def _tell(console: Terminal, found: "Rehearsal", newsletter: Newsletter) -> None:
    counts, stories = found.counts, phrases.counted(len(found.chosen), "story")
    console.print(f"Slot of {_due(found.slot, newsletter)}: {stories}.")
    for position, story in found.chosen:
        console.print(
            f"  {position:2} {story.language} {story.section_slug}: {story.words.headline}"
        )
    if found.unfitting:
        console.print(f"  {found.unfitting} more did not fit.")
    for each in found.unusable:
        console.print(f"  Left out: article {each.article_id}, {each.headline}: {each.why}.")
    for language, subject in found.subjects.items():
        console.print(f"{language}: {subject} ({found.html_bytes[language]} bytes of HTML)")
    console.print(f"Will go to {counts.remaining} of {counts.audience}; {_left_out(found)}.")
    for (language, group, reason), number in sorted(found.audience.items()):
        console.print(f"  {number:6} {language} {group} {found.worded(reason)}")


def _left_out(found: "Rehearsal") -> str:
    return ", ".join(f"{number} {reason.words}" for reason, number in found.barred.items())


def _next(newsletter: Newsletter) -> str:
    upcoming = timetable.next_slot(newsletter, clock.now())
    return _due(upcoming, newsletter) if upcoming else ""


def _due(slot: "Slot", newsletter: Newsletter) -> str:
    return phrases.moment(slot.due_at, newsletter.zone)


def _to_whom(row: dict[str, Any]) -> str:
    if row["audience"] is None:
        return ""
    return f", {phrases.counted(row['audience'], 'reader')}"
