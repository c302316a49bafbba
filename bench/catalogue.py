"""The site: importing a catalogue of tfhub.dev's size, its pages and searches, and one of 100,000 models.

The documents are made up. TFHUB_BENCH_DOCUMENTS=TREE takes real ones instead: a tree as `tfhub docs import` takes it, each of its
publishers as often as it needs for 3,000 documents.
"""

import collections
import os
import pathlib
import random
import re
import shutil
import subprocess
import time

from support import DATA, TFHUB, Row, hub, resident_bytes, seconds

DOCUMENTS = 3_000
MANY = 100_000
COMMON = """image text audio video model network trained dataset layer feature vector embedding classification detection
segmentation transformer convolution attention language encoder decoder weights accuracy batch learning transfer tuned
mobile quantised efficient large small base resolution picture sentence token speech music pose style depth flow graph
""".split()
# As in any text, a few words are in all of them and most words in few.
SYLLABLES = [c + v for c in "bcdfghklmnprstvz" for v in "aeiou"]
RARE = [a + b + c for a, b, c in zip(SYLLABLES * 80, sorted(SYLLABLES * 80, key=lambda s: s[::-1]), sorted(SYLLABLES * 80))]
TASKS = ["image-classification", "text-embedding", "audio-event-classification", "video-classification"]
TASK_TAGS = "values:\n" + "".join(
    f"  - id: {t}\n    display_name: {t.replace('-', ' ').capitalize()}\n    domains:\n      - {t.split('-')[0]}\n" for t in TASKS)


def _name(number):
    return f"publisher-{number % 60}/{COMMON[number % len(COMMON)]}-{COMMON[number * 7 % len(COMMON)]}_{number}"


def _document(number, words):
    rng = random.Random(number)
    prose = "\n\n".join(" ".join(rng.choice(RARE if rng.random() < 0.4 else COMMON) for _ in range(words)) for _ in range(6))
    table = "\n".join(f"| {rng.choice(COMMON)} | {rng.random():.3f} |" for _ in range(8))
    return (f"# Module {_name(number)}/1\n\nA {rng.choice(COMMON)} {rng.choice(COMMON)} number {number}.\n\n"
            f"<!-- asset-path: https://example.org/{number}.tar.gz -->\n<!-- task: {TASKS[number % 4]} -->\n"
            f"<!-- fine-tunable: true -->\n<!-- format: saved_model_2 -->\n<!-- language: en -->\n\n## Overview\n\n"
            f"{prose}\n\n| name | value |\n|---|---|\n{table}\n\n```python\nmodel = hub.load('https://tfhub.dev/{_name(number)}/1')\n```\n")


class MadeUp:
    """A tree of documents as large as tfhub.dev's (2,819 of 3 KB on average), made once."""

    common, rare = COMMON, RARE

    def __init__(self, count, words):
        self.root = DATA / f"documents-{count}"
        self.names = [_name(number) for number in range(count)]
        if (self.root / "done").exists():
            return
        for number in range(count):
            path = self.root / "docs" / _name(number) / "1.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_document(number, words))
        (self.root / "tags").mkdir()
        (self.root / "tags" / "task.yaml").write_text(TASK_TAGS)
        (self.root / "done").touch()


