"""scripts/install_packages.sh with stand-ins for the tools of Debian: what it asks, and that it asks only when it must."""

import os
import pathlib
import subprocess

import pytest

SCRIPT = pathlib.Path(__file__).parents[2] / "scripts/install_packages.sh"
LIST = "# why\n[one]\nalpha   # reason\nbeta\n\n[two]\nbeta\ngamma\n"


@pytest.fixture
def machine(tmp_path):
    """A copy of the script beside its own list, and a PATH where dpkg-query knows alpha and apt-get writes what it is told."""
    tools = tmp_path / "bin"
    tools.mkdir()
    (tmp_path / "packages.txt").write_text(LIST)
    (tmp_path / "install_packages.sh").write_text(SCRIPT.read_text())
    for name, body in {
        "dpkg-query": "echo 'installed alpha, '; echo 'not-installed gamma, epsilon'; echo 'installed other, delta, zeta (= 1.2)'",
        "apt-get": f'echo "$@" >> {tmp_path}/apt',
        "id": "echo 0",
    }.items():
        (tools / name).write_text(f"#!/bin/sh\n{body}\n")
        (tools / name).chmod(0o755)

    def run(*groups):
        done = subprocess.run(
            ["bash", tmp_path / "install_packages.sh", *groups],
            env={**os.environ, "PATH": f"{tools}:/usr/bin:/bin"}, capture_output=True, text=True,
        )  # fmt: skip
        calls = (tmp_path / "apt").read_text().splitlines() if (tmp_path / "apt").exists() else []
        return done, calls

    run.list = tmp_path / "packages.txt"
    return run


def test_only_what_is_missing_is_installed_once_and_named(machine):
    done, calls = machine("one", "two")
    assert (done.returncode, done.stdout) == (0, "installing Debian packages: beta gamma\n"), done.stderr
    assert len(calls) == 2
    assert calls[0].endswith(" update")
    assert calls[1].endswith(" install -y --no-install-recommends beta gamma")


def test_nothing_missing_is_silent_and_asks_nothing_of_apt(machine):
    machine.list.write_text("[one]\nalpha\n")
    done, calls = machine("one")
    assert (done.returncode, done.stdout, calls) == (0, "", [])


def test_what_an_installed_package_provides_is_installed(machine):
    machine.list.write_text("[one]\ndelta\nzeta\nepsilon\n")
    done, calls = machine("one")
    assert done.stdout == "installing Debian packages: epsilon\n"
    assert calls[1].endswith(" install -y --no-install-recommends epsilon")


def test_an_unknown_group_is_an_error(machine):
    done, calls = machine("three")
    assert done.returncode == 2 and "three" in done.stderr and calls == []


def test_every_package_of_the_real_list_has_a_group_and_is_a_name():
    group = None
    for line in (SCRIPT.parent / "packages.txt").read_text().splitlines():
        line = line.split("#")[0].strip()
        if line.startswith("["):
            group = line
        elif line:
            assert group and line.replace("-", "").replace("+", "").replace(".", "").isalnum(), line
