"""The command's contract: exit codes, what goes to stdout, what to stderr, help and version."""

import json
import os
import pty
import select
import signal

import pytest

from support import models
from support.command import CORRUPT, NETWORK, NOT_ALLOWED, NOT_FOUND, OFFLINE, USAGE
from support.fault_server import Body, reply


def test_version_is_one_line_on_stdout(tfhub):
    finished = tfhub.ok("--version")
    assert finished.out.startswith("tfhub ") and finished.out.count("\n") == 1 and finished.err == ""


@pytest.mark.parametrize("command", ["serve", "publish", "resolve", "pull", "inspect", "cache", "store"])
def test_help_of_every_command_tells_its_use_on_stdout(tfhub, command):
    told = tfhub.ok("help", command)
    assert command in told.out and told.err == ""
    assert tfhub.ok(command, "--help").out == told.out
    assert command in tfhub.ok("help").out


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
    assert finished.seconds < 5
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


def test_verbose_adds_the_chain_of_causes(tfhub, fault):
    handle = fault.on("/m/1", Body(b"no archive"))
    short = tfhub.fails(CORRUPT, "resolve", handle)
    long = tfhub.run("resolve", handle, "--verbose")
    assert long.code == CORRUPT and len(long.err.splitlines()) >= len(short.err.splitlines())


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
    handle = fault.on("/m/1", Body(data).but(drip=0.05, piece=1 << 15))
    finished = loud.ok("resolve", handle)
    assert finished.out.count("\n") == 1
    assert "B" in finished.err and len(finished.err) > 20
    assert loud.ok("resolve", fault.on("/m/2", Body(data)), "--quiet").err == ""
    assert tfhub.ok("resolve", fault.on("/m/3", Body(data))).err == ""


def run_on_terminal(tfhub, *args) -> str:
    master, slave = pty.openpty()
    process = tfhub.start(*args, stderr=slave)
    os.close(slave)
    shown = b""
    while select.select([master], [], [], 20)[0]:
        try:
            block = os.read(master, 65536)
        except OSError:
            break
        if not block:
            break
        shown += block
    os.close(master)
    assert process.wait(20) == 0
    process.stdout.close()
    return shown.decode(errors="replace")


def test_on_a_terminal_there_is_a_progress_bar_and_none_with_quiet(tfhub, fault):
    body = Body(models.tar_of(models.saved_model_files(size=400_000))).but(drip=0.05, piece=1 << 15)
    shown = run_on_terminal(tfhub, "resolve", fault.on("/m/1", body))
    assert "\r" in shown and ("/s" in shown or "%" in shown)
    assert run_on_terminal(tfhub, "resolve", fault.on("/m/2", body), "--quiet") == ""


def test_no_color_leaves_out_every_escape_for_colour(tfhub, fault):
    body = Body(models.tar_of(models.saved_model_files(size=100_000))).but(drip=0.05, piece=1 << 15)
    shown = run_on_terminal(tfhub.with_env(NO_COLOR="1", TERM="xterm-256color"), "resolve", fault.on("/m/1", body))
    assert not any(f"\x1b[{code}m" in shown for code in (*range(30, 38), *range(90, 98), 1))


def test_a_closed_stdout_ends_it_as_it_ends_every_tool(tfhub, fault):
    handle = fault.on("/m/1", Body(models.tar_of(models.saved_model_files())))
    reader, writer = os.pipe()
    os.close(reader)
    process = tfhub.start("resolve", handle, stdout=writer)
    os.close(writer)
    finished = tfhub.finish(process)
    assert finished.code in (1, -signal.SIGPIPE), str(finished)
