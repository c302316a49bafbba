"""Programs of users, built against an installed tfhub."""

import os
import subprocess


def run(*command, env=None, timeout=170) -> str:
    finished = subprocess.run(list(map(str, command)), capture_output=True, text=True, env=env, timeout=timeout)
    assert finished.returncode == 0, f"{command}\nexit {finished.returncode}\n{finished.stdout}\n{finished.stderr}"
    return finished.stdout


def build(source, into, prefix):
    environment = {**os.environ, "CC": "gcc", "CXX": "g++"}
    run("cmake", "-G", "Ninja", "-S", source, "-B", into, f"-DCMAKE_PREFIX_PATH={prefix}", env=environment)
    run("cmake", "--build", into, env=environment)
    return into
