import os

import pytest

from login_help import Probe
from machine import Machine, USERS

if os.environ.get("CEDAR_NAMESPACE") != "inside":
    pytest.exit("run these through tests/ns/enter (make check does)", 4)


@pytest.fixture(scope="session")
def machine():
    m = Machine()
    yield m
    m.stop_all()


@pytest.fixture
def clean(machine):
    """The machine with empty homes, no spool files and no configuration."""
    for user in USERS:
        machine.clear_home(user)
    machine.config("")
    yield machine
    machine.stop_all()


@pytest.fixture
def served(clean):
    """The clean machine behind inetd, with clear logins allowed."""
    clean.config("set disable-plaintext 0\n")
    clean.serve("inetd")
    return clean


@pytest.fixture
def probe(clean):
    """The clean machine with sessions that show what they got."""
    p = Probe(clean)
    clean.config("set disable-plaintext 0\n")
    p.serve()
    return p
