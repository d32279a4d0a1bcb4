"""Abuse of a session after login: whatever is sent has its answer or a clean
end, costs little memory, and work that grows as the input does.

Each row of ROWS makes an input of about n octets. It is sent in sizes for
which the highest memory of the process is bounded, and run at three sizes
under callgrind, which counts instructions: a doubled input may take at most
LIMIT times the work.
"""
import functools
import os
import random
import re
import shutil
import signal
import subprocess

import pytest

import wire
from test_imapd import FROM, Session

LIMIT = 2.3         # for a doubling: n log n passes, n * n is 4
FLOOR = 400000      # instructions: less is not judged
SMALL = 8192        # octets of the smallest input that is counted
BUDGET = 5000       # KiB above the idle session
SANITIZED = "ASAN_OPTIONS" in os.environ
BOX = b"".join(FROM + b"From: a@b\nSubject: m%d\n\ntext %d\n\n" % (i, i)
               for i in range(20))


def many(begin, piece, end, line=60000):
    """Commands of at most `line` octets, full of pieces, n octets in all."""
    def make(n):
        out = b""
        while len(out) < n:
            times = max(1, min(n - len(out), line) // len(piece))
            out += b"a " + begin + piece * times + end + b"\r\n"
        return out
    return make


def repeat(octets):
    return lambda n: octets * (n // len(octets) + 1)


def noise(n):
    rng = random.Random(7)
    return bytes(rng.randrange(256) for _ in range(n))


HTTP = (b"POST / HTTP/1.1\r\nHost: mail.example:143\r\nCookie: a=b\r\n"
        b"Content-Length: 20\r\n\r\na1 LOGIN user pass\r\n")

ROWS = {
    "unknown commands": repeat(b"a XYZZY plugh\r\n"),
    "no commands": repeat(b"\r\n"),
    "tags without command": repeat(b"tag\r\na \r\n"),
    "bad tags": repeat(b"(*) NOOP\r\n\"a\" NOOP\r\n"),
    "wrong state": repeat(b"a LOGIN x y\r\na STARTTLS\r\na AUTHENTICATE X\r\n"),
    "one long line": lambda n: b"a " + b"x" * n + b"\r\n",
    "long lines": many(b"NOOP ", b"x", b"", 70000),
    "long tag": lambda n: b"a" * n + b" NOOP\r\n",
    "long mailbox name": many(b"STATUS ", b"x", b" (MESSAGES)"),
    "long quoted string": many(b"STATUS \"", b"\\\"", b"\" (MESSAGES)"),
    "quoted string without end": many(b"STATUS \"", b"x", b""),
    "NUL": many(b"SEARCH SUBJECT \"", b"a\0", b"\""),
    "bare CR": many(b"SEARCH SUBJECT ", b"a\r", b""),
    "bare LF": repeat(b"a NOOP\n"),
    "CR CR LF": repeat(b"a NOOP\r\r\n"),
    "HTTP": repeat(HTTP),
    "binary noise": noise,
    "TLS hello": repeat(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" +
                        b"\0" * 500 + b"\r\n"),
    "parentheses of FETCH": many(b"FETCH 1 ", b"(", b""),
    "parentheses of SEARCH": many(b"SEARCH ", b"(", b"ALL"),
    "NOT NOT NOT": many(b"SEARCH ", b"NOT ", b"ALL"),
    "OR OR OR": many(b"SEARCH ", b"OR ALL ", b"ALL", 10000),
    "keys of SEARCH": many(b"SEARCH ", b"SUBJECT m ", b"ALL", 30000),
    "parentheses of ID": many(b"ID ", b"(", b""),
    "pairs of ID": many(b"ID (", b"\"a\" \"b\" ", b"NIL NIL)"),
    "flags": many(b"STORE 1 FLAGS.SILENT (", b"\\Seen ", b"\\Seen)"),
    "keywords": many(b"STORE 1 FLAGS.SILENT (", b"kw ", b"kw)"),
    "wildcards": many(b"LIST \"\" ", b"*%", b"b"),
    "wildcards and letters": many(b"LIST \"\" ", b"*a", b""),
    "numbers of a set": many(b"FETCH ", b"1,", b"2 UID"),
    "ranges of a set": many(b"FETCH ", b"1:*,", b"2 UID"),
    "UIDs of a set": many(b"UID FETCH ", b"7:4294967295,", b"2 UID"),
    "large numbers": many(b"FETCH ", b"9", b" UID"),
    "deep sections": many(b"FETCH 1 BODY.PEEK[", b"1.", b"1]"),
    "fields": many(b"FETCH 1 BODY.PEEK[HEADER.FIELDS (", b"x ", b"x)]"),
    "items": many(b"FETCH 1 (", b"UID ", b"UID)"),
    "SORT programs": many(b"SORT (", b"REVERSE DATE ", b"DATE) UTF-8 ALL"),
    "literals that are read": repeat(
        b"a SEARCH SUBJECT {1000+}\r\n" + b"x" * 1000 + b"\r\n"),
    "literals that are too long": repeat(
        b"a STATUS {20000+}\r\n" + b"x" * 20000 + b"\r\n"),
    "literals without end": lambda n: b"a ID (" + b" ".join(
        [b"\"a\" {100+}\r\n" + b"x" * 100] * (n // 111)) + b")\r\n",
    "literals of nobody": repeat(b"a XYZZY {9+}\r\na b c d e\r\n"),
    "announcements": repeat(b"a STATUS {100000}\r\na STATUS {9\r\n"),
    "IDLE without DONE": repeat(b"a IDLE\r\nwell\r\n"),
    "APPEND without mailbox": repeat(
        b"a APPEND none {500+}\r\n" + b"x" * 500 + b"\r\n"),
    "APPEND of a wrong date": repeat(
        b"a APPEND box \"99-Xyz-2024\" {500+}\r\n" + b"x" * 500 + b"\r\n"),
}


def session_of(home, octets, tool=()):
    """A server fed with octets until its end; its exit code and answer."""
    argv = list(tool) + [wire.executable("imapd"), "-c",
                         home.write_config()]
    env = {"HOME": home.path, "PATH": "/usr/bin:/bin", "TZ": "UTC",
           "LANG": "C"}
    env.update((k, v) for k, v in os.environ.items() if "SAN_OPTIONS" in k)
    kw = {"user": home.uid, "group": home.gid, "extra_groups": []} \
        if os.geteuid() == 0 else {}
    done = subprocess.run(argv, input=octets, env=env, cwd=home.path,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=120, **kw)
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


def instructions(home, octets):
    out = os.path.join(home.path, "callgrind.out")
    if os.path.exists(out):
        os.unlink(out)
    code, _ = session_of(home, octets, (
        "valgrind", "--quiet", "--tool=callgrind",
        "--callgrind-out-file=" + out))
    assert code in (0, 1)
    with open(out) as f:
        return int(re.search(r"^(?:totals|summary): (\d+)", f.read(),
                             re.M).group(1))


@functools.lru_cache(None)
def started():
    """What a session takes that is asked for nothing."""
    home = wire.Home()
    try:
        home.config.append("set sandbox 0")
        home.write("box", BOX.decode())
        return instructions(home, b"a EXAMINE box\r\nz LOGOUT\r\n")
    finally:
        home.remove()


@pytest.mark.skipif(SANITIZED or not shutil.which("valgrind"),
                    reason="wants valgrind and a plain build")
@pytest.mark.parametrize("name", sorted(ROWS))
def test_work_is_linear(name):
    home = wire.Home()
    try:
        home.config.append("set sandbox 0")
        home.write("box", BOX.decode())
        count = [instructions(home, b"a EXAMINE box\r\n" + ROWS[name](n) +
                              b"\r\nDONE\r\nz LOGOUT\r\n")
                 for n in (SMALL, 2 * SMALL, 4 * SMALL)]
    finally:
        home.remove()
    work = [n - started() for n in count]
    print("%-30s %s" % (name, work))
    if work[2] > FLOOR:
        assert (work[2] / work[0]) ** 0.5 < LIMIT, work


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


def test_client_that_vanishes_at_every_octet():
    """The server ends; the mailbox has all that was answered for, nothing of
    what was cut; no lock, redo record or temporary file stays."""
    home = wire.Home()
    store = LONG.index(b"k EXPUNGE\r\n") + 11
    added = LONG.index(MESSAGE) + len(MESSAGE) + 2
    temporary = set(os.listdir("/tmp"))
    try:
        for cut in range(len(LONG) + 1):
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
