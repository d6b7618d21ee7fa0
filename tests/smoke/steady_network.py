#!/usr/bin/env python3
"""Chromium that does not notice changes of this machine's network interfaces.

Chromium ends connections that are being made (ERR_NETWORK_CHANGED) whenever an address is added or
removed. A container engine or a kubelet on the same machine does so at each start of a container.
Chromium without netlink sockets counts as always online (net/base/address_tracker_linux.cc).

Runs as the browser's program: `BROWSER=/usr/bin/chromium steady_network.py FLAGS…`
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import sys

# Numbers of Linux: prctl(2), seccomp(2), and the calls of classic BPF.
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL_WITH = 0x7FFF0000, 0x00050000
CALL_NUMBER, FIRST_ARGUMENT = 0, 16  # offsets in struct seccomp_data
SOCKET_CALL = {"x86_64": 41, "aarch64": 198}
AF_NETLINK = 16


class Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_ushort),
        ("if_true", ctypes.c_ubyte),
        ("if_false", ctypes.c_ubyte),
        ("value", ctypes.c_uint32),
    )


class Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(Instruction)))


def refuse_netlink_sockets() -> None:
    """Refuse them to this process and its children. Raises OSError."""
    steps = (
        (LOAD, 0, 0, CALL_NUMBER),
        (JUMP_IF_EQUAL, 0, 3, SOCKET_CALL[platform.machine()]),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        (JUMP_IF_EQUAL, 0, 1, AF_NETLINK),
        (RETURN, 0, 0, FAIL_WITH | errno.EACCES),
        (RETURN, 0, 0, ALLOW),
    )
    program = Program(len(steps), (Instruction * len(steps))(*steps))
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in (
        (PR_SET_NO_NEW_PRIVS, 1, 0),
        (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program)),
    ):
        if libc.prctl(*arguments, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl")


if __name__ == "__main__":
    refuse_netlink_sockets()
    browser = os.environ["BROWSER"]
    os.execv(browser, [browser, *sys.argv[1:]])
