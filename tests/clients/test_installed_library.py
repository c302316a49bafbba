"""What `make install` gives: a CMake package that C and C++ programs of users build against, and run."""

import os
import subprocess

import pytest

from support import models
from support.cmake import build, run
from support.command import REPOSITORY


@pytest.fixture(scope="module")
def prefix(installed):
    return installed


@pytest.fixture(scope="module")
def consumers(prefix, module_scratch):
    return build(REPOSITORY / "tests/clients/consumer", module_scratch / "consumer", prefix)


@pytest.fixture
def model(scratch):
    return models.saved_model(scratch / "model", size=500_000)


@pytest.mark.parametrize("program", ["consumer_cpp", "consumer_c"])
def test_a_program_of_a_user_publishes_resolves_pulls_and_inspects(consumers, publish, serve, model, tfhub, scratch, program):
    publish("acme/mul/1", model)
    handle = f"{serve().url}/acme/mul/1"
    env = {k: v for k, v in tfhub.env.items() if k != "TFHUB_CACHE_DIR"}
    told = run(consumers / program, model, scratch / "own-store", handle, scratch / "cache", scratch / "out",
               models.tfjs_model(scratch / "js"), env=env)
    assert "acme/consumer/1" in told and str(scratch / "cache") in told
    assert models.tree(scratch / "out") == models.tree(model)
    assert models.tree(scratch / "own-store/acme/consumer/1/uncompressed") == models.tree(model)


@pytest.mark.parametrize("language", ["cpp", "c"])
def test_the_examples_of_the_project_build_and_run(prefix, publish, serve, tfhub, cache, scratch, language):
    publish("acme/mul/1")
    handle = f"{serve().url}/acme/mul/1"
    tree = build(REPOSITORY / "examples" / language, scratch / "example", prefix)
    assert run(tree / "resolve", handle, env=tfhub.env) == f"{cache.entry(handle)}\n"
    missing = subprocess.run([tree / "resolve", handle + "0"], capture_output=True, text=True, env=tfhub.env)
    assert (missing.returncode, missing.stdout) == (3, "") and "acme/mul" in missing.stderr


def test_the_library_shows_nothing_but_its_own_names(prefix):
    library = next(prefix.rglob("libtfhub.so"))
    names = run("nm", "-D", "--defined-only", "--extern-only", "-C", library).splitlines()
    foreign = [n for n in names if "tfhub" not in n]
    assert not foreign, foreign[:10]


def test_what_belongs_to_an_installation_is_installed(prefix):
    for pattern in ("bin/tfhub", "include/tfhub/hub.h", "include/tfhub/c_api.h", "lib/**/tfhub-config.cmake", "lib/**/tfhub.pc",
                    "share/man/man1/tfhub.1*", "share/bash-completion/completions/tfhub", "lib/systemd/system/tfhub.service"):
        assert list(prefix.glob(pattern)), f"{pattern} is not there"
    assert run(prefix / "bin/tfhub", "--version").startswith("tfhub ")


def test_no_installed_text_names_the_build_machine_s_paths(prefix):
    for path in prefix.rglob("*"):
        if path.suffix in (".cmake", ".pc", ".h", ".service", ".1") and path.is_file():
            assert str(REPOSITORY) not in path.read_text(), path


def test_pkg_config_compiles_a_c_program_too(prefix, scratch):
    pc = next(prefix.rglob("tfhub.pc"))
    flags = run("pkg-config", "--cflags", "--libs", "tfhub", env={**os.environ, "PKG_CONFIG_PATH": str(pc.parent)}).split()
    run("gcc", REPOSITORY / "examples/c/resolve.c", "-o", scratch / "resolve", *flags)
    library = next(prefix.rglob("libtfhub.so")).parent
    finished = subprocess.run([scratch / "resolve", "/no/such"], env={"LD_LIBRARY_PATH": str(library)}, capture_output=True, text=True)
    assert finished.returncode == 3 and "/no/such" in finished.stderr

