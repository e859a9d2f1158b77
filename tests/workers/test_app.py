"""Each worker loads the tasks of its own queues, all of them, and nothing else."""

import importlib
from types import ModuleType

import pytest

from syndicate import jobs
from syndicate.embedded import plan


@pytest.fixture
def module() -> ModuleType:
    return importlib.import_module("workers.app")


@pytest.mark.parametrize("queues", list(plan.WORKERS.values()), ids=list(plan.WORKERS))
def test_a_worker_loads_the_tasks_of_its_queues(
    module: ModuleType, queues: tuple[str, ...]
) -> None:
    argv = plan.worker_argv("any", queues)

    loaded = module.modules_for(argv)

    wanted = {job.name.partition(".")[0] for job in jobs.ALL if job.queue in queues}
    assert set(loaded) == {f"workers.{name}" for name in wanted}
    for name in loaded:
        importlib.import_module(name)


def test_the_clock_loads_none(module: ModuleType) -> None:
    assert module.modules_for(plan.beat_argv()) == []


def test_whoever_names_no_queue_gets_all(module: ModuleType) -> None:
    loaded = module.modules_for(["pytest"])

    for name in loaded:
        importlib.import_module(name)
    assert {name for name in module.app.tasks if not name.startswith("celery.")} == {
        job.name for job in jobs.ALL
    }
