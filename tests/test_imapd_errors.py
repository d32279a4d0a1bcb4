"""What the system refuses: permissions, full disks; and that the session goes
on with the mailbox as it was."""
import os
import resource

import pytest

import wire
from test_imapd import FROM, Session
from test_imapd_message import append_large

BOX = FROM + b"Subject: x\n\ntext\n\n"


def answer(s, command):
    s.send(command)
    while True:
        line = s.server.line()
        assert line is not None
        tag, _, text = line.partition(b" ")
        if tag == b"t%d" % s.tags:
            return text


def test_no_permission():
    """RFC 5530 3: NOPERM."""
    with Session({"box": BOX, "dir/box": BOX}) as s:
        box, inner = s.home.file("box"), os.path.join(s.home.path, "dir")
        os.chmod(box, 0)
        os.chmod(inner, 0)
        try:
            for command in (b"SELECT box", b"SELECT dir/box",
                            b"STATUS box (MESSAGES)",
                            b"STATUS dir/box (MESSAGES)"):
                said = answer(s, command)
                assert said.startswith(b"NO [NOPERM] "), (command, said)
            assert answer(s, b"APPEND box {1+}\r\nx").startswith(b"NO ")
        finally:
            os.chmod(inner, 0o700)
            os.chmod(box, 0o600)
        with open(box, "rb") as f:
            assert f.read() == BOX


def test_no_permission_for_subscriptions():
    with Session({"box": BOX, ".mailboxlist": b"box\n"}) as s:
        path = os.path.join(s.home.path, ".mailboxlist")
        os.chmod(path, 0)
        try:
            for command in (b"SUBSCRIBE box", b"UNSUBSCRIBE box"):
                said = answer(s, command)
                assert said.startswith(b"NO [NOPERM] "), (command, said)
            s.command(b"LSUB \"\" *")
        finally:
            os.chmod(path, 0o600)
        with open(path, "rb") as f:
            assert f.read() == b"box\n"


# What is no file, under every name that a session opens. Nothing may be
# waited for in it.
@pytest.mark.parametrize("name", ["pipe", "INBOX", "mbox", ".mailboxlist",
                                  ".imapalert", ".cedar"])
def test_pipes(name):
    with Session({"box": BOX}) as s:
        path = s.home.file(name)
        os.mkfifo(path)
        s.home.own(path)
        for command in (b"LIST \"\" *", b"LSUB \"\" *", b"SCAN \"\" * x",
                        b"SELECT pipe", b"STATUS pipe (MESSAGES)",
                        b"SUBSCRIBE box", b"APPEND pipe {1+}\r\nx",
                        b"CREATE pipe", b"SELECT INBOX",
                        b"STATUS INBOX (MESSAGES)", b"SELECT box",
                        b"COPY 1 pipe", b"STORE 1 +FLAGS (\\Deleted)",
                        b"CHECK", b"EXPUNGE", b"CLOSE"):
            said = answer(s, command)
            assert said.startswith((b"OK", b"NO")), (command, said)
        s.command(b"LOGOUT")
        assert s.server.status() == 0


@pytest.fixture
def limited(monkeypatch):
    """Makes sessions whose process has a limit."""
    def make(mailboxes, what, soft, beside=None):
        with monkeypatch.context() as m:
            m.setattr(wire.Server, "limits", {what: soft})
            return Session(mailboxes, beside)
    return make


def messages(s, box):
    lines = s.command(b"STATUS %s (MESSAGES)" % box)
    line = [x for x in lines if x.startswith(b"* STATUS")][0]
    return int(line.split(b"MESSAGES ")[1][:-1])


@pytest.mark.parametrize("limit", (0, 300000, 5000000))
def test_full(limited, limit):
    """A disk that takes no more octets, in the spool or in the mailbox: what
    is there stays, and is read."""
    with Session({"box": BOX, "other": b""}) as free, \
            limited({}, resource.RLIMIT_FSIZE, limit, free) as s:
        # The UIDs are recorded by one who can.
        assert answer(free, b"SELECT box").startswith(b"OK ")
        assert answer(free, b"UNSELECT").startswith(b"OK ")
        assert answer(s, b"SELECT box").startswith(b"OK ")
        said = append_large(s, 18 + 74 * 100000)
        assert b" NO " in said, said
        if limit == 0:
            for command in (b"COPY 1 other", b"APPEND box {6+}\r\na: b\r\n"):
                said = answer(s, command)
                assert said.startswith(b"NO [OVERQUOTA] "), said
            assert messages(free, b"other") == 0
        assert answer(s, b"FETCH 1 BODY.PEEK[TEXT]") == b"OK FETCH completed"
        with open(s.home.file("box"), "rb") as f:
            octets = f.read()
        assert b"0123456789" not in octets and b"text\n" in octets
        said = append_large(free, 18 + 74 * 1000)
        assert b" OK [APPENDUID" in said, said
        assert messages(s, b"box") == messages(free, b"box") == 2


def test_no_room_for_the_spool(limited):
    """Where no file can be made the answer says so."""
    with limited({"box": BOX}, resource.RLIMIT_NOFILE, 5) as s:
        said = append_large(s, 18 + 74 * 10000)
        assert b" NO " in said, said
        assert answer(s, b"NOOP") == b"OK NOOP completed"
