"""`syndicate send`: a campaign in one command, from a file of readers to counts that add up.

    check ─> import the file ─> compose the issue ─> send, watched ─> one JSON object

Beside a running stack, or with servers of one's own, it steers those; else it starts a stack on
the data folder with the relay that was named, and stops it afterwards. Stopped half-way and run
again it goes on with the same mailing: nobody gets it twice.

Outside production it mails addresses that can be nobody's (example.com, .test and the like) and
those in `SYNDICATE_MAIL_ALLOW_LIST`, and refuses anything else before a line is imported.
"""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from syndicate import clock, phrases, settings
from syndicate.cli import watching
from syndicate.cli.actors import actor
from syndicate.cli.files import bytes_of
from syndicate.cli.options import print_json
from syndicate.cli.subscribers import ByTags, Ignored, OneList
from syndicate.cli.terminal import Terminal
from syndicate.embedded import plan, running
from syndicate.embedded.running import Adoption
from syndicate.embedded.supervisor import Options, Stack
from syndicate.errors import PartialError, RefusedError, UsageError
from syndicate.mail.recovery import copy_check
from syndicate.mail.relay import addresses
from syndicate.mail.sending import allowed
from syndicate.newsletters import run, steering
from syndicate.newsroom.newsletters import named
from syndicate.store.composition import issues
from syndicate.store.ground.session import transaction
from syndicate.store.platform import installation
from syndicate.store.readers.subscribers import counts as counts_of
from syndicate.store.sending import ledger
from syndicate.store.views import progress
from syndicate.store.views.operations import count_beyond
from syndicate.store.views.progress import MailingProgress
from syndicate.subscribers import steering as bringing
from syndicate.subscribers import transfer, uploads
from syndicate.subscribers.transfer import How
from syndicate.subscribers.uploads import Upload
from syndicate.vocabulary.newsletters import IssueState
from syndicate.vocabulary.sending import MailingState

PRODUCTION = "production"
Encoding = Annotated[
    str, typer.Option(help="Code page of that file, such as cp1252; found out unless given.")
]
_PATIENCE_S = 300.0  # a lease and more: what a killed worker held comes back after 120 s


def send(  # noqa: PLR0913 - one option for each thing that a campaign is made of
    *,
    newsletter: Annotated[str, typer.Option("--newsletter", "-n", help="Its slug.")],
    subscribers: Annotated[
        Path | None, typer.Option(help="CSV of readers to import first, with a column `address`.")
    ] = None,
    wording: Annotated[
        str | None, typer.Option(help="What these readers agreed to; kept as proof of consent.")
    ] = None,
    ignore_column: Ignored = None,
    encoding: Encoding = "",
    only: OneList = "",
    by_tags: ByTags = False,
    relay: Annotated[
        str | None,
        typer.Option(help="smtp://HOST:PORT that receives the mail. [SYNDICATE_RELAY_URL]"),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="Workers, if this command starts them; default 2."),
    ] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Data folder. [SYNDICATE_DATA_DIR]")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not confirm in production.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object last.")] = False,
) -> None:
    """Import a file's readers, send them the newsletter's current issue, and count."""
    if subscribers is not None and not wording:
        raise UsageError("Say with --wording what the file's readers agreed to; it is kept.")
    campaign = Campaign(
        newsletter,
        subscribers,
        wording or "",
        is_confirmed=yes,
        how=How(tuple(ignore_column or ()), only, by_tags),
        encoding=encoding,
    )
    with ExitStack() as stopping:
        if data_dir is not None:
            own = {"SYNDICATE_DATA_DIR": str(data_dir.absolute())}
            stopping.callback(Adoption(own).undo)
        tend = _ground(campaign, stopping, relay, workers)
        mailing_progress = campaign.send(tend)
        found = campaign.summary(mailing_progress)
        if as_json:
            print_json(found)
            sys.stdout.flush()
        else:
            sys.stdout.write(watching.line(mailing_progress, found["per_s"]) + "\n")
    refuse_unless_whole(found)


