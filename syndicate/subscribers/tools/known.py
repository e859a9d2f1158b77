"""The tools whose files are known, and which of them a file is of."""

from collections.abc import Sequence

from syndicate.subscribers.tools.brevo import BREVO
from syndicate.subscribers.tools.ghost import GHOST
from syndicate.subscribers.tools.listmonk import LISTMONK
from syndicate.subscribers.tools.mailchimp import MAILCHIMP
from syndicate.subscribers.tools.mailpoet import MAILPOET
from syndicate.subscribers.tools.mailtrain import MAILTRAIN
from syndicate.subscribers.tools.substack import SUBSTACK, SUBSTACK_DASHBOARD
from syndicate.subscribers.tools.tool import Tool
from syndicate.subscribers.words import plain

TOOLS = (
    MAILCHIMP,
    LISTMONK,
    GHOST,
    MAILTRAIN,
    MAILPOET,
    SUBSTACK,
    SUBSTACK_DASHBOARD,
    BREVO,
)
# Of a list kept by hand, or of a tool that nobody here knows.
ANY = Tool("", frozenset())


def tool_of(names: Sequence[str]) -> Tool:
    """The tool that wrote a file with these columns; `ANY` where none is known."""
    said = [plain(name) for name in names]
    return next((tool for tool in TOOLS if tool.is_of(said)), ANY)
