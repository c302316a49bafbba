#!/usr/bin/env python3
"""Writes the settings of src/base/settings.h, in the order of settings.cc, into the documents that list them, or (--check)
fails where a document, or a TFHUB_ name in the sources, differs from them.

A document holds the table between the lines <!-- settings --> and <!-- /settings -->.

  scripts/settings_table.py [--check] [ROOT]
"""

import pathlib
import re
import sys

DOCUMENTS = ("README.md", "docs/settings.md")
SETTING = re.compile(r'inline constexpr Setting (k\w+)\s*\{((?:\s*"(?:[^"\\]|\\.)*"\s*,?)+)\s*\}', re.DOTALL)
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*,)?')
TABLE = re.compile(r"(<!-- settings -->\n).*?(<!-- /settings -->)", re.DOTALL)
# Read elsewhere or no setting of a user's: compile-time macros never stand in quotes, so this stays empty until needed.
NOT_SETTINGS = set()


def fields(text):
    """The string fields of an initialiser; neighbouring literals are one field."""
    result, current = [], ""
    for value, comma in STRING.findall(text):
        current += value.replace('\\"', '"').replace("\\\\", "\\")
        if comma:
            result.append(current)
            current = ""
    return result + [current] if current else result


def settings(root):
    declared = {name: fields(body) for name, body in SETTING.findall((root / "src/base/settings.h").read_text())}
    source = (root / "src/base/settings.cc").read_text()
    listed = re.findall(r"&(k\w+)", source[source.index("all()") :])
    if not declared or set(listed) != set(declared) or len(listed) != len(declared):
        difference = sorted(set(listed) ^ set(declared))
        raise ValueError(f"settings.h and all() of settings.cc do not name the same settings: {', '.join(difference)}")
    return [declared[name] for name in listed]


def table(rows):
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for environment, fallback, meaning in rows:
        lines.append(f"| `{environment}` | {f'`{fallback}`' if fallback else ''} | {meaning.replace('|', chr(92) + '|')} |")
    return "\n".join(lines) + "\n"


def undeclared(root, rows):
    known = {environment for environment, _, _ in rows} | NOT_SETTINGS
    for directory in ("src", "bindings", "plugins"):
        for path in sorted((root / directory).rglob("*")) if (root / directory).is_dir() else []:
            if path.suffix in {".h", ".cc", ".py"}:
                for name in re.findall(r'"(TFHUB_[A-Z_]+)"', path.read_text()):
                    if name not in known:
                        yield f"{path.relative_to(root)} reads {name}, which src/base/settings.h does not declare"


def main():
    arguments = sys.argv[1:]
    checking = "--check" in arguments
    arguments = [argument for argument in arguments if argument != "--check"]
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).parent.parent)
    rows = settings(root)
    findings = list(undeclared(root, rows))
    for name in DOCUMENTS:
        document = (root / name).read_text()
        written, count = TABLE.subn(lambda match: match.group(1) + table(rows) + match.group(2), document)
        if count != 1:
            findings.append(f"{name} has no table between <!-- settings --> and <!-- /settings -->")
        elif written != document and checking:
            findings.append(f"{name} does not list the settings of src/base/settings.h: run scripts/settings_table.py")
        elif written != document:
            (root / name).write_text(written)
    for finding in findings:
        print(finding)
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
