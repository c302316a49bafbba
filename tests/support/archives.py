"""Tar headers written by hand, so that an archive can lie in ways that tarfile would not."""

import io
import tarfile


def header(name: bytes, size=0, kind=b"0", link=b"", mode=0o644, magic=b"ustar\x0000", prefix=b"", raw_size=None) -> bytes:
    block = bytearray(512)

    def put(offset, width, value):
        block[offset : offset + len(value[:width])] = value[:width]

    put(0, 100, name)
    put(100, 8, b"%07o\0" % mode)
    put(108, 8, b"%07o\0" % 0)
    put(116, 8, b"%07o\0" % 0)
    put(124, 12, raw_size if raw_size is not None else b"%011o\0" % size)
    put(136, 12, b"%011o\0" % 0)
    put(156, 1, kind)
    put(157, 100, link)
    put(257, 8, magic)
    put(329, 8, b"%07o\0" % 0)
    put(337, 8, b"%07o\0" % 0)
    put(345, 155, prefix)
    put(148, 8, b" " * 8)
    put(148, 8, b"%06o\0 " % sum(block))
    return bytes(block)


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 512)


END = bytes(1024)


def entry(name: bytes, data: bytes = b"", kind=b"0", **kw) -> bytes:
    return header(name, len(data), kind, **kw) + padded(data)


def long_name(name: bytes) -> bytes:
    """GNU's extension: the next member's name, however long."""
    return entry(b"././@LongLink", name + b"\0", b"L", magic=b"ustar  \0")


def pax(**records) -> bytes:
    """POSIX's extension: keywords for the next member."""
    body = b""
    for key, value in records.items():
        value = value if isinstance(value, bytes) else str(value).encode()
        line = b" " + key.replace("__", ".").encode() + b"=" + value + b"\n"
        length = len(line) + 1
        while len(str(length)) + len(line) != length:
            length += 1
        body += str(length).encode() + line
    return entry(b"PaxHeaders/x", body, b"x")


# What every archive of the tests holds besides the member that is wrong: without it the lack of a model could be why it
# is refused.
GOOD = entry(b"saved_model.pb", b"\x08\x01good") + entry(b"assets/", kind=b"5") + entry(b"assets/words", b"one\ntwo\n")


def with_member(member: bytes) -> bytes:
    return GOOD + member + END


def python_tar(*members: tarfile.TarInfo) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(bytes(member.size)))
    return buffer.getvalue()
