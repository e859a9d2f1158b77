"""Job names, registered tasks, the processes of a stack and docker-compose.yml agree."""

import importlib
from collections import Counter
from pathlib import Path

import yaml

from syndicate import jobs
from syndicate.embedded import plan

ROOT = Path(__file__).resolve().parents[2]


def registered() -> set[str]:
    app = importlib.import_module("workers.app").app
    app.loader.import_default_modules()
    return {name for name in app.tasks if not name.startswith("celery.")}


def composed_workers() -> list[tuple[str, ...]]:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    commands = [service.get("command", []) for service in services.values()]
    return [
        tuple(word for word in command[1:] if not word.startswith("--"))
        for command in commands
        if command[:1] == ["worker"]
    ]


def test_every_job_is_a_task_and_every_task_a_job() -> None:
    assert registered() == {job.name for job in jobs.ALL}


def test_job_names_are_unique() -> None:
    twice = [name for name, times in Counter(job.name for job in jobs.ALL).items() if times > 1]

    assert twice == []


def test_every_constant_of_a_job_is_listed() -> None:
    constants = {each for each in vars(jobs).values() if isinstance(each, jobs.Job)}

    assert constants == set(jobs.ALL)


def test_each_queue_has_one_worker_in_a_stack() -> None:
    served = [queue for queues in plan.WORKERS.values() for queue in queues]

    assert sorted(served) == list(jobs.QUEUES)


def test_compose_runs_the_same_workers() -> None:
    assert sorted(composed_workers()) == sorted(plan.WORKERS.values())


def test_the_clock_rings_jobs_only() -> None:
    app = importlib.import_module("workers.app").app
    by_name = {job.name: job.queue for job in jobs.ALL}

    rung = {each["task"]: each["options"]["queue"] for each in app.conf.beat_schedule.values()}

    assert rung == {name: by_name[name] for name in rung}
    assert all(each["options"]["expires"] for each in app.conf.beat_schedule.values())
