"""How sessions end: each signal in each state, exit codes, what is left."""
import glob
import os
import signal

import pytest

from test_imapd import FROM, Session

BOX = FROM + b"Subject: x\n\ntext\n\n"

# what the client said, and the line that it waits for
STATES = {
    "authenticated": (b"a NOOP\r\n", b"a OK NOOP completed"),
    "selected": (b"a SELECT box\r\n", b"a OK [READ-WRITE] SELECT completed"),
    "idle": (b"a IDLE\r\n", b"+ Waiting for DONE"),
    "idle, selected": (b"a SELECT box\r\nb IDLE\r\n", b"+ Waiting for DONE"),
    "in a line": (b"a NOOP\r\nb NOO", b"a OK NOOP completed"),
    "before a literal": (b"a SELECT {3}\r\n", b"+ Ready for argument"),
    "in a literal": (b"a SELECT {3}\r\nbo", b"+ Ready for argument"),
    "in a message": (b"a APPEND box {100}\r\nSubject: lost",
                     b"+ Ready for argument"),
}

# what it is told then, and the exit code; None: it goes on
ENDS = {
    "TERM": ([b"* BYE Killed (terminated)"], 1),
    "ALRM": ([b"* BYE Autologout (idle for too long)"], 1),
    "HUP": ([], 1),
    "USR1": None,
    "USR2": None,
}


def until(s, want):
    while True:
        line = s.server.line()
        assert line is not None, "closed before %r" % want
        if line == want:
            return


def rest(s):
    lines = []
    while True:
        line = s.server.line()
        if line is None:
            return lines
        lines.append(line)


@pytest.mark.parametrize("name", sorted(ENDS))
@pytest.mark.parametrize("state", sorted(STATES))
def test_signal(state, name):
    says, reached = STATES[state]
    with Session({"box": BOX}) as s:
        s.server.send(says)
        until(s, reached)
        s.server.process.send_signal(getattr(signal, "SIG" + name))
        if ENDS[name]:
            told, code = ENDS[name]
            assert rest(s) == told
            assert s.server.status() == code
        else:
            # whatever it was waiting for is over when the client says so
            ends = {"idle": b"DONE\r\n", "idle, selected": b"DONE\r\n",
                    "in a line": b"P\r\n", "before a literal": b"box\r\n",
                    "in a literal": b"x\r\n",
                    "in a message": b"x" * 87 + b"\r\n"}
            s.server.send(ends.get(state, b"") + b"z LOGOUT\r\n")
            lines = rest(s)
            assert lines[-1] == b"z OK LOGOUT completed", lines
            assert s.server.status() == 0
        for path in glob.glob("/tmp/imapd-status.%d.*" %
                              s.server.process.pid):
            assert name == "USR1"
            os.unlink(path)
        path = os.path.join(s.home.path, "box")
        assert not os.path.exists(path + ".lock")
        if name != "USR1" and name != "USR2":
            with open(path, "rb") as f:
                assert b"lost" not in f.read()


@pytest.mark.parametrize("state", sorted(STATES))
def test_vanished(state):
    """A client that goes away, in each state."""
    says, reached = STATES[state]
    with Session({"box": BOX}) as s:
        s.server.send(says)
        until(s, reached)
        os.close(s.server.fd_in)
        s.server.fd_in = s.server.fd_out = -1
        assert s.server.status() == 1
        path = os.path.join(s.home.path, "box")
        assert not os.path.exists(path + ".lock")
        with open(path, "rb") as f:
            assert b"lost" not in f.read()
