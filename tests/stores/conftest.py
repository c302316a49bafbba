"""A bucket of each cloud that can be had on loopback, empty and nobody else's.

The clouds' tests do not disturb each other, so they may run side by side: `pytest tests/stores --cloud gs`, `… --cloud s3` and
`… --cloud az` are all of them, each once.
"""

import itertools
from pathlib import Path

import pytest

from support.bad_cloud import BadCloud, stall
from support.emulators import EMULATORS
from support.google_proxy import google_before
from support.waiting import wait_for

numbers = itertools.count(1)


def pytest_addoption(parser):
    parser.addoption("--cloud", action="append", choices=[*EMULATORS], help="only its tests; may be given again; default: all clouds")


def pytest_collection_modifyitems(config, items):
    wanted = config.getoption("cloud", None)
    if not wanted:
        return
    left_out = [item for item in items if Path(__file__).parent in item.path.parents and cloud_of(item) not in wanted]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


def cloud_of(item) -> str:
    """What is not for each cloud is with the first."""
    return item.callspec.params.get("cloud", next(iter(EMULATORS))) if hasattr(item, "callspec") else next(iter(EMULATORS))


@pytest.fixture(scope="session", params=EMULATORS)
def cloud(request, session_directory):
    """Runs until the last of its tests: none may stop it."""
    with EMULATORS[request.param](session_directory / f"cloud-{request.param}") as emulator:
        yield emulator


@pytest.fixture
def bucket(cloud) -> str:
    """Its URL, with a prefix: a store seldom has a bucket to itself."""
    return cloud.make_bucket(f"bucket-{next(numbers)}") + "/models/of-ours"


@pytest.fixture
def tfhub(tfhub, cloud):
    """The command, with what it needs to reach the cloud."""
    return tfhub.with_env(**cloud.settings())


@pytest.fixture
def bad(cloud):
    """What stands between the cloud and whoever is given its settings()."""
    with BadCloud(cloud) as between:
        yield between


@pytest.fixture
def held_in_the_midst(tfhub, bad):
    """held_in_the_midst(target, *command, **env) starts a command that writes many objects of this target, and returns when 21 of them are
    in the bucket. It has been told of 20: it waits for more answers, and cannot end before bad.call_off()."""

    def start(target: str, *command, **env):
        written = []

        def pass_on(exchange):
            outcome = exchange.pass_on()
            written.append(exchange)
            return outcome

        def do_and_stall(exchange):
            exchange.ask()
            written.append(exchange)
            return stall(exchange)

        bad.plan("PUT|POST", target, *[pass_on] * 20, do_and_stall, *[stall] * 1000, always=True)
        process = tfhub.with_env(**bad.settings(), **env).start(*command)
        wait_for(lambda: len(written) == 21 or process.poll() is not None, "nothing is being written")
        assert process.poll() is None, str(tfhub.finish(process))
        return process

    return start


@pytest.fixture(scope="module")
def google(cloud, module_scratch):
    with google_before(cloud, module_scratch) as google:
        yield google
