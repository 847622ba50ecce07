"""A network of its own for a program: nothing in it but the program's own computer (Linux, without being root).

A namespace of the kernel holds the network; only its loopback device is there, so that whatever wants to leave the
computer fails at once, whichever library asks.
"""

from __future__ import annotations

import errno
import os
import shutil
import socket
import struct
import subprocess
from collections.abc import Sequence

#: Set for the program inside; it then brings up its loopback device.
INSIDE = "ZONESIM_BENCHMARK_INSIDE"
#: A test address that leads nowhere (RFC 5737), and one of IPv6 (RFC 3849).
_NOWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
#: Requests of Linux for the flags of a device, and the flag that it is up (``linux/sockios.h``, ``linux/if.h``).
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1


def why_not() -> str:
    """Why there can be no network of its own here; empty if there can."""
    if shutil.which("unshare") is None:
        return "there is no program unshare (Linux, util-linux)"
    tried = subprocess.run(["unshare", "--map-root-user", "--net", "true"], capture_output=True, text=True)
    return tried.stderr.strip() if tried.returncode else ""


def in_a_network_of_its_own(command: Sequence[str]) -> int:
    """Exit code of a command run in a network that has nothing but this computer. Raises ``OSError``."""
    if reason := why_not():
        raise OSError(f"a network of its own cannot be made here: {reason}")
    inside = ["unshare", "--map-root-user", "--net", *command]
    return subprocess.run(inside, env=os.environ | {INSIDE: "1"}).returncode


def alone() -> bool:
    """Whether this program runs in a network of its own; its loopback device is up then, and nothing else is there."""
    if INSIDE not in os.environ:
        return False
    _bring_up("lo")
    others = [name for _, name in socket.if_nameindex() if name != "lo" and _is_up(name)]
    if others or reachable():
        raise OSError(f"the network is not of its own: {', '.join(others) or 'an address outside can be reached'}")
    return True


def reachable() -> bool:
    """Whether this computer knows a way to addresses that are not its own."""
    return any(_has_a_way(family, address) for family, address in _NOWHERE)


def _has_a_way(family: socket.AddressFamily, address: str) -> bool:
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))
    except OSError as error:
        return error.errno not in (errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
    return True


def _is_up(name: str) -> bool:
    return bool(_flags(name, _GET_FLAGS, 0) & _UP)


def _bring_up(name: str) -> None:
    _flags(name, _SET_FLAGS, _flags(name, _GET_FLAGS, 0) | _UP)


def _flags(name: str, request: int, flags: int) -> int:
    """Ask for the flags of a network device, or set them."""
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        answer = fcntl.ioctl(probe, request, struct.pack("16sH14s", name.encode(), flags, b""))
    return int(struct.unpack("16sH14s", answer)[1])
