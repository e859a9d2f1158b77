"""`syndicate operators`: the people who work here, and what each of them may do where."""

import sys
from typing import Annotated, Any

import typer

from syndicate import clock, phrases
from syndicate.cli.actors import actor
from syndicate.cli.options import AsJson, print_json
from syndicate.cli.terminal import Table, Terminal
from syndicate.mail import to_operators
from syndicate.newsroom import operators as acts
from syndicate.newsroom import roster
from syndicate.newsroom import sessions as signing_in
from syndicate.newsroom.making import granted
from syndicate.newsroom.making import operators as making
from syndicate.newsroom.making.acts import Given, Key
from syndicate.newsroom.operators import Where
from syndicate.newsroom.tokens import permitted
from syndicate.store.ground.session import transaction
from syndicate.store.platform import operators, sessions
from syndicate.store.platform.sessions import ConsoleSession

app = typer.Typer(no_args_is_help=True)
Slug = Annotated[str, typer.Argument(help="The operator's slug.")]
What = Annotated[
    list[str], typer.Argument(help="Permissions such as articles.write, or roles such as editor.")
]
Name = Annotated[str | None, typer.Option(help="As lists and mails show it.")]
Address = Annotated[str | None, typer.Option(help="Where mail to this operator goes.")]
Languages = Annotated[
    list[str] | None, typer.Option("--language", help="Tag of a language; repeatable.")
]
Zone = Annotated[str | None, typer.Option(help="IANA name, such as Europe/London.")]
Grants = Annotated[
    list[str] | None,
    typer.Option(
        "--grant",
        help='What they may do: "editor", "editor in courier", "newsletters.run for the newsletter '
        'morning"; all of it, so what is not named is taken. Repeatable.',
    ),
]
InPublication = Annotated[
    str | None, typer.Option("--publication", help="Slug of the only one it holds for.")
]
OfNewsletter = Annotated[
    str | None, typer.Option("--newsletter", help="Slug of the only one it holds for.")
]


@app.command()
def add(  # noqa: PLR0913 - one option for each thing that is known of an operator
    slug: Slug,
    *,
    name: Name = None,
    address: Address = None,
    language: Languages = None,
    zone: Zone = None,
    grant: Grants = None,
    as_json: AsJson = False,
) -> None:
    """Add an operator, who may do nothing until something is granted."""
    said = {"slug": slug, **_given(name=name, address=address, languages=language, zone=zone)}
    with transaction() as tx:
        making.add(tx, said | _given(grants=grant), actor=actor(), now=clock.now())
    then = f"; `syndicate operators grant {slug} editor` lets them work" if not grant else ""
    told = f"Operator {slug} is added{then}."
    _tell(slug, told, as_json)


@app.command("set")
def change(  # noqa: PLR0913 - as `add`
    slug: Slug,
    *,
    name: Name = None,
    address: Address = None,
    language: Languages = None,
    zone: Zone = None,
    grant: Grants = None,
    as_json: AsJson = False,
) -> None:
    """Change what is known of an operator; what is not named stays."""
    said = _given(name=name, address=address, languages=language, zone=zone, grants=grant)
    with transaction() as tx:
        is_news = making.change(tx, Key(slug), said, actor=actor(), now=clock.now())
    _tell(slug, f"Operator {slug} is {'changed' if is_news else 'as before'}.", as_json)


@app.command("list")
def list_operators(*, as_json: AsJson = False) -> None:
    """List the operators with what they may do."""
    with transaction() as tx:
        found = roster.every(tx)
    if as_json:
        print_json({"operators": [each.as_dict() for each in found]})
        return
    table = Table("operator", "name", "address", "may", "retired")
    for each in found:
        row = each.row
        may = "\n".join(granted.folded(each.grants)) or "nothing"
        retired = phrases.moment(row.retired_at) if row.retired_at else ""
        table.add_row(row.slug, row.name, row.address, may, retired)
    Terminal().print(table)


@app.command()
def show(slug: Slug, *, as_json: AsJson = False) -> None:
    """Show an operator with what they may do where."""
    with transaction() as tx:
        found = roster.one(tx, acts.named(tx, slug))
    if as_json:
        print_json(found.as_dict())
        return
    row = found.row
    lines = [
        f"{row.name} <{row.address}>",
        f"reads {', '.join(row.languages)}; zone {row.zone}",
        *([f"may {held}" for held in granted.folded(found.grants)] or ["may do nothing"]),
        *([f"retired {phrases.moment(row.retired_at)}"] if row.retired_at else []),
    ]
    Terminal(soft_wrap=True).print("\n".join(lines))


