"""The command's contract: exit codes, what goes to stdout, what to stderr, help and version."""

import json
import os
import re
import signal
import subprocess
import threading

import pytest

from support import models
from support.command import CORRUPT, NETWORK, NOT_ALLOWED, NOT_FOUND, OFFLINE, UNEXPECTED, USAGE, Tfhub
from support.fault_server import Body, reply, send_head
from support.terminal import Terminal

COLOUR = re.compile(r"\x1b\[[\d;]*m")


def test_version_is_one_line_on_stdout(tfhub):
    finished = tfhub.ok("--version")
    assert finished.out.startswith("tfhub ") and finished.out.count("\n") == 1 and finished.err == ""


@pytest.mark.parametrize("command", ["serve", "publish", "resolve", "pull", "inspect", "cache", "store"])
def test_help_of_every_command_tells_its_use_on_stdout(tfhub, command):
    told = tfhub.ok("help", command)
    assert command in told.out and told.err == ""
    assert tfhub.ok(command, "--help").out == told.out
    assert command in tfhub.ok("help").out


def every_help(tfhub):
    yield tfhub.ok("help").out
    yield tfhub.ok("help", "settings").out
    commands = re.findall(r"^  (\w+) ", tfhub.ok("help").out.split("Commands:")[1], re.MULTILINE)
    assert len(commands) >= 10
    for command in commands:
        text = tfhub.ok("help", command).out
        yield text
        if "Commands:" in text:
            for part in re.findall(r"^  (\w+) ", text.split("Commands:")[1], re.MULTILINE):
                yield tfhub.ok("help", command, part).out


def test_no_terminal_breaks_the_words_of_help(tfhub):
    """Every terminal has 80 columns. A longer line is one word: an example, or the name of an option."""
    texts = list(every_help(tfhub))
    assert len(texts) > 20
    for text in texts:
        for line in text.splitlines():
            assert len(line) <= 80 or line.startswith(("Example", "Usage", "  tfhub ")), line


def test_no_command_at_all_shows_what_there_is(tfhub):
    finished = tfhub.run()
    assert (finished.code, finished.out) == (USAGE, ""), str(finished)
    assert tfhub.ok("help").out in finished.err
    assert re.search("^tfhub: error: no command", finished.err, re.MULTILINE), finished.err
    for group in ("cache", "docs", "store"):
        assert f"`tfhub help {group}` lists them" in tfhub.fails(USAGE, group).error


def test_help_settings_names_every_variable(tfhub):
    text = tfhub.ok("help", "settings").out
    for name in ("TFHUB_CACHE_DIR", "TFHUB_MIRRORS", "TFHUB_OFFLINE", "TFHUB_LOCK_TIMEOUT", "TFHUB_STORE", "TFHUB_CA_BUNDLE"):
        assert name in text


@pytest.mark.parametrize("args", [
    [], ["nonsense"], ["resolve"], ["resolve", "a", "b"], ["resolve", "--nonsense", "x"], ["publish"], ["publish", "x"], ["pull"],
    ["cache"], ["cache", "nonsense"], ["cache", "rm"], ["cache", "prune", "--max-size", "many"],
    ["cache", "prune", "--older-than", "soon"], ["pull", "http://127.0.0.1:9/x", "--format", "zip"], ["help", "nonsense"], ["resolve", ""],
])
def test_wrong_usage_is_exit_2_and_says_so_on_stderr(tfhub, args):
    finished = tfhub.run(*args)
    assert (finished.code, finished.out) == (USAGE, ""), str(finished)
    assert finished.err.strip()


def test_resolve_prints_the_path_and_nothing_else(tfhub, fault, cache):
    handle = fault.on("/m/1", Body(models.tar_of(models.saved_model_files())))
    finished = tfhub.ok("resolve", handle)
    assert finished.out == f"{cache.entry(handle)}\n"
    assert finished.err == ""
    assert models.tree(finished.path) == models.tree_of(models.saved_model_files())


def test_resolve_in_json_names_the_path(tfhub, fault, cache):
    handle = fault.on("/m/1", Body(models.tar_of(models.saved_model_files())))
    assert json.loads(tfhub.ok("resolve", handle, "--json").out)["path"] == str(cache.entry(handle))


@pytest.mark.parametrize("status,code", [
    (404, NOT_FOUND), (410, NOT_FOUND), (401, NOT_ALLOWED), (403, NOT_ALLOWED), (407, NOT_ALLOWED), (400, NETWORK), (429, NETWORK),
    (500, NETWORK), (502, NETWORK), (503, NETWORK), (504, NETWORK),
])
def test_the_server_s_refusal_becomes_the_right_exit_code_and_names_url_and_status(tfhub, fault, cache, status, code):
    handle = fault.on("/m/1", reply(status, b"no"))
    finished = tfhub.with_env(TFHUB_RETRIES="0").fails(code, "resolve", handle)
    assert str(status) in finished.err and handle in finished.err
    assert cache.names() == set()


