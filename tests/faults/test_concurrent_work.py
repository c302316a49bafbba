"""Publishing while others read, cleaning while others resolve: no answer is wrong, nobody sees a server error."""

import base64
import hashlib
import random
import threading

import pytest

from support import models
from support.command import CONFLICT, CORRUPT, NOT_FOUND
from support.fault_server import Body
from support.raw_http import get
from support.waiting import wait_for

FILES = models.saved_model_files(size=400_000)
TREE = models.tree_of(FILES)


@pytest.mark.slow
def test_readers_during_many_publishes_get_right_bytes_or_a_404_and_never_an_error(tfhub, serve, store, scratch):
    directory = models.saved_model(scratch / "m", size=100_000)
    tfhub.ok("publish", directory, "acme/mul/1", "--store", store)
    server, over, wrong, seen = serve(), threading.Event(), [], set()

    def read(seed):
        dice = random.Random(seed)
        while not over.is_set():
            target = dice.choice(("/acme/mul", f"/acme/mul/{dice.randrange(1, 26)}", "/acme/mul")) + dice.choice(
                ("?tf-hub-format=compressed", "?tf-hub-format=compressed", "/saved_model.pb?tf-hub-format=file"))
            answer = get(server, target)
            if answer.status == 200:
                seen.add(target)
                digest = base64.b64encode(hashlib.sha256(answer.body).digest()).decode()
                if digest not in answer["Repr-Digest"]:
                    wrong.append(f"{target}: bytes do not fit the digest")
            elif answer.status != 404:
                wrong.append(f"{target}: {answer.status} {answer.body[:200]}")

    readers = [threading.Thread(target=read, args=(i,)) for i in range(4)]
    for reader in readers:
        reader.start()
    try:
        for version in range(2, 26):
            models.write_tree(directory, {"assets/version.txt": str(version)})
            tfhub.ok("publish", directory, f"acme/mul/{version}", "--store", store)
        wait_for(lambda: wrong or any("/25" in target for target in seen.copy()), "nobody reads the last version")
    finally:
        over.set()
        for reader in readers:
            reader.join()
    assert not wrong, "\n".join(wrong[:5]) + "\n" + server.log.read_text()[-400:]
    assert len(seen) > 10


@pytest.mark.slow
def test_resolving_cleaning_and_removing_at_once_never_gives_a_partial_model(tfhub, fault, cache):
    handle = fault.on("/acme/mul/1", Body(models.tar_of(FILES)))
    dice = random.Random("clean")
    commands = [("resolve", handle)] * 5 + [("cache", "rm", handle), ("cache", "prune"), ("cache", "ls"), ("cache", "verify"),
                                           ("cache", "prune", "--max-size", "0")]
    for _ in range(12):
        running = [(command, tfhub.start(*command)) for command in dice.sample(commands, len(commands))]
        for command, process in running:
            finished = tfhub.finish(process)
            # rm finds nothing or somebody filling; verify may see an entry while another one removes it.
            allowed = {"rm": (0, NOT_FOUND, CONFLICT), "verify": (0, NOT_FOUND, CORRUPT)}.get(command[1], (0,))
            assert finished.code in allowed, str(finished)
        cache.must_show_nothing_partial(handle, TREE)
    assert models.tree(tfhub.ok("resolve", handle).path) == TREE
    cache.must_hold_exactly(handle)


@pytest.mark.slow
def test_two_versions_published_and_resolved_unversioned_at_once_give_one_of_the_two(tfhub, publish, serve, store, scratch):
    publish("acme/mul/1", seed=1)
    server = serve()
    trees = {models_tree_key(scratch / "published/acme/mul/1")}
    for version in range(2, 7):
        directory = models.saved_model(scratch / f"v{version}", seed=version)
        trees.add(models_tree_key(directory))
        publishing = tfhub.start("publish", directory, f"acme/mul/{version}", "--store", store)
        resolving = [tfhub.start("resolve", f"{server.url}/acme/mul") for _ in range(4)]
        assert tfhub.finish(publishing).code == 0
        for process in resolving:
            finished = tfhub.finish(process)
            assert finished.code == 0, str(finished)
            assert models_tree_key(finished.path) in trees
    server.wait_for_newest("acme/mul", 6)
    assert models_tree_key(tfhub.ok("resolve", f"{server.url}/acme/mul").path) == models_tree_key(scratch / "v6")


def models_tree_key(path) -> str:
    return hashlib.sha256(repr(sorted(models.tree(path).items())).encode()).hexdigest()
