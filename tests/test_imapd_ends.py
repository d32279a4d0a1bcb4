"""How sessions end: each signal in each state, exit codes, what is left."""
import glob
import os
import re
import shutil
import signal

import pytest

import wire
from test_imapd import FROM, Session

LINES = [b"%015d" % i for i in range(400000)]    # more than a socket takes
LARGE = FROM + b"Subject: large\n\n" + b"\n".join(LINES) + b"\n\n"
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


def stopped_in_a_literal(s):
    """A client that stops to read in the midst of a large literal; what is
    still to come of that."""
    s.server.send(b"a SELECT box\r\nb FETCH 1 BODY[TEXT]\r\n")
    while True:
        line = s.server.line()
        if line.startswith(b"* 1 FETCH (BODY[TEXT] {"):
            break
    text = b"\r\n".join(LINES) + b"\r\n"
    assert int(line[len(b"* 1 FETCH (BODY[TEXT] {"):-1]) >= len(text)
    return text


@pytest.mark.parametrize("name", ["TERM", "ALRM", "HUP"])
def test_signal_in_a_literal(name):
    """imapd: a BYE in the middle of a response would be taken for octets of
    the message; the output just stops."""
    with Session({"box": LARGE}) as s:
        text = stopped_in_a_literal(s)
        s.server.process.send_signal(getattr(signal, "SIG" + name))
        assert s.server.status() == 1
        said = s.octets(len(LARGE) * 2)
        assert text.startswith(said) and len(said) < len(text)


def test_mailbox_cut_in_a_literal():
    """... also where the octets that were promised are not there any more."""
    with Session({"box": LARGE}) as s:
        text = stopped_in_a_literal(s)
        os.truncate(os.path.join(s.home.path, "box"), 1000)
        said = s.octets(len(LARGE) * 2)
        assert text.startswith(said) and len(said) < len(text)
        assert s.server.status() == 1


def test_mailbox_removed_in_a_literal():
    """The message is whole, then it is said that there is no mailbox."""
    with Session({"box": LARGE}) as s:
        text = stopped_in_a_literal(s)
        os.unlink(os.path.join(s.home.path, "box"))
        assert s.octets(len(text)) == text
        lines = rest(s)
        assert lines[0].endswith(b")"), lines
        assert lines[1].startswith(b"* BYE ")
        assert lines[1].endswith(b"Fatal mailbox error: Mailbox was removed")
        assert lines[2].startswith(b"b ") and len(lines) == 3
        assert s.server.status() == 0


@pytest.mark.skipif("ASAN_OPTIONS" in os.environ or not shutil.which("strace"),
                    reason="needs strace and the program as it is")
def test_flags_are_in_the_file_before_the_answer_to_logout():
    """The client's next session may begin at once."""
    home = wire.Home()
    try:
        home.write("box", BOX.decode())
        log = os.path.join(home.path, "strace.log")
        done = wire.whole_session(
            home, b"a SELECT box\r\nb STORE 1 +FLAGS (\\Flagged)\r\n"
            b"c LOGOUT\r\n",
            ("strace", "-f", "-qq", "-s", "9999", "-o", log, "-e",
             "trace=write,pwrite64,pwritev,ftruncate,fsync,fdatasync"))
        assert done.returncode == 0
        with open(log, encoding="latin-1") as f:
            calls = f.read().splitlines()
        written = [i for i, call in enumerate(calls)
                   if re.search(r" (pwrite|ftruncate|f(data)?sync)", call)]
        answered = [i for i, call in enumerate(calls)
                    if "c OK LOGOUT" in call]
        with open(home.file("box"), "rb") as f:
            assert b"X-Status: F" in f.read()
        assert written and len(answered) == 1
        assert max(written) < answered[0], calls[answered[0]:]
    finally:
        home.remove()
