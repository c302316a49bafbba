"""A command in a mount name space of its own: small disks and read-only ones that vanish with the process.

Works for root and, by a user name space, for others.
"""

import functools
import os
import shlex
import subprocess


@functools.cache
def unshare() -> list:
    if os.geteuid() != 0:
        return ["unshare", "--user", "--map-root-user", "--mount"]
    own = ["unshare", "--mount"]
    # In a chroot "/" is no mount point, so its propagation cannot be changed.
    if subprocess.run([*own, "true"], stderr=subprocess.DEVNULL).returncode != 0:
        own += ["--propagation", "unchanged"]
    return own


def with_small_disk(directory, size: str) -> list:
    """Prefix of a command that sees an empty disk of `size` (tmpfs) at `directory`."""
    mount = f"mount -t tmpfs -o size={size} tmpfs {shlex.quote(str(directory))}"
    return [*unshare(), "sh", "-ec", f'{mount}; exec "$@"', "sh"]


def read_only(directory) -> list:
    """Prefix of a command that sees `directory` on a read-only file system."""
    quoted = shlex.quote(str(directory))
    mount = f"mount --bind {quoted} {quoted}; mount -o remount,ro,bind {quoted}"
    return [*unshare(), "sh", "-ec", f'{mount}; exec "$@"', "sh"]


def as_nobody() -> list:
    """Prefix of a command run by a user who owns nothing here (nothing to do when we are such a user)."""
    if os.geteuid() != 0:
        return []
    who = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if os.stat("/").st_mode & 0o001:
        return [*who, "--inh-caps=-all"]
    # A chroot whose "/" only root may enter: this user may pass and read everywhere, and still write nothing.
    return [*who, "--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"]