@dataclass
class Campaign:
    """One run of the command.

    Attributes:
        slug: of the newsletter.
        file: of readers, None for those that it has.
        wording: what they agreed to.
        is_confirmed: nobody is asked, in production.
        how: the file is to be read.
        encoding: its code page; "" to find out.
        imported: what became of the file.
    """

    slug: str
    file: Path | None
    wording: str
    is_confirmed: bool
    how: How = transfer.AS_IT_STANDS
    encoding: str = ""
    imported: transfer.Imported | None = None
    newsletter_id: int = 0
    _console: Terminal = field(default_factory=lambda: Terminal(stderr=True))

    def prepare(self) -> None:
        """Make sure that everybody may be mailed, and bring the file's readers in.

        Raises:
            NotFoundError: there is no such newsletter, or no such file.
            RefusedError: somebody may not be mailed from this environment.
        """
        with transaction() as tx:
            stamped = installation.read(tx)
        if stamped is not None and stamped.held_why is not None:
            raise RefusedError(copy_check.held_notice(stamped.held_why))
        with transaction() as tx:
            self.newsletter_id = named(tx, self.slug).id
        environment = settings.load().environment
        if stamped is not None and stamped.environment != environment:
            raise RefusedError(
                f"The database belongs to the environment {stamped.environment}, this command to "
                f"{environment}; set SYNDICATE_ENVIRONMENT, or take another database."
            )
        found = Upload([], {})
        if self.file:
            transfer.refuse_by_name(self.file.name)
            raw = bytes_of(self.file)
            found = uploads.opened(raw, encoding=self.encoding, ignored=self.how.ignored)
        if environment != PRODUCTION:
            self._refuse_real_people(found.lines)
        if self.file:
            self._import(found)

    def send(self, tend: Callable[[], None]) -> MailingProgress:
        """Compose the issue, or go on with the one on its way, and watch it.

        Args:
            tend: called again and again meanwhile.

        Returns:
            How its mailing stands when nothing more leaves by itself soon.
        """
        mailing_progress = watching.find(self._mailing_id())
        try:
            return watching.watch(mailing_progress, is_enough=Enough().is_enough, tend=tend)
        except KeyboardInterrupt:
            return watching.find(mailing_progress.mailing.id)

    def summary(self, mailing_progress: MailingProgress) -> dict[str, Any]:
        """Everything that happened, for JSON; the counts are the ledger's."""
        mailing = mailing_progress.mailing
        began = mailing.started_at or mailing.created_at
        seconds = ((mailing.done_at or clock.now()) - began).total_seconds()
        counts = mailing_progress.counts.as_dict()
        with transaction() as tx:
            late = progress.came_later(tx, self.newsletter_id, mailing.id, now=clock.now())
        return {
            "newsletter": self.slug,
            "issue_id": mailing.issue_id,
            "mailing_id": mailing.id,
            "state": mailing.state.value,
            "imported": self._imported(),
            **counts,
            "came_later": late,
            "seconds": round(seconds, 2),
            "per_s": round(counts["accepted"] / seconds, 1) if seconds > 0 else 0.0,
        }

    def _mailing_id(self) -> int:
        now = clock.now()
        with transaction() as tx:
            under_way = ledger.unfinished_of(tx, self.newsletter_id)
        if under_way is not None and watching.find(under_way.id).counts.remaining:
            self._console.print(f"· going on with mailing {under_way.id}")
            return under_way.id
        self._confirm()
        self._console.print("· composing the issue")
        issue_id = steering.send_now(self.newsletter_id, actor=actor(), now=now)
        state = run.compose_issue(issue_id, now)
        with transaction() as tx:
            mailing = ledger.of_issue(tx, issue_id)
            issue = issues.find(tx, issue_id)
        if mailing is None or state in IssueState.stopped():
            note = issue.note if issue and issue.note else f"it is {state}"
            raise RefusedError(f"There is no issue to send: {note}", issue_id=issue_id)
        return mailing.id

    def _confirm(self) -> None:
        if settings.load().environment != PRODUCTION or self.is_confirmed:
            return
        with transaction() as tx:
            number = counts_of(tx, self.newsletter_id).get("active", 0)
        typer.confirm(
            f"Send {self.slug} to {phrases.counted(number, 'reader')} now?", abort=True, err=True
        )

    def _refuse_real_people(self, lines: Sequence[str]) -> None:
        trial = allowed.trial(settings.load().mail_allow_list)
        found = transfer.addresses(lines, self.how.ignored) if self.file else ()
        strangers = [number for number, address in found if not trial.has(address)]
        with transaction() as tx:
            others = count_beyond(
                tx, self.newsletter_id, pattern=allowed.RESERVED, names=trial.names
            )
        if not strangers and not others:
            return
        whose = [f"{others} of its subscribers"] if others else []
        if strangers:
            whose.insert(
                0,
                f"{phrases.counted(len(strangers), 'line')} of the file, line {strangers[0]} first",
            )
        raise RefusedError(
            f"{' and '.join(whose)} could belong to real people, and the environment is "
            f"{settings.load().environment}: outside production this command mails example.com, "
            ".test and the like, and what SYNDICATE_MAIL_ALLOW_LIST names. Nothing was imported."
        )

    def _import(self, found: Upload) -> None:
        assert self.file is not None  # noqa: S101 - asked by the caller
        self._console.print(f"· importing {self.file.name}")
        self.imported = bringing.bring_in(
            found.lines,
            self.slug,
            wording=self.wording,
            origin=self.file.name,
            how=self.how,
            left=found.left,
            actor=actor(),
            now=clock.now(),
        )

    def _imported(self) -> dict[str, int] | None:
        if self.imported is None:
            return None
        done = self.imported
        return {
            "added": done.added,
            "known": done.known,
            "left": done.left,
            "refused": done.faults,
        }