def test_a_problem_document_s_detail_is_quoted(tfhub, publish, serve):
    publish("acme/mul/1")
    finished = tfhub.fails(NOT_FOUND, "resolve", f"{serve().url}/acme/mul/7")
    assert "acme/mul" in finished.err and "7" in finished.err


def test_nobody_listening_is_a_network_failure_said_at_once(tfhub, fault):
    port = fault.port
    fault.close()
    finished = tfhub.with_env(TFHUB_RETRIES="0").fails(NETWORK, "resolve", f"http://127.0.0.1:{port}/acme/mul/1")
    assert finished.seconds < 9  # a connection is waited for ten seconds
    assert f"127.0.0.1:{port}" in finished.err


def test_a_host_that_does_not_exist_is_a_network_failure_that_names_it(tfhub):
    finished = tfhub.with_env(TFHUB_RETRIES="0").fails(NETWORK, "resolve", "http://no-such-host.invalid/acme/mul/1")
    assert "no-such-host.invalid" in finished.err


def test_bytes_that_are_no_archive_are_exit_5(tfhub, fault, cache):
    handle = fault.on("/m/1", Body(b"just some words, no archive at all" * 100))
    tfhub.fails(CORRUPT, "resolve", handle)
    assert cache.names() == set()


def test_offline_gives_what_is_cached_and_refuses_the_rest_without_a_request(tfhub, fault):
    handle = fault.on("/m/1", Body(models.tar_of(models.saved_model_files())))
    offline = tfhub.with_env(TFHUB_OFFLINE="1")
    finished = offline.fails(OFFLINE, "resolve", handle)
    assert handle in finished.err and "TFHUB_OFFLINE" in finished.err
    assert fault.requests == []
    path = tfhub.ok("resolve", handle).path
    requests = len(fault.requests)
    assert offline.ok("resolve", handle).path == path
    assert len(fault.requests) == requests


@pytest.mark.parametrize("flag", ["--verbose", "-v"])
def test_verbose_says_what_is_done_and_adds_the_chain_of_causes(tfhub, fault, flag):
    handle = fault.on("/m/1", reply(503, b"busy"))
    short = tfhub.fails(NETWORK, "resolve", handle)
    long = tfhub.run("resolve", handle, flag)
    assert (long.code, long.out) == (NETWORK, "")
    [error] = short.err.splitlines()
    doing, same, *causes = long.err.splitlines()
    assert "503" in doing and re.search(r"trying again in \d+ ms$", doing), doing
    assert same == error
    assert causes and all(cause.startswith("  because: ") for cause in causes) and "503" in causes[-1], long.err


def test_a_password_in_a_handle_is_never_shown(tfhub, fault):
    fault.on("/m/1", reply(404))
    handle = f"http://user:sesame@127.0.0.1:{fault.port}/m/1?token=opensesame"
    finished = tfhub.run("resolve", handle, "--verbose")
    assert finished.code == NOT_FOUND
    assert "sesame" not in finished.err


def test_a_server_s_words_cannot_drive_the_terminal(tfhub, fault):
    body = json.dumps({"status": 404, "detail": "gone \x1b[2J\x1b]0;owned\x07"}).encode()
    handle = fault.on("/m/1", reply(404, body, Content_Type="application/problem+json"))
    assert "\x1b" not in tfhub.fails(NOT_FOUND, "resolve", handle).err


def test_progress_goes_to_stderr_where_asked_and_nowhere_with_quiet(tfhub, fault):
    data = models.tar_of(models.saved_model_files(size=400_000))
    loud = tfhub.with_env(TFHUB_DOWNLOAD_PROGRESS="1")
    finished = loud.ok("resolve", fault.on("/m/1", Body(data)))
    assert finished.out.count("\n") == 1
    assert re.search(r"\[#+\]  100%  (\S+ KiB) of \1  ", finished.err), finished.err
    assert loud.ok("resolve", fault.on("/m/2", Body(data)), "--quiet").err == ""
    assert tfhub.ok("resolve", fault.on("/m/3", Body(data))).err == ""


def slowly(data: bytes, over: threading.Event, pause=0.1):
    """Piece after piece, and the rest as fast as it goes when `over` is set."""
    def answer(connection, request):
        send_head(connection, 200, {"Content-Length": len(data)})
        for start in range(0, len(data), 1 << 11):
            connection.sendall(data[start : start + (1 << 11)])
            over.wait(pause)

    return answer


