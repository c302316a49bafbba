#!/usr/bin/env python3
"""Fails on an include that points the wrong way, and on a system call that changes a disk outside src/os.

The rooms and their arrows are the tfhub_room(NAME USES ...) lines of CMakeLists.txt: a room may include itself, what it
uses and what those use. Public headers (include/tfhub) know only each other; bindings and plugins know those, the
client and what lies beneath it.

  scripts/check_includes.py [ROOT]
"""

import pathlib
import re
import sys

ROOM = re.compile(r"^\s*tfhub_room\(\s*(\w+)([^)]*)\)", re.MULTILINE)
INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]', re.MULTILINE)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
# Code calls the system with a leading "::", or through os::syscalls(), which is the seam. What only looks (stat, an open that
# creates nothing), changes no name and no content (utimensat) or talks (send) is free everywhere.
DISK_CALL = re.compile(
    r"(?<![\w>])::(?:open|openat)\s*\([^;]*?\bO_(?:CREAT|TRUNC)\b"
    r"|(?<![\w>])::(?:creat|mkdir|mkdirat|rename|renameat|renameat2|unlink|unlinkat|rmdir|link|linkat|symlink|symlinkat"
    r"|fsync|fdatasync|syncfs|ftruncate|truncate|fallocate|mkstemp|mkdtemp)\s*\("
    r"|\bstd::filesystem::(?:create_|remove|rename|copy|resize|permissions)\w*|\bstd::o?fstream\b|\bfopen\s*\("
)


def rooms_of(cmake):
    """{room: set of rooms it may include}, itself included; ValueError on an unknown room or a cycle."""
    uses = {}
    for name, rest in ROOM.findall(re.sub(r"#[^\n]*", "", cmake)):
        words = rest.split()
        listed = []
        for word in words[words.index("USES") + 1 :] if "USES" in words else []:
            if word in ("LINKS", "FOLDERS"):
                break
            listed.append(word)
        unknown = [word for word in listed if word not in uses]
        if unknown:  # rooms are declared lowest first, so this is also the check for cycles
            raise ValueError(f"CMakeLists.txt: room {name} uses {', '.join(unknown)}, declared later or not at all")
        uses[name] = {name}.union(*(uses[word] for word in listed)) if listed else {name}
    if not uses:
        raise ValueError("CMakeLists.txt declares no room")
    return uses


def strip_comments(text):
    return COMMENT.sub(lambda match: "\n" * match.group().count("\n"), text)


def sources(directory):
    return sorted(p for p in directory.rglob("*") if p.suffix in {".h", ".cc", ".hpp", ".cpp", ".c"} and p.is_file())


def zones(root, rooms):
    """(directory, its own name, rooms it may include, whether it must leave the disk to os) of each part of the tree."""
    for room, allowed in rooms.items():
        yield root / "src" / room, room, allowed, room != "os"
        # A test may build what it tests out of anything its room may know, and may damage files with its own hands.
        yield root / "tests" / "unit" / room, f"a test of {room}", allowed, False
    yield root / "include" / "tfhub", "the public headers", set(), True
    beneath_client = rooms.get("client", set())
    for name in ("bindings", "plugins"):
        yield root / name, name, beneath_client, True


def check(root):
    rooms = rooms_of((root / "CMakeLists.txt").read_text())
    findings = []
    for directory in sorted((root / "src").iterdir()):
        if directory.is_dir() and directory.name not in rooms:
            findings.append(f"{directory.relative_to(root)}/: no tfhub_room line in CMakeLists.txt declares it")
    seen = 0
    for directory, name, allowed, leaves_disk in zones(root, rooms):
        for path in sources(directory) if directory.is_dir() else []:
            seen += 1
            text = strip_comments(path.read_text())
            where = path.relative_to(root)
            for match in INCLUDE.finditer(text):
                line = text.count("\n", 0, match.start(1)) + 1
                target, room = match.group(1), match.group(1).split("/")[0]
                if room not in rooms or "/" not in target:
                    continue
                if room not in allowed:
                    findings.append(f"{where}:{line}: {name} may not include {target}: CMakeLists.txt gives it no way to {room}")
            for match in DISK_CALL.finditer(text) if leaves_disk else []:
                line = text.count("\n", 0, match.start()) + 1
                findings.append(f"{where}:{line}: {match.group().split('(')[0].strip()} belongs behind src/os (docs/architecture.md)")
    if seen == 0:
        findings.append("no source file was found: wrong directory?")
    return seen, findings


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    try:
        seen, findings = check(root)
    except (ValueError, OSError) as error:
        sys.exit(f"check_includes: {error}")
    for finding in findings:
        print(finding)
    if findings:
        sys.exit(1)
    print(f"check_includes: {seen} files, every include points down")


if __name__ == "__main__":
    main()
