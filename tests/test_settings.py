"""Settings: from four places in one order, and never ignored in silence."""

from collections.abc import Callable
from pathlib import Path

import pytest

from syndicate import settings
from syndicate.errors import SettingsError

Load = Callable[[], settings.Settings]


@pytest.fixture
def load(settings_env: pytest.MonkeyPatch) -> Load:
    def read() -> settings.Settings:
        settings.load.cache_clear()
        return settings.load()

    settings_env.delenv("SYNDICATE_REDIS_URL", raising=False)
    return read


def test_without_any_setting_the_defaults_hold(load: Load) -> None:
    found = load()

    assert (found.host, found.port, found.database_url) == ("127.0.0.1", 8080, None)


def test_environment_beats_secret_file_beats_toml(
    load: Load, settings_env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "syndicate.toml").write_text(
        'port = 1001\nhost = "127.0.0.2"\nmailbox_port = 1003\n'
    )
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "syndicate_port").write_text("1002\n")
    (tmp_path / "secrets" / "syndicate_host").write_text("127.0.0.3\n")
    settings_env.setenv("SYNDICATE_CONFIG", str(tmp_path / "syndicate.toml"))
    settings_env.setenv("SYNDICATE_SECRETS_DIR", str(tmp_path / "secrets"))
    settings_env.setenv("SYNDICATE_HOST", "127.0.0.4")

    found = load()

    assert (found.host, found.port, found.mailbox_port) == ("127.0.0.4", 1002, 1003)


def test_a_secret_file_is_read_without_its_last_newline(
    load: Load, settings_env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "syndicate_master_key").write_text("ab" * 32 + "\n")
    settings_env.delenv("SYNDICATE_MASTER_KEY")
    settings_env.setenv("SYNDICATE_SECRETS_DIR", str(tmp_path))

    assert load().key().signs == bytes.fromhex("ab" * 32)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("SYNDICATE_DATABSE_URL", "did you mean SYNDICATE_DATABASE_URL?"),
        ("SYNDICATE_QQQQQQQQQQQ", "docs/operations.md lists them all."),
    ],
)
def test_a_misspelt_variable_is_refused_with_the_nearest(
    load: Load, settings_env: pytest.MonkeyPatch, name: str, hint: str
) -> None:
    settings_env.setenv(name, "x")

    with pytest.raises(SettingsError) as caught:
        load()

    assert str(caught.value) == f"There is no setting {name}; {hint}"
    assert caught.value.exit_code == 2


def test_what_an_orchestrator_says_of_a_service_of_our_name_is_no_setting(
    load: Load, settings_env: pytest.MonkeyPatch
) -> None:
    settings_env.setenv("SYNDICATE_PORT", "tcp://10.43.0.7:8080")
    settings_env.setenv("SYNDICATE_PORT_8080_TCP_ADDR", "10.43.0.7")
    settings_env.setenv("SYNDICATE_SERVICE_HOST", "10.43.0.7")

    assert load().port == 8080


def test_a_misspelt_name_in_the_file_is_refused(
    load: Load, settings_env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "s.toml").write_text("prot = 1\n")
    settings_env.setenv("SYNDICATE_CONFIG", str(tmp_path / "s.toml"))

    with pytest.raises(SettingsError, match=r"There is no setting prot; did you mean port\?"):
        load()


def test_a_misspelt_secret_file_is_refused(
    load: Load, settings_env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "syndicate_master_kye").write_text("x")
    (tmp_path / "postgres_password").write_text("somebody else's")
    settings_env.setenv("SYNDICATE_SECRETS_DIR", str(tmp_path))

    with pytest.raises(SettingsError, match="syndicate_master_kye; did you mean"):
        load()


def test_a_secrets_folder_that_is_none_is_refused(
    load: Load, settings_env: pytest.MonkeyPatch
) -> None:
    settings_env.setenv("SYNDICATE_SECRETS_DIR", "/nonexistent/secrets")

    with pytest.raises(SettingsError, match="names /nonexistent/secrets, which is not a folder"):
        load()


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "eighty"), ("PORT", "70000"), ("ENVIRONMENT", "staging"), ("MAIL_BATCH_SIZE", "501")],
)
def test_a_value_that_cannot_be_is_one_sentence(
    load: Load, settings_env: pytest.MonkeyPatch, name: str, value: str
) -> None:
    settings_env.setenv(f"SYNDICATE_{name}", value)

    with pytest.raises(SettingsError, match=rf"^The setting {name.lower()} is not usable: [^\n]+$"):
        load()


def test_a_broken_file_is_one_sentence(
    load: Load, settings_env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "s.toml").write_text("port = = 1\n")
    settings_env.setenv("SYNDICATE_CONFIG", str(tmp_path / "s.toml"))

    with pytest.raises(SettingsError, match="is not valid TOML"):
        load()


