"""What is written of the settings, strongest first: environment, secret files, a TOML file.

An unknown name is refused with the nearest known one: a misspelt setting that is silently ignored
is found out on the worst night.
"""

import importlib
import os
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from syndicate.errors import SettingsError

PREFIX = "SYNDICATE_"
# Set by the supervisor and the shell, read before there are settings: not settings themselves.
NOT_SETTINGS = frozenset({"SYNDICATE_STACK", "SYNDICATE_CONFIG", "SYNDICATE_SECRETS_DIR"})


def written(known: Collection[str], environment: Mapping[str, str]) -> dict[str, object]:
    """Each setting that is written somewhere, as its strongest place has it.

    Args:
        known: names of all settings, in small letters and without the prefix.
        environment: variables of this process that may be ours.

    Raises:
        SettingsError: a name is unknown, or a file cannot be read.
    """
    secrets_dir = os.environ.get("SYNDICATE_SECRETS_DIR")
    files = _secret_files(Path(secrets_dir)) if secrets_dir else {}
    _refuse_unknown_names([*environment, *(path.name for path in files.values())], known)
    return {
        **dict(_in_the_file(known)),
        **dict(_in_files(files)),
        **dict(_in_the_environment(known, environment)),
    }


def has_file() -> bool:
    """Whether this process has a file of settings of its own."""
    return _config_file().is_file()


def secret_files(secret: Collection[str]) -> list[Path]:
    """The files in which a secret is written, as far as they are there.

    Args:
        secret: names of the settings that are one, or hold one.
    """
    folder = Path(os.environ.get("SYNDICATE_SECRETS_DIR") or "")
    found = list(_secret_files(folder).values()) if folder.name and folder.is_dir() else []
    config = _config_file()
    try:
        said = tomllib.loads(config.read_text("utf-8")) if config.is_file() else {}
    except (OSError, ValueError):
        said = {}  # whoever reads its settings says so
    return sorted([*found, *([config] if set(secret) & set(said) else [])])


def _in_the_environment(
    known: Collection[str], environment: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    for name, value in environment.items():
        own = name.upper().removeprefix(PREFIX).lower()
        if name.upper().startswith(PREFIX) and own in known and not _is_blank(value):
            yield own, value


def _secret_files(folder: Path) -> dict[str, Path]:
    """Files of ours by the setting that they hold; others may put theirs there too."""
    if not folder.is_dir():
        raise SettingsError(
            f"SYNDICATE_SECRETS_DIR names {folder}, which is not a folder; create it, with "
            "one file per secret setting, or unset it."
        )
    ours = (path for path in folder.iterdir() if path.name.upper().startswith(PREFIX))
    return {path.name.upper().removeprefix(PREFIX).lower(): path for path in ours}


def _in_files(files: Mapping[str, Path]) -> Iterator[tuple[str, str]]:
    for name, path in files.items():
        try:
            value = path.read_text("utf-8").strip()
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
            raise SettingsError(f"The secret file {path} cannot be read: {why}.") from error
        if not _is_blank(value):
            yield name, value


def _in_the_file(known: Collection[str]) -> Iterator[tuple[str, object]]:
    path = _config_file()
    if not path.is_file():
        return
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}.") from error
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise SettingsError(f"The file {path} cannot be read: {why}.") from error
    for name, value in found.items():
        if name not in known:
            raise SettingsError(_unknown(name, known))
        # An empty text: a path of it would be the folder we stand in.
        if not _is_blank(value):
            yield name, value


def _config_file() -> Path:
    return Path(os.environ.get("SYNDICATE_CONFIG") or "syndicate.toml")


def _is_blank(value: object) -> bool:
    return isinstance(value, str) and not value.strip()


def _refuse_unknown_names(names: list[str], settings: Collection[str]) -> None:
    known = {f"{PREFIX}{name.upper()}" for name in settings} | NOT_SETTINGS
    for name in names:
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            raise SettingsError(_unknown(name, known))


def _unknown(name: str, known: Collection[str]) -> str:
    difflib = importlib.import_module("difflib")
    near = difflib.get_close_matches(name.upper(), {each.upper() for each in known}, n=1)
    spelt = near[0].lower() if near and name.islower() else "".join(near)
    hint = f"did you mean {spelt}?" if near else "docs/operations.md lists them all."
    return f"There is no setting {name}; {hint}"