class Multiplied:
    """Real documents, under as many publishers as it takes. A document says in its first line what it is of."""

    def __init__(self, tree, count):
        docs = tree / "docs"
        texts = {path.relative_to(docs): path.read_text() for path in sorted(docs.rglob("*.md"))}
        self.root = DATA / "documents-multiplied"
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(tree / "tags", self.root / "tags")
        self.names = []
        for copy in range(-(-count // len(texts))):
            for path, text in texts.items():
                publisher = path.parts[0]
                head, _, rest = text.partition("\n")
                head = re.sub(rf"\b{re.escape(publisher)}(?=/|\s*$)", f"{publisher}-{copy}", head, count=1)
                to = self.root / "docs" / f"{publisher}-{copy}" / pathlib.Path(*path.parts[1:])
                to.parent.mkdir(parents=True, exist_ok=True)
                to.write_text(f"{head}\n{rest}")
                if module := re.match(r"# Module ([\w./-]+)/\d+\s*$", head):
                    self.names.append(module.group(1))
        seen = collections.Counter(word for text in texts.values() for word in re.findall(r"\b[a-z]{5,}\b", text))
        self.common = [word for word, _ in seen.most_common(60)]
        self.rare = [word for word, often in seen.items() if often <= 3]


def _load(url, script, length=5):
    """Requests a second and the 99th percentile in milliseconds, of `length` seconds of wrk with a Lua script."""
    path = DATA / "load.lua"
    path.write_text(script)
    out = subprocess.run(["wrk", "-t1", "-c8", f"-d{length}s", "--latency", "-s", path, url], check=True,
                         capture_output=True, text=True).stdout
    assert "Non-2xx" not in out, out
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", out).groups()
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)), float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def _pages(documents):
    names = ", ".join(f"'{n}'" for n in random.Random(1).sample(documents.names, min(len(documents.names), 2_000)))
    return ("local names = {" + names + "}\nlocal i = 0\n"
            "request = function() i = i % #names + 1; return wrk.format('GET', '/' .. names[i]) end\n")


def _searches(documents):
    """Every request another query: a common word and a rare one, every third time with a wrong letter."""
    common, rare = (", ".join(f"'{w}'" for w in words) for words in (documents.common, documents.rare))
    return ("local common, rare = {" + common + "}, {" + rare + "}\nlocal i = 0\nrequest = function() i = i + 1\n"
            "local word = rare[(i * 7) % #rare + 1]\nif i % 3 == 0 then word = word:sub(1, 3) .. 'x' .. word:sub(5) end\n"
            "return wrk.format('GET', '/s?q=' .. common[i % #common + 1] .. '+' .. word) end\n")


def _imported(documents):
    store = DATA / f"site-store-{len(documents.names)}"
    shutil.rmtree(store, ignore_errors=True)
    return store, seconds([TFHUB, "docs", "import", str(documents.root), "--store", str(store), "--quiet"])


def full_size(_):
    real = os.environ.get("TFHUB_BENCH_DOCUMENTS")
    documents = Multiplied(pathlib.Path(real), DOCUMENTS) if real else MadeUp(DOCUMENTS, 60)
    store, took = _imported(documents)
    yield Row(f"importing {DOCUMENTS:,} documents", f"{took:.2f} s", "10 s", took, 10, 10, "s", less_is_better=True)
    with hub(store, "--threads", "1") as (_, port):
        url = f"http://127.0.0.1:{port}/"
        _load(url, _searches(documents), 1)  # the index is there
        rate, _ = _load(url, _pages(documents))
        yield Row("model pages a second, one thread", f"{rate:,.0f}", "2,000", rate / 2_000, 1, 1)
        rate, slow = _load(url, _searches(documents))
        yield Row("searches a second, each another query", f"{rate:,.0f}", "300", rate / 300, 1, 1)
        yield Row("the same, 99th percentile", f"{slow:.1f} ms", "50 ms", slow, 50, 50, "ms", less_is_better=True)


def hundred_thousand(_):
    documents = MadeUp(MANY, 10)
    store, _ = _imported(documents)
    begin = time.perf_counter()
    with hub(store) as (pid, port):
        ready = time.perf_counter() - begin
        yield Row(f"from start to ready with {MANY:,} models", f"{ready:.2f} s", "10 s", ready, 10, 10, "s", less_is_better=True)
        url = f"http://127.0.0.1:{port}/"
        _load(url, _pages(documents), 1)
        rate, slow = _load(url, _pages(documents))
        yield Row("the same hub's pages, 99th percentile", f"{slow:.1f} ms", "20 ms", slow, 20, 20, "ms", less_is_better=True)
        peak = resident_bytes(pid)
        yield Row("the same hub's memory", f"{peak / 2**20:.0f} MiB", "1,000 MiB", peak / 2**20, 1_000, 1_000, "MiB",
                  less_is_better=True)


CASES = [full_size, hundred_thousand]
