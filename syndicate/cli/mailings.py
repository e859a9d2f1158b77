"""`syndicate mailings`: watch and steer mailings."""

import datetime as dt
import sys
from collections.abc import Mapping
from typing import Annotated

import typer

from syndicate import clock, phrases
from syndicate.cli import holding, linting, releasing, watching
from syndicate.cli.actors import actor
from syndicate.cli.options import AsJson, Yes, print_json
from syndicate.cli.terminal import Table, Terminal
from syndicate.mail import steering
from syndicate.mail.recovery import copy_check, reconcile
from syndicate.store.ground.session import transaction
from syndicate.store.platform import installation
from syndicate.store.sending import events, ledger, resending
from syndicate.store.sending.resending import Choice, Resendable
from syndicate.store.views import progress
from syndicate.store.views.progress import ErrorGroup, MailingProgress, VersionCount
from syndicate.vocabulary.sending import DeliveryReason

app = typer.Typer(no_args_is_help=True)
app.command()(linting.lint)


MailingId = Annotated[int, typer.Argument(help="Number of the mailing.")]


@app.command("list")
def list_mailings(
    *,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 20,
    singles: Annotated[
        bool, typer.Option(help="Include confirmations and emailed articles.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the newest mailings with their counts."""
    with transaction() as tx:
        newest = ledger.newest(tx, limit=limit, with_singles=singles)
        found = progress.find_all(tx, [mailing.id for mailing in newest])
        row = installation.read(tx)
    stopped = row.stopped_why if row is not None and row.stopped_at is not None else None
    if as_json:
        rows = [_as_dict(each) for each in found]
        held = row.held_why if row is not None else None
        said = {"stopped": stopped, "held": held, "mailings": rows}
        print_json(said)
        return
    if row is not None and row.held_why is not None:
        sys.stdout.write(f"{copy_check.held_notice(row.held_why)}\n")
    elif row is not None and row.rest_held_at is not None:
        sys.stdout.write(f"{copy_check.rest_notice(row.rest_held_at)}\n")
    elif stopped is not None:
        sys.stdout.write(f"Everything is stopped: {stopped}. `mailings release` releases mail.\n")
    _print_list(found)


@app.command()
def show(
    mailing_id: MailingId,
    *,
    watch: Annotated[bool, typer.Option("--watch", help="Keep watching until it is over.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show one mailing: counts that add up, rate, time left, errors by kind, who got which text."""
    mailing_progress = watching.find(mailing_id)
    if watch:
        mailing_progress = watching.watch(mailing_progress)
    with transaction() as tx:
        errors = progress.errors(tx, mailing_id)
        left_out = progress.left_out(tx, mailing_progress)
        told = events.counts(tx, mailing_id)
        versions = progress.versions(tx, mailing_progress.mailing)
    if as_json:
        shown = _as_dict(mailing_progress) | {"errors": [group.as_dict() for group in errors]}
        shown["left_out"] = left_out
        shown["versions"] = [each.as_dict() for each in versions]
        print_json(shown | {"receivers": told})
    else:
        _print_one(mailing_progress, errors)
        _print_left_out(left_out)
        _print_versions(versions)
        _print_told(told)


@app.command()
def pause(mailing_id: MailingId) -> None:
    """Pause a mailing until it is resumed; takes effect within one chunk."""
    steering.pause(mailing_id, actor=actor(), now=clock.now())
    sys.stdout.write(f"Mailing {mailing_id} is paused.\n")


@app.command()
def resume(mailing_id: MailingId) -> None:
    """Go on with a mailing that is paused."""
    steering.resume(mailing_id, actor=actor(), now=clock.now())
    sys.stdout.write(f"Mailing {mailing_id} is sending.\n")


@app.command()
def cancel(mailing_id: MailingId, *, yes: Yes = False) -> None:
    """Never send the rest of a mailing."""
    if not yes:
        watching.find(mailing_id)
        typer.confirm(f"Cancel what is left of mailing {mailing_id}?", abort=True)
    steering.cancel(mailing_id, actor=actor(), now=clock.now())
    sys.stdout.write(f"Mailing {mailing_id} is cancelled.\n")


@app.command()
def resend(
    mailing_id: MailingId,
    *,
    what: Annotated[
        list[Resendable], typer.Option("--what", help="What to send again; repeatable.")
    ],
    group: Annotated[str | None, typer.Option(help="Only this receiver group.")] = None,
    error: Annotated[str | None, typer.Option(help='Only codes like "5.1" or "450".')] = None,
    hours: Annotated[
        int, typer.Option(min=1, max=720, help="How much longer the mailing lasts.")
    ] = 12,
    yes: Yes = False,
) -> None:
    """Send again what failed, waits, is ambiguous, or was left of a cancelled mailing."""
    states = {each.state for each in what}
    choice = Choice(states, group, error)
    with transaction() as tx:
        steering.progress_of(tx, mailing_id)
        number = resending.count(tx, mailing_id, choice)
    if not yes and number:
        doubt = " Some readers could get it twice." if Resendable.AMBIGUOUS in what else ""
        typer.confirm(f"Send {phrases.counted(number, 'delivery')} again?{doubt}", abort=True)
    taken = steering.resend(
        mailing_id,
        choice,
        expires_in=dt.timedelta(hours=hours),
        actor=actor(),
        now=clock.now(),
    )
    sent = phrases.counted(
        taken, f"delivery of mailing {mailing_id} is", f"deliveries of mailing {mailing_id} are"
    )
    sys.stdout.write(f"{sent} sent again.\n")


@app.command("tick-off")
def tick_off(mailing_id: MailingId, *, as_json: AsJson = False) -> None:
    """Say that you have seen what failed or is in doubt; it needs nobody until more does."""
    is_news = steering.tick_off(mailing_id, actor=actor(), now=clock.now())
    if as_json:
        print_json({"ticked_off": mailing_id, "changed": is_news})
    else:
        sys.stdout.write(f"Mailing {mailing_id} is ticked off.\n")


app.command()(holding.hold)
app.command()(holding.unhold)
app.command()(holding.holds)


@app.command("stop-all")
def stop_all(
    why: Annotated[str, typer.Argument(help="So that others know why nothing is sent.")] = "",
) -> None:
    """Stop everything: no mail of any kind is sent until `release`."""
    steering.stop_everything(why, actor=actor(), now=clock.now())
    sys.stdout.write("Everything is stopped; `syndicate mailings release` releases mail.\n")


@app.command()
def release(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be sent, and do nothing.")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Release mail after `stop-all`, or after a restore: then it settles first, and asks.

    What the relay's accept log names is settled as accepted; what nobody can know is not sent.
    """
    releasing.release(actor=actor(), dry_run=dry_run, yes=yes, as_json=as_json)


@app.command()
def accepts(
    file: Annotated[typer.FileBinaryRead, typer.Argument(help="The relay's log; - is stdin.")],
    *,
    relay: Annotated[str, typer.Option(help="HOST:PORT, as in SYNDICATE_RELAY_URL.")],
) -> None:
    """Take in a relay's accept log from another machine; safe to run twice."""
    taken = reconcile.ingest(file, relay_name=relay, now=clock.now())
    sys.stdout.write(f"{phrases.counted(taken, 'line')} taken.\n")


def _as_dict(mailing_progress: MailingProgress) -> dict[str, object]:
    mailing = mailing_progress.mailing
    rate = mailing_progress.per_second(clock.now())
    return {
        "id": mailing.id,
        "kind": mailing.kind,
        "message": mailing.message,
        "issue_id": mailing.issue_id,
        "state": mailing.state,
        "standing": mailing_progress.standing,
        "lane": mailing.lane,
        "policy": mailing.policy,
        "started_at": _iso(mailing.started_at),
        "done_at": _iso(mailing.done_at),
        "expires_at": _iso(mailing.expires_at),
        **mailing_progress.counts.as_dict(),
        "per_second": round(rate, 1),
        "seconds_left": mailing_progress.seconds_left(rate),
        "next_try_at": _iso(mailing_progress.next_try_at),
        "groups": {group: counts.as_dict() for group, counts in mailing_progress.groups.items()},
    }


def _print_list(found: list[MailingProgress]) -> None:
    table = Table()
    for heading in ("id", "kind", "state", "audience", "accepted", "other", "remaining"):
        table.add_column(heading, justify="left" if heading in ("kind", "state") else "right")
    for mailing_progress in found:
        counts = mailing_progress.counts
        other = counts.audience - counts.accepted - counts.remaining
        table.add_row(
            str(mailing_progress.mailing.id),
            mailing_progress.mailing.kind,
            mailing_progress.standing,
            *(str(number) for number in (counts.audience, counts.accepted, other)),
            str(counts.remaining),
        )
    Terminal().print(table)


def _print_one(mailing_progress: MailingProgress, errors: list[ErrorGroup]) -> None:
    console = Terminal()
    console.print(f"Mailing {mailing_progress.mailing.id}, {mailing_progress.mailing.kind}")
    console.print(watching.line(mailing_progress, mailing_progress.per_second(clock.now())))
    table = Table()
    for heading in ("receivers", *mailing_progress.counts.as_dict()):
        table.add_column(heading, justify="left" if heading == "receivers" else "right")
    for group, counts in (*mailing_progress.groups.items(), ("all", mailing_progress.counts)):
        table.add_row(group, *(str(number) for number in counts.as_dict().values()))
    console.print(table)
    for error in errors:
        code = " ".join(str(part) for part in (error.code, error.enhanced) if part)
        console.print(
            f"{error.deliveries} {error.state} at {error.receiver_group}: {code} "
            f"{DeliveryReason.worded(error.reason or '')}",
            markup=False,
        )


def _print_left_out(left_out: Mapping[DeliveryReason, int] | None) -> None:
    """Who was suppressed or skipped, and why."""
    if left_out is None:
        sys.stdout.write("Why readers were left out is counted once this is paused or over.\n")
        return
    said = [f"{number} {why.words}" for why, number in left_out.items() if number]
    if said:
        sys.stdout.write(f"Left out: {', '.join(said)}\n")


def _print_versions(versions: list[VersionCount]) -> None:
    """Who got which text, where a story was corrected while the mailing was sent."""
    for each in versions:
        since = f" since {phrases.moment(each.made_at)}" if each.made_at else ""
        sys.stdout.write(
            f"Version {each.version}{since}: {each.accepted} accepted, {each.other} other\n"
        )


def _print_told(told: Mapping[str, Mapping[str, int]]) -> None:
    """What receivers told later; "accepted" above is the relay's word alone."""
    for group, kinds in sorted(told.items()):
        numbers = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
        sys.stdout.write(f"{group} told later: {numbers}\n")


def _iso(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
