"""Each command that a sentence of the product names, as somebody types it who follows the sentence.

Names in braces are those of `tests.verbs.conftest.place`, and stand where the sentence leaves a
place: `articles show ID`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from syndicate.store.ground.session import transaction
from syndicate.store.readers import recipients
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.sending import DeliveryState
from tests import rows
from tests.verbs.conftest import Place


@dataclass(frozen=True)
class Hint:
    """A command that a sentence names, and the state in which it says so.

    Attributes:
        said: the command without `syndicate`; `_` is one word of the reader's, `…` any number.
        line: what is typed. A question is answered with yes.
        before: what is typed to bring that state about; nothing where the place is in it.
        state: brings it about where it is none of an operator's making.
        action: what the audit says was done, by which what the sentence was about has moved on;
            empty where the command shows something or lets somebody in.
        shows: words of what it prints.
    """

    said: str
    line: str
    before: tuple[str, ...] = ()
    action: str = ""
    shows: str = ""
    state: Callable[[Place], None] | None = None


def _in_doubt(place: Place) -> None:
    """A delivery of which the reply was lost."""
    with transaction() as tx:
        row = tx.session.get_one(Mailing, place["sending"])
        batch = rows.batch(tx, row, 1, 1, ambiguous=1)
        reader = recipients.upsert(tx, "reader009@example.com").id
        rows.delivery(tx, batch, 0, reader, state=DeliveryState.AMBIGUOUS)


_FILE = "subscribers import {file} --newsletter morning --wording agreed --json"
HINTS = (
    Hint("alarms acknowledge _", "alarms acknowledge {ring}", (), "ring-acknowledge"),
    Hint("articles embargo _ --lift", "articles embargo {embargoed} --lift", (), "article-embargo"),
    Hint(
        "articles embargo _ --until _",
        "articles embargo {embargoed} --until 2031-01-01T08:00:00Z",
        (),
        "article-embargo",
    ),
    Hint("articles list --held", "articles list --held"),
    Hint("limits lift _ _", "limits lift hub:day *", (), "limit-lift"),
    Hint("limits list", "limits list", shows="hub:day"),
    Hint("articles show _", "articles show {report}", shows="brought it first"),
    Hint(
        "articles split _ --source _",
        "articles split {report} --source {wire}",
        (),
        "article-split",
    ),
    Hint("console-link", "console-link", shows="/console/sign-in/"),
    Hint(
        "console-link --operator _",
        "console-link --operator desk",
        action="operator-link",
        shows="/console/sign-in/",
    ),
    Hint("doctor --only broker", "doctor --only broker", shows="broker"),
    Hint("doctor --only database", "doctor --only database", shows="database"),
    Hint("doctor --only dns --json", "doctor --only dns --json", shows="record"),
    Hint("doctor --only relay", "doctor --only relay", shows="relay"),
    Hint("doctor --only rows", "doctor --only rows", shows="rows"),
    Hint("feeds move _ _", "feeds move floods-old everything", (), "feed-move"),
    Hint("issues list", "issues list", shows="morning"),
    Hint("keys list", "keys list", shows="push:courier"),
    Hint("keys rotate _", "keys rotate push:courier", (), "key-rotate"),
    Hint("keys rotate master", "keys rotate master", (), "key-rotate"),
    Hint("mailings accepts …", "mailings accepts --relay mx:25 -"),
    Hint("mailings pause _", "mailings pause {sending}", (), "mailing-pause"),
    Hint("mailings release", "mailings release", ("mailings stop-all",), "mail-release"),
    Hint(
        "mailings resend _ --what ambiguous",
        "mailings resend {sending} --what ambiguous",
        (),
        "mailing-resend",
        state=_in_doubt,
    ),
    Hint("mailings resume _", "mailings resume {paused}", (), "mailing-resume"),
    Hint("mailings show _", "mailings show {paused}", shows="paused"),
    Hint("mailings show _ --watch", "mailings show {well} --watch", shows="done"),
    Hint("migrate", "migrate"),
    Hint("migrate --restored", "migrate --restored", action="mail-hold", shows="mailings release"),
    Hint("newsletters send _", "newsletters send morning", (), "issue-run"),
    Hint("operators grant _ editor", "operators grant desk editor", (), "operator-grant"),
    Hint("publications add --help", "publications add --help", shows="--sender-address"),
    Hint(
        "publications set _ --postal-address _",
        "publications set courier --postal-address '2 Bridge Street, London'",
        (),
        "publication-change",
    ),
    Hint("sample --help", "sample --help", shows="list"),
    Hint("senders list", "senders list", shows="courier"),
    Hint("senders rotate -p _", "senders rotate -p courier", (), "sender-rotate"),
    Hint("setup --export", "setup --export", shows="[[publications]]"),
    Hint("setup newsroom.toml", "setup newsroom.toml", shows="as the file says"),
    Hint("sources accept _", "sources accept {own}", (), "source-accept"),
    Hint("sources drop _", "sources drop {own}", (), "source-drop"),
    Hint("sources list", "sources list", shows="rested"),
    Hint("sources resume _", "sources resume {rested}", (), "source-resume"),
    Hint("sources set … --robots ignore", "sources set own --robots ignore", (), "source-change"),
    Hint("subscribers import … --json", _FILE, (), "newsletter-import"),
    Hint("tokens add _", "tokens add desk", (), "token-add"),
    Hint("tokens add _ --role sender", "tokens add desk --role sender", (), "token-add"),
)
# What runs until it is stopped, or beside a whole installation: a test that runs it, by its words.
ELSEWHERE = {
    "beat": ("docker-compose.yml", "command: [beat]"),
    "keys end master": ("tests/cli/test_keys.py", 'run("end", "master", '),
    "sample list": ("tests/cli/test_sample.py", '"list"'),
    "subscribers export": ("tests/cli/test_newsletters.py", '["export", "-n", "morning"'),
    "subscribers import": ("tests/cli/test_subscribers.py", '["import", str(file), "-n"'),
    "up": ("tests/journeys/test_up.py", '"up", "--json"'),
    "up --restored": ("tests/journeys/test_restore.py", "--restored"),
    "web": ("docker-compose.yml", "command: [web, "),
    "worker build tick": ("docker-compose.yml", "command: [worker, build, tick]"),
}
