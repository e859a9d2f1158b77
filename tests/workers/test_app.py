"""Each worker loads the tasks of its own queues, all of them, and nothing else."""

import importlib
from types import ModuleType

import celery.worker.state
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


@pytest.mark.parametrize(
    ("should_stop", "should_terminate", "is_stopping"),
    [
        (None, None, False),
        (False, False, False),
        (0, None, True),  # SIGTERM: the exit code of a warm stop
        (None, 0, True),
        (None, 1, True),
    ],
)
def test_a_worker_told_to_stop_knows_it(
    module: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    *,
    should_stop: int | None,
    should_terminate: int | None,
    is_stopping: bool,
) -> None:
    monkeypatch.setattr(celery.worker.state, "should_stop", should_stop)
    monkeypatch.setattr(celery.worker.state, "should_terminate", should_terminate)

    assert module.is_stopping() is is_stopping
