"""The guards of a public form: a signed time, a field only robots fill in, caps on visitors.

They need no JavaScript and ask nothing of a reader. The signed time shows that the form was opened
here and how long ago; who posts at once is told to wait. Who fills in the hidden field is told
so, and gets the form back with that field empty: browsers and password managers fill it in too,
and their reader must not be thanked for what was thrown away. Whose stamp is no longer good gets
the form back as they filled it in, with one that is: the next click works.

One copy of a page is seen by many, so a stamp is good more than once
(docs/decisions/0043-a-form-is-used-more-than-once.md).
"""

import datetime as dt
import hashlib
from dataclasses import dataclass

from syndicate import logs, settings, signing
from syndicate.breakers import known
from syndicate.breakers.visitors import Visitor, visitor
from syndicate.errors import CapReachedError, NotFoundError, SpentFormError, UsageError
from syndicate.store.ground.session import Transaction
from syndicate.store.platform.due import SKEW

log = logs.get(__name__)

LEAST_AGE = dt.timedelta(seconds=2)  # nobody reads and fills in a form faster
GREATEST_AGE = dt.timedelta(hours=24)  # a tab that was left open over night
TRAPPED = (
    "Your browser filled in a field that you cannot see and that must stay empty, so nothing was "
    "sent. We have emptied it. Please press the button again."
)


@dataclass(frozen=True)
class Guarded:
    """What a public form carries besides its own fields.

    Attributes:
        stamp: what `stamp` made when the form was opened.
        trap: content of the hidden field; empty unless a robot or a browser filled it in.
        ip: address that the post came from.
    """

    stamp: str
    trap: str
    ip: str

    @property
    def visitor(self) -> Visitor:
        """Whoever posted it, as the counters know them."""
        return visitor(self.ip)


def stamp(form: str, now: dt.datetime) -> str:
    """A signed time for the hidden field of a form.

    Args:
        form: which form, so that one form's stamp is worthless in another: "email:7".
        now: aware UTC.
    """
    return signing.sign(settings.load().key(), f"form:{form}", str(int(now.timestamp() * 1000)))


def check(form: str, guarded: Guarded, now: dt.datetime) -> None:
    """Make sure that a form was opened here, not too long ago and not just now, by a person.

    Raises:
        UsageError: it was not, or its hidden field was filled in; the sentence says what to do.
        SpentFormError: likewise, and its stamp will never be good.
    """
    if guarded.trap:
        log.info("form_trapped", form=form)
        raise UsageError(TRAPPED)
    try:
        opened_ms = int(signing.verify(settings.load().key(), f"form:{form}", guarded.stamp))
    except signing.BadTokenError as error:
        raise SpentFormError(
            "This form was not opened on our site. Please press the button again to send it from "
            "here."
        ) from error
    age = now - dt.datetime.fromtimestamp(opened_ms / 1000, tz=dt.UTC)
    if -SKEW < age < LEAST_AGE:  # one of still later was opened before our clock was set back
        raise UsageError("That was too fast for us. Please press the button again.")
    if age > GREATEST_AGE:
        raise SpentFormError(
            "This form has been open for more than a day. Please press the button again."
        )


def take_post(tx: Transaction, guarded: Guarded, now: dt.datetime) -> bool:
    """Use one post of a stamp that `check` let through; False when a day's are used up."""
    key = hashlib.sha256(guarded.stamp.encode()).hexdigest()
    return known.POSTS.take(tx, key, now)


def spent() -> SpentFormError:
    """The answer to the post of a stamp whose posts are used up."""
    return SpentFormError(
        "Very many people have used this copy of the form. Please press the button again."
    )


def too_many(what: str) -> CapReachedError:
    """The answer to a visitor whose caps are used up."""
    return CapReachedError(f"{what} Please try again later.")


def no_article(article_id: int) -> NotFoundError:
    """What is said of an article that is not here, or is no longer."""
    return NotFoundError("There is no such article here.", article_id=article_id)
