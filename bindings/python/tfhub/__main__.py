"""tensorflow_hub by way of this package, for programs whose code is not to be touched.

    python -m tfhub run script.py ARGUMENTS…      or: run -m module ARGUMENTS…
    python -m tfhub enable-hook                   from then on TFHUB_INSTALL=1 does it for every program of this Python
    python -m tfhub disable-hook
"""

from __future__ import annotations

import os
import runpy
import sys
import sysconfig
from pathlib import Path

import _tfhub_hook

# Read by Python at its start (the module `site`): nothing is imported unless the variable is set.
HOOK = "import os; os.environ.get('TFHUB_INSTALL') == '1' and __import__('_tfhub_hook').start()\n"


def hook_file() -> Path:
    return Path(sysconfig.get_path("purelib")) / "tfhub-install.pth"


def run(arguments: list[str]) -> None:
    """As `python ARGUMENTS…` would: sys.argv, sys.path and __main__ are the program's own."""
    _tfhub_hook.start()
    is_module = arguments[0] == "-m"
    sys.argv = arguments[is_module:]
    if is_module:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        sys.path[0] = os.path.dirname(os.path.abspath(sys.argv[0]))
        runpy.run_path(sys.argv[0], run_name="__main__")


def main(arguments: list[str]) -> str | None:
    match arguments:
        case ["run", "-m", _, *_] | ["run", _, *_] if arguments[1:] != ["-m"]:
            run(arguments[1:])
        case ["enable-hook"]:
            hook_file().write_text(HOOK)
            print(f"{hook_file()} is written: TFHUB_INSTALL=1 lets tensorflow_hub fetch by tfhub")
        case ["disable-hook"]:
            hook_file().unlink(missing_ok=True)
            print(f"{hook_file()} is removed")
        case ["-h" | "--help"]:
            print(__doc__)
        case _:
            return __doc__
    return None


if __name__ == "__main__":
    problem = main(sys.argv[1:])
    if problem:
        print(problem, file=sys.stderr)
        sys.exit(2)
