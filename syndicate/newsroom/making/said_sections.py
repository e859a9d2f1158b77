"""Sections that a source names and its publication lacks: made by their names, all at once."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from syndicate import slugs
from syndicate.errors import UsageError
from syndicate.newsroom.making import sections
from syndicate.store.ground.session import Transaction
from syndicate.store.intake import source_leases
from syndicate.store.newsroom import publications
from syndicate.store.newsroom.publications import Publication, Section
from syndicate.store.platform.tokens import Actor

MOST_SECTIONS = 20  # that are made at once: more are tags of stories rather than parts of a paper
_LONGEST = 80  # characters of a name that is one


def lacking(said: Iterable[str], known: Collection[str]) -> list[str]:
    """The names that no section has, the most frequent first, each once in its first spelling.

    Args:
        said: what a source calls the section of each story.
        known: words by which sections are found, in lower case.
    """
    spelt: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for name in map(_tidy, said):
        word = name.lower()
        if name and len(name) <= _LONGEST and word not in known:
            spelt.setdefault(word, name)
            counts[word] += 1
    return [spelt[word] for word, _ in counts.most_common(MOST_SECTIONS)]


def made_for(said: str, lacking: Iterable[str]) -> str | None:
    """The name, of those that no section has yet, which a story's own word for its section is."""
    word = _tidy(said).lower()
    return next((name for name in lacking if name.lower() == word), None)


def _tidy(name: str) -> str:
    return " ".join(name.split())


def add(
    tx: Transaction, owner: Publication, names: Sequence[str], *, actor: Actor, now: dt.datetime
) -> list[Section]:
    """Make a section of each name that finds none yet, after those there are. Safe to run twice.

    Raises:
        NotAllowedError: the actor may make no sections there.
        InvalidError: something is no name.
        UsageError: there are too many.
    """
    if len(names) > MOST_SECTIONS:
        raise UsageError(
            f"{MOST_SECTIONS} sections at most are made at once; make the others one by one."
        )
    publications.hold(tx)
    made: list[Section] = []
    last = max((each.position for each in publications.sections_of(tx, owner.id)), default=0)
    for name in names:
        known = source_leases.sections_by_word(tx, [owner.id]).get(owner.id, {})
        if name.strip().lower() in known:
            continue
        last = min(last + 1, sections.MOST_ORDER)
        given: dict[str, object] = {
            "publication": owner.slug,
            "slug": _free(tx, owner, name),
            "name": name,
            "order": last,
        }
        made.append(sections.add(tx, given, actor=actor, now=now))
    return made


def slug_of(name: str) -> str:
    """The slug that a section of this name has, where no other one has it."""
    return slugs.readable(name) or f"{sections.KIND.word}-1"


def _free(tx: Transaction, owner: Publication, name: str) -> str:
    """A slug that no section in use has; one that was retired comes back under its own name's."""
    own = slugs.readable(name)
    number, free = 1, slug_of(name)
    while (row := publications.section_of(tx, owner.id, free)) is not None:
        if own is not None and row.retired_at is not None:
            break
        number += 1
        free = f"{own or sections.KIND.word}-{number}"
    return free
