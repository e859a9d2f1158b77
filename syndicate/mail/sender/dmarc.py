"""What a domain asks receivers to do with mail that cannot prove where it is from.

Source: RFC 7489 3.1, 6.3 and 6.6.3.
"""

from syndicate.mail.sender.lines import Answer, Ask, Line, shown, tags, txt
from syndicate.newsroom.alignment import is_aligned, organisation
from syndicate.vocabulary.sending import RecordState, SenderRecord

_POLICIES = frozenset({"none", "quarantine", "reject"})


def line(domain: str, signs_as: str | None, ask: Ask) -> Line:
    """The line of the table.

    Args:
        domain: of the From address, in ASCII.
        signs_as: the domain of our DKIM signature; None where the relay signs.
        ask: asks DNS.
    """
    wanted = txt(f"_dmarc.{domain}", f"v=DMARC1; p=none; rua=mailto:postmaster@{domain}")
    where, answer = _looked_up(domain, ask)
    own = _records(answer)
    if not own and answer.trouble:
        state, do = RecordState.UNKNOWN, "Ask again when DNS answers."
        return Line(SenderRecord.DMARC, state, wanted, answer.trouble, do)
    wrong = _trouble(domain, own, signs_as)
    found = f"{shown(own)} (at _dmarc.{where})" if own else "nothing"
    if wrong:
        return Line(SenderRecord.DMARC, RecordState.WRONG, wanted, found, wrong)
    return Line(SenderRecord.DMARC, RecordState.GOOD, wanted, found, _advice(domain, where, own[0]))


def _looked_up(domain: str, ask: Ask) -> tuple[str, Answer]:
    """Where the record was looked for last, and what stood there."""
    answer = ask("TXT", f"_dmarc.{domain}")
    above = organisation(domain)
    if _records(answer) or answer.trouble or above == domain:
        return domain, answer
    return above, ask("TXT", f"_dmarc.{above}")


def _records(answer: Answer) -> list[str]:
    return [each for each in answer.found if each.lower().replace(" ", "").startswith("v=dmarc1")]


def _trouble(domain: str, own: list[str], signs_as: str | None) -> str:
    """What to do about it; empty where it counts, and our mail passes."""
    if not own:
        return f"Publish a record at _dmarc.{domain}; large receivers refuse bulk mail without one."
    if len(own) > 1:
        return f"Leave one of the {len(own)} records: receivers follow none of several."
    said = tags(own[0])
    if said.get("p", "").lower() not in _POLICIES:
        return "Say p=none, p=quarantine or p=reject: without one of them it does not count."
    if signs_as is None or is_aligned(domain, signs_as, said.get("adkim", "r")):
        return ""
    if said.get("adkim", "r").lower() == "s":
        return f"Sign as {domain}, not as {signs_as}, or take adkim=s out."
    return f"Sign as {domain}: {signs_as} is another owner's name."


def _advice(domain: str, where: str, record: str) -> str:
    """What would be better still; nothing is wrong without it."""
    said = tags(record)
    policy = said.get("sp", said["p"]) if where != domain else said["p"]
    if policy.lower() == "none":
        return "Nothing for now. Once the reports name no mail of yours: p=quarantine."
    return ""
