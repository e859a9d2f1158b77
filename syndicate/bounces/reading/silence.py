"""Whether a reply says anything beside its codes; pure.

A code counts against an address only where the words agree with it, or where there are none: beside
"550 5.1.1" stood "has sent to too many recipients this hour", and it ended subscriptions. So words
that nobody understood are not the same as no words. No words are: addresses, hosts, links, numbers
and marks, and what every refusal says of itself ("recipient address rejected", "delivery failed").
"""

import re

# Words of a refusal that say of themselves only that it is one, about whom, and from where.
_HOLLOW = re.compile(
    r"a|action|address|addressee|addresses|an|and|are|as|at|be|because|been|below|bounce"
    r"|bounced|bounces|by|code|command|copy|could|couldn't|deliver|deliverable|delivered"
    r"|delivering|delivery|destination|details|diagnostic|did|does|dsn|e-mail|email|error"
    r"|errors|esmtp|failed|failing|failure|failures|fatal|follow|following|follows|for|from"
    r"|fully|further|gsmtp|had|has|have|header|headers|help|here|host|i|in|information"
    r"|intended|is|it|its|lhlo|like|lmtp|mail|mailer|mails|mailto|message|messages|more|mta|mx"
    r"|no|not|notification|of|on|one|or|original|our|permanent|permanently|please|problem|rcpt"
    r"|reason|reasons|recipient|recipients|refused|rejected|rejecting|rejects|remote|replied"
    r"|reply|report|request|requested|responded|response|returned|rfc822|said|says|see|server"
    r"|session|smtp|someone|sorry|status|taken|talking|that|the|their|this|to|transaction"
    r"|transcript|unable|undeliverable|undelivered|unfortunately|user|via|was|we|were|while"
    r"|with|you|your"
)
_LINK = re.compile(r"https?://\S+")
# A host, a number, an identifier: whatever is written with signs or digits inside.
_MARK = re.compile(
    r"(?<!\S)[^\s0-9@_/\\=#\[\]{}|*<>]*+[0-9@_/\\=#\[\]{}|*<>]\S*|(?<!\S)[^\s.:]*+[.:]\S+"
)
# Words that a sign joins say what words say: "I/O error", "reason=disk_full", "rejected:spam".
_JOINED = re.compile(r"(?<!\S)[^\W\d_]++(?:[/=_:|][^\W\d_]++)++(?=[,;.]?(?!\S))")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")  # noqa: RUF001 - as programs write it


def is_silent(text: str) -> bool:
    """Whether nothing is said beside codes, names and the bare fact of a refusal.

    Args:
        text: as `reasons.simplified` makes it.
    """
    plain = _MARK.sub(" ", _JOINED.sub(_apart, _LINK.sub(" ", text)))
    return all(_HOLLOW.fullmatch(word) for word in _WORD.findall(plain))


def _apart(joined: re.Match[str]) -> str:
    return re.sub(r"[/=_:|]", " ", joined[0])
