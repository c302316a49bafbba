"""`make bench`: every benchmark, or those whose name holds one of the words given. --rounds N: more patience.

Leave six minutes between two runs: see support.fresh_directory."""

import argparse

import buckets
import catalogue
import in_place
import inspection
import publish
import python
import resolve
import running
import serve
from support import print_row, save

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("words", nargs="*", help="for example: warm downloads")
parser.add_argument("--rounds", type=int, default=3)
arguments = parser.parse_args()

rows = []
for module in (resolve, serve, publish, catalogue, inspection, in_place, buckets, running, python):
    for case in module.CASES:
        name = f"{module.__name__}.{case.__name__}"
        if arguments.words and not any(word in name for word in arguments.words):
            continue
        for row in case(arguments.rounds):
            rows.append(row)
            print_row(row)
save(rows)