def test_on_a_terminal_there_is_a_progress_bar_with_bytes_rate_and_time_left(tfhub, fault):
    over = threading.Event()
    handle = fault.on("/m/1", slowly(models.tar_of(models.saved_model_files(size=400_000)), over))
    with Terminal() as terminal:
        process = terminal.start(tfhub, "resolve", handle)
        while not re.search(r"\r\w+  \[#*\.+\] +\d+%  \S+ (K?i?B) of \S+ KiB  \S+ K?i?B/s  \S+ left", terminal.text):
            assert terminal.read(), f"no bar: {terminal.text!r}"
        over.set()
        while terminal.read():
            pass
        assert tfhub.finish(process).code == 0
    assert re.search(r"\[#+\]  100%  (\S+ KiB) of \1  [^\r]*\n$", terminal.text), terminal.text


def test_on_a_terminal_there_is_no_progress_bar_with_quiet(tfhub, fault):
    handle = fault.on("/m/1", Body(models.tar_of(models.saved_model_files(size=400_000))))
    with Terminal() as terminal:
        finished = terminal.run(tfhub, "resolve", handle, "--quiet")
    assert (finished.code, finished.err) == (0, "")


@pytest.mark.parametrize("env,coloured", [
    ({"TERM": "xterm-256color"}, True), ({"TERM": "xterm-256color", "NO_COLOR": "1"}, False),
    ({"TERM": "xterm-256color", "NO_COLOR": ""}, True),  # "when present and not an empty string": https://no-color.org
    ({"TERM": "dumb"}, False), ({}, False),
])
def test_an_error_is_coloured_on_a_terminal_unless_no_color_or_the_terminal_forbids_it(tfhub, env, coloured):
    offline, command = tfhub.with_env(TFHUB_OFFLINE="1", **env), ("resolve", "http://127.0.0.1:9/acme/mul/1")
    with Terminal() as terminal:
        finished = terminal.run(offline, *command)
    assert finished.code == OFFLINE
    assert bool(COLOUR.search(finished.err)) == coloured, finished.err
    elsewhere = offline.fails(OFFLINE, *command).err
    assert "\x1b" not in elsewhere and COLOUR.sub("", finished.err) == elsewhere


def resolve_into_nowhere(tfhub, fault, **kw):
    """Its stdout is a pipe that nobody reads."""
    handle = fault.on("/m/1", Body(models.tar_of(models.saved_model_files())))
    reader, writer = os.pipe()
    os.close(reader)
    process = tfhub.start("resolve", handle, stdout=writer, **kw)
    os.close(writer)
    return tfhub.finish(process)


def test_a_closed_stdout_ends_it_as_it_ends_every_tool(tfhub, fault):
    finished = resolve_into_nowhere(tfhub, fault)
    assert (finished.code, finished.err) == (-signal.SIGPIPE, "")


def test_a_closed_stdout_is_an_error_where_its_signal_is_ignored(tfhub, fault):
    assert signal.getsignal(signal.SIGPIPE) == signal.SIG_IGN  # as in every Python; the command inherits it
    finished = resolve_into_nowhere(tfhub, fault, restore_signals=False)
    assert finished.code == UNEXPECTED and "standard output" in finished.error


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (1, 2), (0, 1, 2)])
def test_closed_streams_are_neither_written_into_files_nor_a_crash(tfhub, fault, cache, scratch, closed):
    """`tfhub … >&-`: the files that are opened must not get the streams' numbers, and our words with them."""
    files = models.saved_model_files()
    handle = fault.on("/acme/mul/1", Body(models.tar_of(files)))
    model = models.saved_model(scratch / "m")
    ends = "".join(f" {stream}>&-" for stream in closed)
    for arguments in (["resolve", handle], ["publish", model, "acme/m/1", "--store", scratch / "store"], ["cache", "ls"], ["resolve", handle, "--nonsense"]):
        command = [*map(str, tfhub.argv(*arguments))]
        done = subprocess.run(["sh", "-c", f'exec "$@"{ends}', "sh", *command], env=tfhub.env, capture_output=True, text=True)
        assert 0 <= done.returncode < 9, done
    models.write_tree(scratch / "expected", files)
    assert models.tree(cache.entry(handle)) == models.tree(scratch / "expected")
    assert models.tree(scratch / "store/acme/m/1/uncompressed") == models.tree(model)


def test_a_limit_on_the_size_of_files_is_an_error_that_leaves_nothing(tfhub, fault, cache, scratch):
    handle = fault.on("/acme/mul/1", Body(models.tar_of(models.saved_model_files(size=300_000))))
    limited = Tfhub(tfhub.binary, tfhub.env, ["prlimit", "--core=0", "--fsize=100000"])
    assert "too large" in limited.fails(UNEXPECTED, "resolve", handle).error.lower()
    assert list(cache.path.iterdir()) == []


@pytest.mark.parametrize("mistyped, meant", [("resolv", "resolve"), ("pulish", "publish"), ("sevre", "serve"), ("caches", "cache"), ("xyzzy", None)])
def test_a_mistyped_command_is_asked_about(tfhub, mistyped, meant):
    error = tfhub.fails(USAGE, mistyped, "x").error
    assert (f"did you mean `{meant}`?" in error) if meant else ("did you mean" not in error)
