"""What readers are owed: the corrections of stories that an earlier issue put before them.

A correction rides along with the next issue, as a block with a bit of its own;
`store.composition.materialise` sets it for those who got an earlier revision and were not told yet.
Of an article that was withdrawn there is a sentence and no headline: what is killed is shown
nowhere. Corrections alone
make no issue.
"""

from collections.abc import Sequence

from syndicate.store.composition.corrections import LaterChange
from syndicate.vocabulary.newsletters import MAX_STORIES

# A page of corrections would bury the news; the newest come first, the rest wait.
AT_MOST = 5


def owed(
    corrections: Sequence[LaterChange], *, stories: int
) -> tuple[tuple[int, LaterChange], ...]:
    """The corrections that an issue carries, at the positions behind its stories.

    Args:
        corrections: of earlier issues' stories.
        stories: how many stories the issue has; without any it is no issue.

    Returns:
        (position, correction) pairs, the newest first.
    """
    if not stories:
        return ()
    room = min(AT_MOST, MAX_STORIES - stories)
    newest = sorted(corrections, key=lambda each: (each.at, each.article_id), reverse=True)[:room]
    return tuple((stories + place, each) for place, each in enumerate(newest))