@app.command()
def retire(slug: Slug, *, as_json: AsJson = False) -> None:
    """Let an operator in no longer, and end their sessions at once."""
    with transaction() as tx:
        is_news = making.end(tx, Key(slug), actor=actor(), now=clock.now())
    _tell(slug, f"Operator {slug} is {'' if is_news else 'already '}retired.", as_json)


@app.command()
def reset(slug: Slug, *, as_json: AsJson = False) -> None:
    """Forget an operator's passkeys and recovery codes, and end their sessions."""
    with transaction() as tx:
        is_news = acts.reset(tx, slug, actor=actor(), now=clock.now())
    told = f"`syndicate console-link --operator {slug}` lets them in again."
    _tell(slug, told if is_news else f"Operator {slug} has nothing to forget.", as_json)


@app.command()
def tell(*, as_json: AsJson = False) -> None:
    """Mail operators what they have not been told of the console yet."""
    sent = to_operators.tell(clock.now())
    if as_json:
        print_json({"sent": sent})
    else:
        sys.stdout.write(f"Mails sent to operators: {sent}.\n")


@app.command("sessions")
def list_sessions(*, as_json: AsJson = False) -> None:
    """List who is signed in to the console."""
    with transaction() as tx:
        found = sessions.every(tx, now=clock.now())
        names = operators.names(tx)
    if as_json:
        print_json({"sessions": [_session(each) for each in found]})
        return
    table = Table("session", "who", "by", "since", "until")
    for each in found:
        lasts = map(phrases.moment, (each.created_at, each.expires_at))
        table.add_row(str(each.id), phrases.who(each.actor, names), each.opened_by, *lasts)
    Terminal().print(table)


@app.command("end-session")
def end_session(
    session_id: Annotated[int, typer.Argument(help="The session's id.")], *, as_json: AsJson = False
) -> None:
    """End somebody's session in the console, at once."""
    with transaction() as tx:
        signing_in.end(tx, session_id, actor=actor(), now=clock.now())
    if as_json:
        print_json({"ended": session_id})
    else:
        sys.stdout.write(f"Session {session_id} has ended.\n")


@app.command()
def grant(
    slug: Slug,
    what: What,
    *,
    publication: InPublication = None,
    newsletter: OfNewsletter = None,
    as_json: AsJson = False,
) -> None:
    """Let an operator do something, everywhere or in one place."""
    where = Where(publication=publication, newsletter=newsletter)
    with transaction() as tx:
        new = acts.grant(tx, slug, permitted(what), where, actor=actor(), now=clock.now())
    told = f"Granted to {slug}: {', '.join(new)}." if new else f"Operator {slug} has that already."
    _tell(slug, told, as_json)


@app.command()
def revoke(
    slug: Slug,
    what: What,
    *,
    publication: InPublication = None,
    newsletter: OfNewsletter = None,
    as_json: AsJson = False,
) -> None:
    """Let an operator do something no longer, everywhere or in one place."""
    where = Where(publication=publication, newsletter=newsletter)
    with transaction() as tx:
        lost = acts.revoke(tx, slug, permitted(what), where, actor=actor(), now=clock.now())
    told = (
        f"Taken from {slug}: {', '.join(lost)}." if lost else f"Operator {slug} does not have it."
    )
    _tell(slug, told, as_json)


def _given(**options: object) -> Given:
    """What was typed, by field."""
    return {name: value for name, value in options.items() if value not in (None, [])}


def _session(row: ConsoleSession) -> dict[str, Any]:
    return {
        "id": row.id,
        "who": row.actor,
        "by": row.opened_by,
        "since": row.created_at.isoformat(timespec="seconds"),
        "ends_at": row.expires_at.isoformat(timespec="seconds"),
    }


def _tell(slug: str, sentence: str, as_json: bool) -> None:
    """What came of it: the operator as JSON, or a sentence."""
    if not as_json:
        sys.stdout.write(f"{sentence}\n")
        return
    with transaction() as tx:
        print_json(roster.one(tx, acts.named(tx, slug)).as_dict())
