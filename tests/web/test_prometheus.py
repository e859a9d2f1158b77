"""What deploy/ holds for Prometheus and Grafana names what is exported, and rings by its causes."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from syndicate import clock
from syndicate.store.ground.session import transaction
from syndicate.store.platform import heartbeats
from syndicate.store.platform.heartbeats import HeartKind
from tests.web import operators
from tests.web.newsroom import Newsroom

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
RULES = DEPLOY / "prometheus" / "syndicate.rules.yml"
BOARD = DEPLOY / "grafana" / "syndicate.json"
CASES = Path(__file__).with_name("prometheus_rules.yml")
_METRIC = re.compile(r"\b(?:syndicate|process|python)_[a-z_]+\b")
_WORDS = re.compile(r'([a-z_]+)=~?"([^"]+)"')
promtool = pytest.mark.debian("promtool")


def run(*argv: str, said: str | None = None) -> str:
    program = shutil.which("promtool")
    assert program
    done = subprocess.run(
        [program, *argv], input=said, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def rules() -> list[dict[str, Any]]:
    return [
        rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]
    ]


def expressions() -> list[str]:
    """Every PromQL of rules and dashboard."""
    panels = json.loads(BOARD.read_text())["panels"]
    drawn = [target["expr"] for panel in panels for target in panel["targets"]]
    return [*(rule["expr"] for rule in rules()), *drawn]


@pytest.fixture
def scraped(browser: TestClient, newsroom: Newsroom) -> str:
    operators.mailing(newsroom)
    with transaction() as tx:
        operators.incident(tx)
        heartbeats.hear(tx, HeartKind.WORKER, "bulk@host", now=clock.now(), queues=["bulk"])
    return browser.get("/metrics", headers=operators.bearer("viewer")).text


def samples(scraped: str) -> Iterator[tuple[str, dict[str, str]]]:
    for family in text_string_to_metric_families(scraped):
        for sample in family.samples:
            yield sample.name, sample.labels


def test_every_metric_and_label_that_rules_and_dashboard_name_is_exported(scraped: str) -> None:
    found = list(samples(scraped))
    names = {name for name, _ in found}
    labels = {label for _, held in found for label in held}

    wanted = {name for each in expressions() for name in _METRIC.findall(each)}
    asked = {label for each in expressions() for label, _ in _WORDS.findall(each)}

    assert wanted - names == set()
    assert asked - labels == set()
    assert len(wanted) > 15


def test_every_rule_says_how_loud_it_is_and_what_to_do() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in {"page", "notice"}
        assert set(rule["annotations"]) == {"summary", "description"}


@promtool
def test_promtool_reads_the_rules_and_every_expression_of_the_dashboard(tmp_path: Path) -> None:
    drawn = [
        {"record": f"drawn:{number}", "expr": each} for number, each in enumerate(expressions())
    ]
    both = tmp_path / "drawn.yml"
    both.write_text(yaml.safe_dump({"groups": [{"name": "drawn", "rules": drawn}]}))

    assert f"{len(rules())} rules found" in run("check", "rules", str(RULES))
    run("check", "rules", str(both))


@promtool
def test_each_rule_rings_by_its_cause_and_none_while_all_is_well(tmp_path: Path) -> None:
    shutil.copy(RULES, tmp_path)
    shutil.copy(CASES, tmp_path)

    assert "SUCCESS" in run("test", "rules", str(tmp_path / CASES.name))

    tried = CASES.read_text()
    assert [rule["alert"] for rule in rules() if rule["alert"] not in tried] == []


@promtool
def test_promtool_finds_nothing_to_say_of_the_names(scraped: str) -> None:
    own = [line for line in scraped.splitlines() if re.match(r"(# \w+ )?syndicate_", line)]

    assert run("check", "metrics", said="\n".join(own) + "\n") == ""
