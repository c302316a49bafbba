"""What is to be seen of a store in a bucket."""

from support import models


def visible(cloud, bucket) -> set:
    """The keys that count, beside the store's own mark."""
    return {key for key in cloud.keys(bucket) if not key.startswith(".staging/")} - {".tfhub-store.json"}


def left_overs(cloud, bucket) -> list:
    return [key for key in cloud.keys(bucket) if ".staging" in key or ".part-" in key]


def is_published_now(tfhub, cloud, bucket, serve, directory, name="acme/mul/1"):
    """Whatever happened before: publishing succeeds, and the model comes out as it went in."""
    tfhub.ok("publish", directory, name, "--store", bucket)
    assert left_overs(cloud, bucket) == []
    assert models.tree(tfhub.ok("resolve", f"{serve().url}/{name}").path) == models.tree(directory)
