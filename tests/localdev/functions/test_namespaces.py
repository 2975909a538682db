"""Who joins what an environment's first process has mounted, without mounts."""

from __future__ import annotations

import os
import socket

import pytest

from localdev.functions.namespaces import Namespaces


def test_the_next_process_joins_what_the_first_one_sent() -> None:
    namespaces = Namespaces()
    with namespaces.launched(["1"]) as (how, (theirs,)):
        assert how == ["new", str(theirs), "1"]
        with socket.socket(fileno=os.dup(theirs)) as launcher:
            socket.send_fds(launcher, [b"."], [launcher.fileno()])
    for _ in range(2):  # however many come
        with namespaces.launched(["1"]) as (how, descriptors):
            (received,) = descriptors
            assert how == ["join", str(received)]
    namespaces.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(received)
    with namespaces.launched(["1"]) as (how, _):
        assert how[0] == "new"
    namespaces.close()


def test_one_that_ended_before_it_had_mounted_leaves_nothing_to_join() -> None:
    namespaces = Namespaces()
    for _ in range(2):
        with namespaces.launched([]) as (how, _):
            assert how[0] == "new"
    namespaces.close()
