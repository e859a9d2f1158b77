"""What an orchestrator tells of a service that is called like us is no setting, and no fault."""

import pytest

from syndicate.orchestrators import without

OF_A_SERVICE = {
    "SYNDICATE_SERVICE_HOST": "10.43.0.7",
    "SYNDICATE_SERVICE_PORT": "8080",
    "SYNDICATE_SERVICE_PORT_HTTP": "8080",
    "SYNDICATE_PORT": "tcp://10.43.0.7:8080",
    "SYNDICATE_PORT_8080_TCP": "tcp://10.43.0.7:8080",
    "SYNDICATE_PORT_8080_TCP_PROTO": "tcp",
    "SYNDICATE_PORT_8080_TCP_PORT": "8080",
    "SYNDICATE_PORT_8080_TCP_ADDR": "10.43.0.7",
    # Others of the namespace, one of them with a name that makes a setting of ours.
    "SYNDICATE_WEB_SERVICE_HOST": "fd00::7",
    "SYNDICATE_MAILBOX_PORT": "tcp://[fd00::7]:1025",
    "SYNDICATE_LMTP_PORT": "udp://10.43.0.8:24",
    "SYNDICATE_LMTP_PORT_24_SCTP_ADDR": "10.43.0.8",
}


@pytest.mark.parametrize(("name", "said"), OF_A_SERVICE.items())
def test_what_tells_of_a_service_is_left_out(name: str, said: str) -> None:
    assert without({name: said, "SYNDICATE_HOST": "127.0.0.1"}) == {"SYNDICATE_HOST": "127.0.0.1"}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("SYNDICATE_PORT", "8081"),
        ("SYNDICATE_PORT", "eighty"),
        ("SYNDICATE_PORT", "http://10.43.0.7:8080"),
        ("SYNDICATE_RELAY_URL", "tcp://10.43.0.7:25"),
        ("SYNDICATE_PORTS", "tcp://10.43.0.7:25"),
        ("SYNDICATE_PORT_HTTP", "8080"),
        ("SYNDICATE_SERVICE", "x"),
    ],
)
def test_anything_else_is_left_to_the_settings(name: str, said: str) -> None:
    assert without({name: said}) == {name: said}
