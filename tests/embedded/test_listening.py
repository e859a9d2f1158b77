"""Taking a port before anything is written."""

import socket

import pytest

from syndicate.embedded import listening
from syndicate.errors import PortInUseError, RefusedError, SettingsError, UnknownHostError


def test_port_zero_takes_a_free_one() -> None:
    with listening.listen("127.0.0.1", 0) as listener:
        port = listening.port_of(listener)
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            assert port > 0


def test_a_port_in_use_is_said_with_what_to_do() -> None:
    with listening.listen("127.0.0.1", 0) as listener:
        port = listening.port_of(listener)

        with pytest.raises(
            PortInUseError, match=f"listens on 127.0.0.1:{port}; .* --port"
        ) as caught:
            listening.listen("127.0.0.1", port)

    assert caught.value.ids == {"port": port}
    assert caught.value.exit_code == 4


def test_an_unknown_host_exits_with_three() -> None:
    with pytest.raises(UnknownHostError, match=r"news\.invalid does not resolve") as caught:
        listening.listen("news.invalid", 0)

    assert caught.value.exit_code == 3


def test_an_address_of_another_machine_is_a_bad_setting() -> None:
    with pytest.raises(SettingsError, match=r"192\.0\.2\.1 is not an address of this machine"):
        listening.listen("192.0.2.1", 0)


def test_a_port_that_is_not_ours_to_take_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(*_args: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket, "create_server", deny)

    with pytest.raises(RefusedError, match=r"127.0.0.1:80 \(Permission denied\)"):
        listening.listen("127.0.0.1", 80)
