"""Stories of a mailing that may not be shown any more, though its issue carries them.

An article may be killed, taken down or put under embargo between the freezing of an issue and the
last of its mails, hours later where a mailing was paused. So visibility is asked for again for each
chunk (`store.sending.batch_leases`): what was withdrawn is in no mail that begins afterwards.
"""

import datetime as dt

from sqlalchemy import BigInteger, Integer, and_, cast, exists, func, literal, not_, or_, select

from syndicate.store.content.articles import Article, Revision
from syndicate.store.content.pictures import Picture
from syndicate.store.content.visibility import may_show, may_show_picture
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.newsletters import IssueStory
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.articles import ArticleState, Change, Channel


def bits(tx: Transaction, mailing_id: int, *, now: dt.datetime) -> int:
    """The bits of a mailing's stories that may not be mailed now; 0 when all may.

    The sentence that an article was withdrawn shows nothing of it, and stays. A picture cannot be
    cut out of a frozen story: one that may not be shown any more takes its story along.

    Args:
        tx: the open transaction; the one that writes the intent.
        mailing_id: whose.
        now: aware UTC.
    """
    tells_of_withdrawal = and_(
        IssueStory.is_correction,
        Article.state == ArticleState.KILLED,
        exists().where(
            # What the issue carries is the withdrawal itself, not an older correction.
            Revision.article_id == IssueStory.article_id,
            Revision.number == IssueStory.revision,
            Revision.change == Change.KILL,
        ),
    )
    has_forbidden_picture = exists().where(
        Picture.article_id == IssueStory.article_id,
        # The picture that was frozen, whatever the article shows by now.
        Picture.url == IssueStory.picture_url,
        not_(may_show_picture(Channel.MAIL, now=now)),
    )
    # A bigint before it is shifted: a position goes up to 62.
    bit = cast(literal(1), BigInteger).op("<<")(cast(IssueStory.position, Integer))
    query = (
        select(func.coalesce(func.bit_or(bit), 0))
        .join(Mailing, Mailing.issue_id == IssueStory.issue_id)
        .join(Article, Article.id == IssueStory.article_id)
        .where(
            Mailing.id == mailing_id,
            or_(
                and_(not_(may_show(Channel.MAIL, now=now)), not_(tells_of_withdrawal)),
                has_forbidden_picture,
            ),
        )
    )
    return int(tx.execute(query).scalar_one())
