"""What may be shown where: the one answer that every way out asks for.

live                         page, feeds, sitemap, hub, mail, pictures, search, log
embargoed, until its second  nowhere
draft, killed, taken down    nowhere
paid, registered             pages and mail as a teaser; full text in the reader's own feed alone
"""

import datetime as dt

from sqlalchemy import ColumnElement, and_, any_, literal, or_

from syndicate.reading.records import Words
from syndicate.store.content.articles import Article
from syndicate.store.content.pictures import Picture
from syndicate.vocabulary.articles import Access, ArticleState, Channel

# A paid text is offered where a reader can be told to sign in; a feed cannot tell them.
_EVERY_ACCESS = frozenset({Channel.PAGE, Channel.PRIVATE_FEED, Channel.MAIL, Channel.SITEMAP})


def may_show(channel: Channel, *, now: dt.datetime) -> ColumnElement[bool]:
    """The condition under which an article may leave through a channel.

    Args:
        channel: the way out.
        now: aware UTC; an embargo ends at its second, whether or not a job has run since.
    """
    is_out = or_(
        Article.state == ArticleState.LIVE,
        # An embargo without an end is held. NULL is no false: whoever asks what may not be shown
        # (`sending.withholding`) would not be told of it.
        and_(
            Article.state == ArticleState.EMBARGOED,
            Article.embargo_until.is_not(None),
            Article.embargo_until <= now,
        ),
    )
    if channel in _EVERY_ACCESS:
        return is_out
    return and_(is_out, Article.access == Access.FREE)


def may_have_shown(channel: Channel, *, now: dt.datetime) -> ColumnElement[bool]:
    """The condition under which an article has, or had, its place in a channel's lists.

    It admits what was withdrawn, so that a withdrawal leaves a gap in its page and moves no other
    article to another page. It never decides what is shown: `may_show` does.
    """
    withdrawn = Article.state.in_(ArticleState.gone())
    if channel in _EVERY_ACCESS:
        return or_(may_show(channel, now=now), withdrawn)
    return or_(may_show(channel, now=now), and_(withdrawn, Article.access == Access.FREE))


def is_teaser_only(channel: Channel, access: Access) -> bool:
    """Whether a channel shows headline and standfirst but not the text of such an article."""
    return access is not Access.FREE and channel is not Channel.PRIVATE_FEED


def words_for(channel: Channel, access: Access, words: Words) -> Words:
    """What a channel shows of the words of an article that it may show: all, or its teaser's."""
    if not is_teaser_only(channel, access):
        return words
    return Words(words.headline, standfirst=words.standfirst, authors=words.authors)


def may_show_picture(channel: Channel, *, now: dt.datetime) -> ColumnElement[bool]:
    """The condition under which a picture's rights let it leave through a channel."""
    return and_(
        or_(Picture.channels.is_(None), literal(channel.value) == any_(Picture.channels)),
        or_(Picture.rights_until.is_(None), Picture.rights_until > now),
    )
