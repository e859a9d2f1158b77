"""Publications: the brands of an installation, made and changed by one list of fields."""

import datetime as dt
from collections.abc import Sequence

from syndicate import jobs, languages
from syndicate.newsroom.making import acts, colours, mail_domains
from syndicate.newsroom.making.acts import Changed, Given, Keeping, Key
from syndicate.newsroom.making.fields import (
    Difference,
    Field,
    Kind,
    Shape,
    TakesEffect,
    Touched,
    Value,
    Values,
)
from syndicate.newsroom.making.pictures import PictureFile
from syndicate.newsroom.making.problems import Problem, Problems, taken
from syndicate.newsroom.making.shelves import Shelf
from syndicate.newsroom.verbs import allow, verb
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import logos, publications
from syndicate.store.newsroom.logos import PublicationLogo
from syndicate.store.newsroom.publications import Publication
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.syndication import feeds, renaming

_MAIL = TakesEffect.NEXT_MAIL
_READERS, _FEEDS = (Touched.READERS,), (Touched.READERS, Touched.FEEDS)
_MAX_ADDRESS, _MAX_REASON = 500, 500

KIND = Kind(
    "publication",
    "publications",
    (
        Field(
            "slug",
            "Its short name in addresses and commands: small letters, digits and hyphens.",
            shape=Shape.SLUG,
            is_required=True,
            touches=_FEEDS,
            is_early=True,
            most=40,
            example="courier",
        ),
        Field(
            "name",
            "What readers call it.",
            is_required=True,
            touches=_FEEDS,
            is_early=True,
            example="The Courier",
        ),
        Field(
            "names",
            "Its name in other languages, for pages and mails in them.",
            shape=Shape.WORDS,
            touches=_READERS,
            example={"ar": "الساعي"},
        ),
        Field(
            "host",
            "The host name under which its pages are read; alone, without https://.",
            shape=Shape.HOST,
            touches=_FEEDS,
            is_early=True,
            instead="the address of this installation",
            example="news.example",
        ),
        Field(
            "home_url",
            "Its own website, where readers go home to.",
            shape=Shape.WEB,
            touches=_FEEDS,
            example="https://www.news.example/",
            called="home URL",
        ),
        Field(
            "language",
            "The language of its pages and mails, as a tag.",
            shape=Shape.LANGUAGE,
            is_required=True,
            touches=_FEEDS,
            is_early=True,
            example="en",
        ),
        Field(
            "zone",
            "The time zone of its dates, and of new newsletters.",
            shape=Shape.ZONE,
            is_required=True,
            touches=_READERS,
            is_early=True,
            example="Europe/London",
        ),
        Field(
            "sender_name",
            "Who its mail says it is from.",
            instead="its name",
            takes_effect=_MAIL,
            touches=_READERS,
            most=100,
            example="The Courier",
        ),
        Field(
            "sender_names",
            "The same in other languages.",
            shape=Shape.WORDS,
            takes_effect=_MAIL,
            touches=_READERS,
            example={"ar": "الساعي"},
        ),
        Field(
            "sender_address",
            "The address its mail comes from; its domain must let our mail server send.",
            shape=Shape.MAIL,
            is_required=True,
            takes_effect=_MAIL,
            touches=_READERS,
            is_early=True,
            example="news@news.example",
        ),
        Field(
            "reply_to",
            "Where readers' replies go.",
            shape=Shape.MAIL,
            instead="the sender address",
            takes_effect=_MAIL,
            touches=_READERS,
            example="desk@news.example",
        ),
        Field(
            "postal_address",
            "Where the publisher is at home, as the law of many countries wants it in every mail.",
            shape=Shape.PROSE,
            takes_effect=_MAIL,
            touches=_READERS,
            is_early=True,
            instead="in production, no mail is sent",
            most=_MAX_ADDRESS,
            example="1 Bridge Street, London",
        ),
        Field(
            "postal_addresses",
            "The same in other languages.",
            shape=Shape.WORDS,
            takes_effect=_MAIL,
            touches=_READERS,
            most=_MAX_ADDRESS,
            example={"ar": "شارع الجسر، لندن"},
        ),
        Field(
            "reason",
            "Why readers get its mail, in one sentence at the end of each.",
            instead="our own sentence",
            takes_effect=_MAIL,
            touches=_READERS,
            most=_MAX_REASON,
            example="You get this because you signed up for it on our website.",
        ),
        Field(
            "reasons",
            "The same in other languages.",
            shape=Shape.WORDS,
            takes_effect=_MAIL,
            touches=_READERS,
            most=_MAX_REASON,
            example={"ar": "تصلك هذه الرسالة لأنك اشتركت فيها على موقعنا."},
        ),
        Field(
            "colour",
            "The colour of links and rules on white; dark enough to be read there.",
            shape=Shape.COLOUR,
            instead="our own",
            touches=_READERS,
            example="#1a4f8b",
        ),
        Field(
            "colour_on_dark",
            "The same where a reader's screen is dark; light enough to be read there.",
            shape=Shape.COLOUR,
            instead="our own",
            touches=_READERS,
            example="#9cc3f5",
        ),
        Field(
            "logo",
            "A picture that stands for it: PNG, JPEG, GIF or WebP.",
            shape=Shape.PICTURE,
            touches=_FEEDS,
            example=None,
        ),
    ),
    is_within=False,
)
# Fields by language, all of them in one column.
_BY_LANGUAGE = ("names", "sender_names", "postal_addresses", "reasons")