@pytest.mark.parametrize("text", ["", "ab", "zz" * 32, "ab" * 31, "ab" * 33])
def test_a_master_key_that_is_none_is_refused_without_showing_it(
    load: Load, settings_env: pytest.MonkeyPatch, text: str
) -> None:
    settings_env.setenv("SYNDICATE_MASTER_KEY", text)

    with pytest.raises(SettingsError, match="openssl rand -hex 32") as caught:
        load().key()

    assert not text or text not in str(caught.value)


@pytest.mark.parametrize("blank", ["", "  "])
@pytest.mark.parametrize(
    "name", [name for name, each in settings.FIELDS.items() if each.default is None]
)
def test_an_empty_variable_is_one_that_nobody_set(
    load: Load, settings_env: pytest.MonkeyPatch, name: str, blank: str
) -> None:
    """Compose files and unit files pass on `SYNDICATE_X=` for what nobody has set."""
    settings_env.setenv(f"SYNDICATE_{name.upper()}", blank)

    assert getattr(load(), name) is None


@pytest.mark.parametrize("name", sorted(settings.FIELDS))
def test_an_empty_variable_leaves_the_default_or_what_the_file_says(
    load: Load, settings_env: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    (tmp_path / "syndicate.toml").write_text('hub_url = "https://hub.example/"\n')
    settings_env.setenv("SYNDICATE_CONFIG", str(tmp_path / "syndicate.toml"))
    settings_env.delenv(f"SYNDICATE_{name.upper()}", raising=False)
    unset = getattr(load(), name)

    settings_env.setenv(f"SYNDICATE_{name.upper()}", "")

    assert getattr(load(), name) == unset


def test_an_empty_secret_file_and_an_empty_text_in_the_file_are_none(
    load: Load, settings_env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "syndicate_relay_url").write_text("\n")
    (tmp_path / "syndicate.toml").write_text('journal = ""\nrelay_accept_log = ""\n')
    settings_env.setenv("SYNDICATE_CONFIG", str(tmp_path / "syndicate.toml"))
    settings_env.setenv("SYNDICATE_SECRETS_DIR", str(tmp_path))
    settings_env.delenv("SYNDICATE_RELAY_URL", raising=False)

    found = load()

    assert (found.journal, found.relay_accept_log, found.relay_url) == (None, None, None)


def test_an_empty_name_of_the_file_is_the_usual_one(
    load: Load, settings_env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "syndicate.toml").write_text("port = 1001\n")
    settings_env.chdir(tmp_path)
    settings_env.setenv("SYNDICATE_CONFIG", "")

    assert load().port == 1001


@pytest.mark.parametrize("name", ["MAIL_ALLOW_LIST", "MAIL_PACE"])
def test_a_list_that_is_no_json_is_one_sentence(
    load: Load, settings_env: pytest.MonkeyPatch, name: str
) -> None:
    settings_env.setenv(f"SYNDICATE_{name}", "desk@example.com")

    with pytest.raises(SettingsError, match=f"not JSON.*{name.lower()}") as caught:
        load()

    assert "desk@example.com" not in str(caught.value)


def test_secrets_are_not_printed(load: Load, settings_env: pytest.MonkeyPatch) -> None:
    settings_env.setenv("SYNDICATE_RELAY_URL", "smtp://user:hunter2@relay.example")

    assert "hunter2" not in repr(load())
    assert load().need("relay_url") == "smtp://user:hunter2@relay.example"


def test_what_is_needed_and_missing_is_said_with_the_way_out(load: Load) -> None:
    with pytest.raises(SettingsError, match=r"SYNDICATE_DATABASE_URL is not set; .*`syndicate up`"):
        load().need("database_url")


@pytest.mark.parametrize(
    ("public_url", "expected"),
    [
        (None, "http://127.0.0.1:8080"),
        ("https://news.example/", "https://news.example"),
        ("https://أخبار.example/", "https://xn--igbicxr.example"),
        ("HTTPS://News.example:8443", "https://news.example:8443"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_the_public_address_is_a_uri_without_a_slash_at_its_end(
    load: Load, settings_env: pytest.MonkeyPatch, public_url: str | None, expected: str
) -> None:
    if public_url:
        settings_env.setenv("SYNDICATE_PUBLIC_URL", public_url)

    assert load().base_url() == expected


@pytest.mark.parametrize(
    "public_url",
    [
        "http://127.0.0.1:8164/news",
        "https://news.example/a/b/",
        "https://news.example//",
        "https://news.example/?a=b",
        "https://news.example#top",
        "https://me:s3cret@news.example",
        "https://news.example\\news",
        "news.example",
        "ftp://news.example",
        "https://",
        "https://news.example:port",
    ],
)
def test_a_public_address_that_pages_cannot_link_under_is_refused_in_one_sentence(
    load: Load, settings_env: pytest.MonkeyPatch, public_url: str
) -> None:
    settings_env.setenv("SYNDICATE_PUBLIC_URL", public_url)

    with pytest.raises(SettingsError, match="public_url is not usable") as caught:
        load()

    assert "such as https://news.example;" in str(caught.value)
    assert "s3cret" not in str(caught.value)
