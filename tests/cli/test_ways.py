"""`syndicate doctor --only ways`: what of telling rings does not work, in its words."""

import pytest

from syndicate.cli import doctor
from syndicate.cli.findings import Finding
from syndicate.store.ground.session import transaction
from syndicate.store.platform import operators
from syndicate.store.platform.tokens import Grant, Permission
from tests import rows
from tests.alarms.telling.steps import KEY, use


def ways() -> Finding:
    [finding] = doctor.examine(["ways"])
    return finding


@pytest.mark.usefixtures("database")
def test_the_ways_are_named_and_nobody_told_is_warned_of(settings_env: pytest.MonkeyPatch) -> None:
    use(settings_env, bell_mail="[]")
    assert ways().state == "warn"
    assert ways().says.startswith("Nobody is told of what rings: set SYNDICATE_BELL_WEBHOOKS or")

    with transaction() as tx:
        operators.grant(tx, rows.operator(tx, "chief").id, [Grant(Permission.OPERATORS)])
    assert ways() == Finding("ways", "ok", "Rings are told by mail.")

    hooks = "https://hooks.example/a slack+https://hooks.slack.com/services/x#desk"
    use(settings_env, bell_webhooks=hooks, bell_webhook_key=KEY)
    said = "Rings are told by webhook hooks.example, Slack webhook desk and mail."
    assert ways() == Finding("ways", "ok", said)

    use(settings_env, bell_dead_man_url="https://hc.example/x")
    assert ways() == Finding("ways", "ok", f"{said} The dead-man's address takes its pings.")


@pytest.mark.usefixtures("database")
def test_an_in_house_server_that_cannot_be_one_fails(settings_env: pytest.MonkeyPatch) -> None:
    use(settings_env, bell_allow_origins='["169.254.169.254:80"]', bell_mail='["n@example.com"]')

    assert ways().state == "fail"
    assert ways().says.startswith("SYNDICATE_BELL_ALLOW_ORIGINS: 169.254.169.254:80 cannot be")


@pytest.mark.usefixtures("database")
def test_in_production_somebody_outside_is_to_hear_that_we_are_gone(
    settings_env: pytest.MonkeyPatch,
) -> None:
    night = '["n@example.com"]'
    use(settings_env, environment="production", bell_mail=night, mail_allow_list=night)

    assert ways().state == "warn"
    assert "set SYNDICATE_BELL_DEAD_MAN_URL" in ways().says