def _found(tx: Transaction, key: Key) -> Publication:
    found = publications.by_slug(tx, key.slug)
    if found is None:
        raise acts.unknown(KIND, key)
    return found


def _plain(tx: Transaction, row: Publication) -> Values:
    logo = logos.of(tx, row.id)
    own: dict[str, Value] = {
        each.name: getattr(row, each.name) or None
        for each in KIND.fields
        if each.name not in (*_BY_LANGUAGE, "logo")
    }
    words: dict[str, Value] = {
        name: {key: str(text) for key, text in row.translations.get(name, {}).items()}
        for name in _BY_LANGUAGE
    }
    picture = (
        PictureFile(logo.media_type, logo.width, logo.height, logo.digest)
        if logo is not None
        else None
    )
    values = own | words | {"logo": picture}
    return {name: values[name] for name in KIND.names}


def _check(tx: Transaction, row: Publication | None, values: Values) -> Problems:
    own = row.id if row is not None else None
    found: dict[str, Problem] = {}
    slug, host = values.get("slug"), values.get("host")
    if isinstance(slug, str) and publications.is_slug_taken(tx, slug, but=own):
        found["slug"] = taken(f"There is a publication {slug} already; choose another slug.")
    if isinstance(host, str):
        theirs = publications.of_host(tx, host)
        if theirs is not None and theirs.id != own:
            found["host"] = taken(
                f"The host {host} is that of {theirs.slug}; each publication has its own."
            )
    for name, ground, hint in (
        ("colour", colours.PAPER, "on white; choose a darker one"),
        ("colour_on_dark", colours.NIGHT, "on a dark screen; choose a lighter one"),
    ):
        value = values.get(name)
        if isinstance(value, str) and colours.contrast(value, ground) < colours.ENOUGH:
            found[name] = Problem(f"The colour {value} cannot be read {hint}.")
    return found


def _make(tx: Transaction, values: Values, now: dt.datetime) -> Publication:
    row = Publication(**_columns(values), slug=values["slug"], created_at=now)
    publications.add(tx, row)
    _keep_logo(tx, row, values["logo"], now)
    feeds.ensure(tx, row.id)
    tx.hint(jobs.PUBLISH_FEEDS)
    return row


def _write(tx: Transaction, row: Publication, values: Values, change: Changed) -> None:
    name, language = row.name, row.language
    publications.change(tx, row, **_columns(values))
    if change.of("slug"):
        publications.rename(tx, row, str(values["slug"]))
    if change.of("logo"):
        _keep_logo(tx, row, values["logo"], change.now)
    if change.of("name"):
        renaming.publication_renamed(tx, row, name)
    if change.of("language"):
        feeds.ensure(tx, row.id)
        renaming.language_changed(tx, row, language)
    if any(Touched.FEEDS in each.field.touches for each in change.differences):
        renaming.mark_due(tx, row.id, now=change.now)
        tx.hint(jobs.PUBLISH_FEEDS)


def _columns(values: Values) -> dict[str, object]:
    """The row's columns but for its slug: where none may be empty, what stands in instead."""
    special = {*_BY_LANGUAGE, "slug", "logo"}
    own: dict[str, object] = {name: value for name, value in values.items() if name not in special}
    return own | {
        "sender_name": values["sender_name"] or "",
        "postal_address": values["postal_address"] or "",
        "reason": values["reason"] or "",
        "direction": languages.direction(str(values["language"])),
        "translations": {name: values[name] for name in _BY_LANGUAGE if values[name]},
    }


def _keep_logo(tx: Transaction, row: Publication, logo: Value, now: dt.datetime) -> None:
    if not isinstance(logo, PictureFile):
        logos.remove(tx, row.id)
        return
    logos.put(
        tx,
        PublicationLogo(
            publication_id=row.id,
            media_type=logo.media_type,
            width=logo.width,
            height=logo.height,
            digest=logo.digest,
            body=logo.body,
            at=now,
        ),
    )


def _every(tx: Transaction, publication: str | None) -> Sequence[Publication]:
    every = publications.all_publications(tx)
    return [each for each in every if publication in (None, each.slug)]


_PUBLICATIONS = Keeping(
    KIND,
    _found,
    _plain,
    _check,
    _make,
    _write,
    Permission.NEWSROOM,
    lambda row: row.id,
    barred=mail_domains.barred,
)


@verb(Permission.NEWSROOM)
def add(tx: Transaction, given: Given, *, actor: Actor, now: dt.datetime) -> Publication:
    """Make a publication, with the feeds that every publication offers.

    Raises:
        InvalidError, TakenError: with a sentence for each field that is at fault.
    """
    allow(actor, Permission.NEWSROOM)
    return acts.add(tx, _PUBLICATIONS, given, actor=actor, now=now)


@verb(Permission.NEWSROOM)
def change(
    tx: Transaction, key: Key, given: Given, *, actor: Actor, now: dt.datetime
) -> Sequence[Difference]:
    """Change a publication; addresses under its old slug lead to the new one. Safe to run twice.

    Raises:
        NotFoundError: there is no such publication.
        InvalidError, TakenError: with a sentence for each field that is at fault.
    """
    return acts.change(tx, _PUBLICATIONS, key, given, actor=actor, now=now)


SHELF = Shelf(
    _PUBLICATIONS,
    _every,
    lambda _tx, row: Key(row.slug),
    add,
    change,
)
