"""Run a command without a network, with one folder to write in and all else read-only.

By Linux namespaces: ``unshare`` of util-linux, as root or where users may have namespaces.
"""

import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path

# Devices and the kernel's own file systems stay as they are: nothing is kept there.
_SCRIPT = r"""
set -e
folder=$1; shift
mount --bind "$folder" "$folder"
cut -d " " -f 2 /proc/self/mounts | while read -r place; do
    place=$(printf '%b' "$place")
    case "$place" in
        "$folder" | /proc | /proc/* | /sys | /sys/* | /dev | /dev/*) ;;
        *) mount -o remount,ro,bind "$place" ;;
    esac
done
mkdir -p "$folder/home" "$folder/tmp"
unset XDG_CACHE_HOME XDG_CONFIG_HOME MPLCONFIGDIR
export HOME="$folder/home" TMPDIR="$folder/tmp"
exec "$@"
"""


def seal(folder: Path) -> tuple[str, ...]:
    """Return what to put before a command; its HOME and TMPDIR are below ``folder``, too."""
    user = () if os.geteuid() == 0 else ("--map-root-user",)
    return ("unshare", "--net", "--mount", *user, "sh", "-c", _SCRIPT, "seal", str(folder))


@cache
def can_seal() -> bool:
    """Say whether this machine lets us: containers often do not."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run([*seal(Path(folder)), "true"], capture_output=True, check=False)
        except FileNotFoundError:
            return False
    return done.returncode == 0
