"""Abuse of a session after login: whatever is sent has its answer or a clean
end, and costs little memory. That its work grows as the input does, and no
faster, is what tests/linear counts.
"""
import concurrent.futures
import os
import re
import signal

import pytest

import wire
from abuse_rows import BOX, ROWS
from test_imapd import FROM, Session

AT_ONCE = 4         # sessions that end, one after another
BUDGET = 5000       # KiB above the idle session
SANITIZED = "ASAN_OPTIONS" in os.environ


def session_of(home, octets):
    """A server fed with octets until its end; its exit code and answer."""
    done = wire.whole_session(home, octets)
    assert b"Sanitizer" not in done.stderr, done.stderr
    return done.returncode, done.stdout


def everything(s):
    """The lines of the server up to the last answer."""
    end = b"\r\nend OK NOOP completed\r\n"
    got = [s.server.buffer]
    os.set_blocking(s.server.fd_in, True)
    while not b"".join(got[-2:]).endswith(end):
        got.append(os.read(s.server.fd_in, 1 << 20))
        assert got[-1], "closed after %r" % b"".join(got[-3:])[-200:]
    s.server.buffer = b""
    return b"".join(got)[:-2].split(b"\r\n")


@pytest.mark.parametrize("name", sorted(ROWS))
def test_answer_and_memory(name):
    """Lines, and in the end the answer to the next command, or a BYE."""
    with Session({"box": BOX}) as s:
        s.command(b"SELECT box")
        before = s.memory("VmRSS")
        s.server.send(ROWS[name](300000))
        s.server.send(b"\r\nDONE\r\nend NOOP\r\n")
        for line in everything(s):
            assert re.match(rb"(\* |\+ |[!-~]+ (OK|NO|BAD) )", line), line
            assert not line.startswith(b"* BYE"), line
        cost = s.memory() - before
        print("%-30s %5d KiB" % (name, cost))
        assert cost < BUDGET or SANITIZED
        with open(s.home.file("box"), "rb") as f:
            assert f.read().count(b"\nSubject: m") == 20


MESSAGE = b"Subject: new\r\nFrom: c@d\r\n\r\nmarker\r\n"
LONG = (b"a ID (\"name\" \"test\")\r\nb SELECT box\r\n"
        b"c FETCH 1:* (FLAGS ENVELOPE BODY.PEEK[TEXT])\r\n"
        b"d STORE 2 +FLAGS (\\Deleted Work)\r\ne CREATE new\r\n"
        b"f APPEND box (\\Seen) {%d+}\r\n%s\r\n"
        b"g COPY 1:3 new\r\nh SEARCH CHARSET UTF-8 SUBJECT {2+}\r\nm1\r\n"
        b"i UID STORE 5:7 -FLAGS.SILENT (\\Seen)\r\nj IDLE\r\nDONE\r\n"
        b"k EXPUNGE\r\nl RENAME new newer\r\nm SORT (DATE) UTF-8 ALL\r\n"
        b"n SUBSCRIBE newer\r\no STATUS newer (MESSAGES)\r\np CHECK\r\n"
        b"q DELETE newer\r\nr CLOSE\r\ns LOGOUT\r\n" %
        (len(MESSAGE), MESSAGE))


def vanish(cuts):
    """Sessions that end at these octets of LONG, one after another."""
    store = LONG.index(b"k EXPUNGE\r\n") + 11
    added = LONG.index(MESSAGE) + len(MESSAGE) + 2
    home = wire.Home()
    try:
        for cut in cuts:
            for name in ("new", "newer"):
                if os.path.exists(home.file(name)):
                    os.unlink(home.file(name))
            home.write("box", BOX.decode())
            code, said = session_of(home, LONG[:cut])
            assert code == (0 if cut == len(LONG) else 1), cut
            assert said.endswith(b"\r\n") and b" BAD " not in said, (cut, said)
            with open(home.file("box"), "rb") as f:
                box = f.read()
            assert box.count(b"\nFrom: a@b\n") == 20 - (cut >= store), cut
            assert box.count(b"\nmarker\n") == (cut >= added), cut
            left = [n for _, _, names in os.walk(home.path) for n in names
                    if n != "uidvalidity.lock"]
            assert not [n for n in left if ".lock" in n or "redo" in n], cut
    finally:
        home.remove()


def test_client_that_vanishes_at_every_octet():
    """The server ends; the mailbox has all that was answered for, nothing of
    what was cut; no lock, redo record or temporary file stays. Several at a
    time, each with a home of its own, since they wait for the disk."""
    temporary = set(os.listdir("/tmp"))
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        runs = [pool.submit(vanish, range(first, len(LONG) + 1, AT_ONCE))
                for first in range(AT_ONCE)]
        for run in runs:
            run.result()
    new = set(os.listdir("/tmp")) - temporary
    assert not [n for n in new if n.startswith("imapd-")]


def test_client_that_never_reads():
    """It blocks itself: one buffer waits for it, no lock is held, others read
    and change the mailbox; then it is ended as any other."""
    text = b"0123456789abcde\n" * 60000
    box = b"".join(FROM + b"Subject: m%d\n\n" % i + text + b"\n"
                   for i in range(10))
    with Session({"box": box}) as one, Session({}, one) as two:
        one.command(b"SELECT box")
        two.command(b"SELECT box")
        one.send(b"FETCH 1:* BODY.PEEK[]")
        assert one.server.line().startswith(b"* 1 FETCH (BODY[] {")
        assert two.command(b"STORE 1:* +FLAGS (\\Flagged)")
        two.command(b"CHECK")
        assert not os.path.exists(one.home.file("box") + ".lock")
        assert one.memory() < 8000 or SANITIZED
        one.server.process.send_signal(signal.SIGALRM)
        while one.octets(1000000):
            pass
        assert one.server.status() == 1
        two.command(b"STORE 1 -FLAGS (\\Flagged)")


def test_client_that_sends_octet_by_octet():
    """Each in a packet of its own; the answer is that of the whole."""
    with Session({"box": BOX}) as s:
        os.set_blocking(s.server.fd_out, True)
        talk = LONG.replace(b"s LOGOUT\r\n", b"")
        for i in range(len(talk)):
            os.write(s.server.fd_out, talk[i:i + 1])
        answers = []
        while not answers or answers[-1][:2] != b"r ":
            answers.append(s.server.line())
        tagged = [a for a in answers if re.match(rb"[a-r] ", a)]
        assert [a[:1] for a in tagged] == [b"%c" % c for c in b"abcdefghij"
                                           b"klmnopqr"]
        assert all(a[2:4] == b"OK" for a in tagged), tagged
