"""What somebody may do and where, in words that people write and lists show. Pure.

    editor                                      a role, everywhere
    editor in courier                           in a publication, with its newsletters
    newsletters.run for the newsletter morning  a permission, for one newsletter

A role stands for its permissions, which are what is kept. A set of permissions has one way to be
said: its largest role first, then what is left.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable

from syndicate.errors import UsageError
from syndicate.newsroom.roster import Held
from syndicate.newsroom.tokens import permitted
from syndicate.store.platform.tokens import ROLES

_SAID = re.compile(
    r"(?P<what>[^\s]+)"
    r"(?: everywhere| in (?P<publication>[^\s]+)"
    r"| for (?:the )?newsletter (?P<newsletter>[^\s]+)"
    r"| for (?!(?:the|newsletter)$)(?P<short>[^\s]+))?"
)
# A role of one permission says no more than that does.
_LARGEST = sorted((name for name in ROLES if len(ROLES[name]) > 1), key=lambda n: -len(ROLES[n]))


def spread(said: Iterable[str]) -> list[Held]:
    """Each permission that these words give, once; a role by its permissions.

    Raises:
        UsageError: they name no permission or role, or no place.
    """
    found: dict[Held, None] = {}
    for each in said:
        words = _SAID.fullmatch(" ".join(each.split()))
        if words is None:
            raise UsageError(
                f"{each[:60]} does not say what and where; write it as editor, editor in courier "
                "or editor for the newsletter morning."
            )
        for permission in sorted(permitted([words["what"]])):
            newsletter = words["newsletter"] or words["short"]
            found[Held(permission, words["publication"], newsletter)] = None
    return list(found)


def folded(held: Collection[Held]) -> tuple[str, ...]:
    """The one way to say a set of permissions: everywhere first, then by place."""
    return tuple(each.words for each in as_roles(held))


def as_roles(held: Collection[Held]) -> tuple[Held, ...]:
    """The same, each with its place: a role stands where a permission does."""
    by_place: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for each in held:
        by_place[each.publication or "", each.newsletter or ""].add(each.permission)
    return tuple(
        Held(what, publication or None, newsletter or None)
        for (publication, newsletter), names in sorted(by_place.items())
        for what in roles_first(names)
    )


def roles_first(names: Collection[str]) -> tuple[str, ...]:
    """Permissions as roles, as far as these reach; then the others by their names."""
    left, found = set(names), []
    for role in _LARGEST:
        if ROLES[role] <= left:
            found.append(role)
            left -= ROLES[role]
    return (*found, *sorted(left))
