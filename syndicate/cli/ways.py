"""`syndicate doctor --only ways`: how each way of telling rings is."""

from pathlib import Path

from syndicate import phrases
from syndicate.alarms.telling import standing, ways
from syndicate.cli.findings import Finding
from syndicate.settings import Settings
from syndicate.store.ground.session import transaction
from syndicate.store.maintenance import migrate


def check_ways(own: Settings, _data_dir: Path) -> Finding:
    """Whether what rings reaches somebody who looks at no console."""
    if own.database_url is None:
        return Finding("ways", "ok", "How rings are told is in the database; none is running yet.")
    migrate.require_current()
    with transaction() as tx:
        found = standing.every(tx, own)
    troubles = [*ways.problems(own), *(each.trouble for each in found if each.trouble)]
    if troubles:
        return Finding("ways", "fail", " ".join(troubles))
    told = [each.name for each in found if each.way != ways.DEAD_MAN]
    if not told:
        says = (
            "Nobody is told of what rings: set SYNDICATE_BELL_WEBHOOKS or SYNDICATE_BELL_MAIL, or "
            "add an operator who may add operators."
        )
        return Finding("ways", "warn", says)
    says = f"Rings are told by {phrases.listed(told)}."
    if len(told) < len(found):
        says += " The dead-man's address takes its pings."
    if own.bell_dead_man_url is None and own.environment == "production":
        says += (
            " Nobody outside hears when this machine is gone: set SYNDICATE_BELL_DEAD_MAN_URL, or "
            "alert on absent(syndicate_up)."
        )
        return Finding("ways", "warn", says)
    return Finding("ways", "ok", says)