def refuse_unless_whole(found: Mapping[str, Any]) -> None:
    """End with the right exit code.

    Args:
        found: what `Campaign.told` said.

    Raises:
        PartialError: somebody was left out, and who.
    """
    names = ("remaining", "deferred", "failed", "ambiguous")
    said = [f"{found[name]} {name}" for name in names if found[name]]
    if found["came_later"]:
        said.append(
            f"{found['came_later']} subscribed after the issue was frozen and will get the next one"
        )
    if found["imported"] and found["imported"]["refused"]:
        said.append(f"{phrases.counted(found['imported']['refused'], 'line')} of the file refused")
    if said:
        is_over = found["state"] in MailingState.over()
        again = "" if is_over else "; run it again to go on"
        raise PartialError(f"Mailing {found['mailing_id']}: {', '.join(said)}{again}.")


class Enough:
    """When watching ends: nothing more leaves by itself, or nothing has moved for long."""

    def __init__(self) -> None:
        self.before: MailingProgress | None = None
        self.moved_at = time.monotonic()

    def is_enough(self, now: MailingProgress) -> bool:
        """Whether to end.

        Raises:
            RefusedError: the mailing was paused, by an operator or by a guard.
        """
        if self.before is None or self.before.counts != now.counts:
            self.before, self.moved_at = now, time.monotonic()
        if now.mailing.state is MailingState.PAUSED:
            raise RefusedError(
                f"Mailing {now.mailing.id} is {now.mailing.state}; `syndicate mailings show "
                f"{now.mailing.id}` tells why, `syndicate mailings resume {now.mailing.id}` lets "
                "it go on."
            )
        has_moved = time.monotonic() - self.moved_at < _PATIENCE_S
        # Who is left waits for a retry or a log. Where nobody is, the mailing is over in a moment.
        waits = now.counts.deferred or now.counts.ambiguous
        return now.is_over or (not now.counts.remaining and waits > 0) or not has_moved


def _ground(
    campaign: Campaign, stopping: ExitStack, asked: str | None, workers: int | None
) -> Callable[[], None]:
    """The servers to work on, with the campaign's readers in.

    Returns:
        What looks after them.
    """
    named = addresses.parse_all(asked) if asked else ()
    attached = running.attach()
    configured = settings.load()
    if attached is not None or (configured.database_url is not None and workers is None):
        current = addresses.parse_all(configured.need("relay_url"))
        if named and {each.name for each in named} != {each.name for each in current}:
            raise RefusedError(
                f"The workers that run here send to {current[0].name}; stop them, start them with "
                "SYNDICATE_RELAY_URL, or leave --relay out."
            )
        campaign.prepare()
        return lambda: None
    if asked:
        stopping.callback(Adoption({"SYNDICATE_RELAY_URL": asked}).undo)
    console = Terminal(stderr=True)
    options = Options(prepare=campaign.prepare, report=lambda step: console.print(f"· {step}"))
    stack = stopping.enter_context(Stack(options=options))
    for number in range(2, (workers or 2) + 1):
        argv = plan.worker_argv(f"bulk-{number}", ("bulk",))
        stack.add(plan.Extra(f"worker-bulk-{number}", argv, lambda: True, patience_s=30.0))
    return stack.tend
