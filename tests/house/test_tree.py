"""The shape of the tree: layers, sizes, names, and what no file may say."""

import ast
import importlib.metadata
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from tests.house import trees

ROOT = Path(__file__).resolve().parents[2]
DRAWERS = {"utils", "util", "common", "helpers", "helper", "misc", "base", "manager", "stuff"}
READING_KNOWS = {"errors", "languages", "scripts", "vocabulary", "bounds", "characters", "uris"}
OLDEST_PYTHON = "3.11.2"
MODULE_LINES = 400
FUNCTION_LINES = 50
# Built from halves, so that this file does not name what it forbids.
REGISTRIES = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "registry." + "npmjs.org",
    "deb." + "debian.org",
    "proxy." + "golang.org",
    "static." + "crates.io",
    "repo1." + "maven.org",
]
MACHINE_PATHS = ["/wo" + "rk/", "/ro" + "oms/", "/root/.py" + "env"]


def tracked() -> list[Path]:
    """Every file of the repository: those that git knows, or all where there is no git."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True)
        names = done.stdout.splitlines()
    except (FileNotFoundError, subprocess.CalledProcessError):
        tops = ("syndicate", "workers", "templates", "static", "tests", "docs", "bench", "deploy")
        found = [path for top in tops for path in (ROOT / top).rglob("*")]
        found += ROOT.glob("*")
        names = [str(path) for path in found if "__pycache__" not in path.parts]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def sources(*tops: str) -> list[Path]:
    return [path for top in tops for path in sorted((ROOT / top).rglob("*.py"))]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def contracts() -> list[dict[str, object]]:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    found: list[dict[str, object]] = config["tool"]["importlinter"]["contracts"]
    return found


def test_a_layer_names_every_package() -> None:
    layers = next(each["layers"] for each in contracts() if each["type"] == "layers")
    assert isinstance(layers, list)
    placed = {name.strip() for layer in layers for name in layer.split("|")}

    children = [path for path in (ROOT / "syndicate").iterdir() if path.name[:2] not in {"__", "."}]
    present = {
        f"syndicate.{path.stem}"
        for path in children
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }

    # Catalogues are data, read by `translations`. lint-imports misses absent packages.
    assert present - placed == {"syndicate.locale"}


def drawn() -> list[set[str]]:
    """The layers as the architecture draws them, from the top."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    drawing = text.partition("Imports go one way,")[2].split("```")[1]
    parts = drawing.replace("(| = may not see each other)", "").split(">")
    return [{name.strip() for name in part.split("|")} for part in parts]


def test_the_layers_are_drawn_as_they_are_checked() -> None:
    layers = next(each["layers"] for each in contracts() if each["type"] == "layers")
    assert isinstance(layers, list)
    checked = [
        {name.strip().removeprefix("syndicate.") for name in layer.split("|")} for layer in layers
    ]

    assert drawn() == checked


def test_sql_is_forbidden_to_every_package_but_store() -> None:
    contract = next(each for each in contracts() if each["name"] == "SQL only in store")
    sources_named = contract["source_modules"]
    assert isinstance(sources_named, list)
    layers = next(each["layers"] for each in contracts() if each["type"] == "layers")
    assert isinstance(layers, list)
    placed = {name.strip() for layer in layers for name in layer.split("|")}

    free = placed - set(sources_named)

    assert free == {"syndicate.store"}


def test_reading_may_know_little_of_ours() -> None:
    """A package that is new must be forbidden to `reading`, or named here and in the page."""
    contract = next(each for each in contracts() if str(each["name"]).startswith("Reading"))
    forbidden = contract["forbidden_modules"]
    assert isinstance(forbidden, list)
    layers = next(each["layers"] for each in contracts() if each["type"] == "layers")
    assert isinstance(layers, list)
    placed = {name.strip() for layer in layers for name in layer.split("|")}

    allowed = placed - set(forbidden) - {"syndicate.reading"}

    assert allowed == {f"syndicate.{name}" for name in READING_KNOWS}


def test_no_module_is_a_drawer() -> None:
    drawers = [
        named(path)
        for path in sources("syndicate", "workers", "tests", "bench")
        if path.stem.strip("_") in DRAWERS or path.parent.name in DRAWERS
    ]

    assert drawers == []


def test_no_module_is_longer_than_a_sitting() -> None:
    """Migrations are exempt: they are as long as their tables."""
    long = {
        named(path): lines
        for path in sources("syndicate", "workers", "tests", "bench")
        if "versions" not in path.parts
        and (lines := len(path.read_text().splitlines())) > MODULE_LINES
    }

    assert long == {}


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Each function and its lines, without its docstring (which says shape, unit and source)."""
    for node in trees.walk(trees.tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            first = node.body[0]
            if ast.get_docstring(node) is not None:
                lines -= (first.end_lineno or first.lineno) - first.lineno + 1
            yield node.name, lines


def test_no_function_is_longer_than_a_page() -> None:
    long = {
        f"{named(path)}:{name}": lines
        for path in sources("syndicate", "workers", "tests", "bench")
        if "versions" not in path.parts
        for name, lines in functions(path)
        if lines > FUNCTION_LINES
    }

    assert long == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        named(path)
        for path in sources("syndicate", "workers")
        if not ast.get_docstring(trees.tree(path))
    ]

    assert silent == []


@pytest.mark.parametrize("forbidden", [*REGISTRIES, *MACHINE_PATHS])
def test_nothing_names_a_registry_or_a_machine(forbidden: str) -> None:
    naming = [named(path) for path in tracked() if forbidden.encode() in path.read_bytes()]

    assert naming == []


def test_the_pins_are_versions_and_nothing_else() -> None:
    odd = [
        line
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)
    ]

    assert odd == []


def test_every_requirement_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *(each for extra in extras.values() for each in extra)]
    pinned = {
        canonical(line.split("==")[0])
        for line in (ROOT / "constraints.txt").read_text().splitlines()
    }

    unpinned = {canonical(re.split(r"[^A-Za-z0-9._-]", each)[0]) for each in asked} - pinned

    assert unpinned == set()


def test_every_pin_installs_on_the_oldest_python() -> None:
    """On a newer Python pip picks versions that Debian 12 (3.11.2) refuses."""
    refused = {
        f"{found.name}=={found.version}"
        for found in importlib.metadata.distributions()
        if OLDEST_PYTHON not in SpecifierSet(str(found.metadata.json.get("requires_python", "")))
    }

    assert refused == set()


def canonical(name: str) -> str:
    """A distribution's name in its one spelling (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
