"""Beside the original toolkit, of which Debian has programs: mailutil, dmail,
tmail, mlock, and PHP's imap extension, whose session on a local mailbox keeps
the inode lock as the original's server does.

Mailboxes lie in ann's home, sessions of ours are started by ann herself.
"""
import fcntl
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

import pytest

from machine import IMAPD, PATIENCE, USERS, wait_for

HOME = pathlib.Path("/home/ann")
BOX = HOME / "box"
UID = USERS["ann"][0]
ENV = {"HOME": str(HOME), "PATH": "/usr/bin:/bin", "LC_ALL": "C"}
ANN = {"user": UID, "group": UID, "extra_groups": [], "cwd": HOME, "env": ENV}

FROM = "From a@b Tue Mar  5 09:01:02 2024 +0000\n"


def message(n, internal=""):
    return FROM + "Subject: %s\n%s\ntext %s\n\n" % (n, internal, n)


def kept(n):
    base = "X-IMAPbase: 1700000000 9\n" if n == 1 else ""
    return message("m%d" % n, base + "Status: O\nX-Status: \nX-Keywords:%s\n"
                   "X-UID: %d\n" % (" " * 40, n))


def write(text, path=BOX):
    path.write_text(text)
    os.chown(path, UID, UID)


class Ours:
    """A session of ours."""

    def __init__(self, command=b"SELECT box"):
        self.sock, theirs = socket.socketpair()
        self.sock.settimeout(PATIENCE)
        self.process = subprocess.Popen([IMAPD], stdin=theirs, stdout=theirs,
                                        **ANN)
        theirs.close()
        self.file = self.sock.makefile("rb")
        assert self.line().startswith(b"* PREAUTH ")
        self.said = self.ok(command) if command else []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()
        self.file.close()
        assert self.process.wait(PATIENCE) >= 0

    def line(self):
        line = self.file.readline()
        assert line, "it ended"
        return line.rstrip(b"\r\n")

    def command(self, text):
        """(tagged line without tag, untagged lines)"""
        self.sock.sendall(b"x " + text + b"\r\n")
        lines = [self.line()]
        while not lines[-1].startswith(b"x "):
            lines.append(self.line())
        return lines[-1][2:], lines[:-1]

    def ok(self, text):
        tagged, lines = self.command(text)
        assert tagged.startswith(b"OK"), (tagged, lines)
        return lines

    def append(self, text, name=b"box"):
        octets = text.replace("\n", "\r\n").encode()
        self.sock.sendall(b"x APPEND %s {%d}\r\n" % (name, len(octets)))
        assert self.line().startswith(b"+ ")
        self.sock.sendall(octets + b"\r\n")
        while True:
            line = self.line()
            if line.startswith(b"x "):
                return line[2:]

    def picture(self):
        """[(UID, flags, subject)]"""
        rows = []
        count = [x for x in self.ok(b"STATUS box (MESSAGES)")
                 if b"MESSAGES" in x]
        if b"MESSAGES 0" in count[0]:
            return rows
        lines = iter(self.ok(b"FETCH 1:* (UID FLAGS "
                             b"BODY.PEEK[HEADER.FIELDS (SUBJECT)])"))
        for line in lines:
            m = re.match(rb"\* \d+ FETCH \(UID (\d+) FLAGS \(([^)]*)\)", line)
            if m:
                flags = frozenset(m.group(2).decode().split())
                subject = next(lines).decode().split()[1]
                rows.append((int(m.group(1)), flags - {"\\Recent"}, subject))
        return rows


PHP = """
$m = @imap_open("box", "", "", %s);
if (!$m) { echo json_encode(imap_errors()), "\\n"; exit(1); }
echo "open\\n";
while (($line = fgets(STDIN)) !== false)
    echo json_encode(eval("return " . $line . ";")), "\\n";
imap_close($m%s);
"""


class Original:
    """A session of the original, which keeps its mailbox for itself."""

    def __init__(self, options="0", at_close=""):
        self.process = subprocess.Popen(
            ["php8.2", "-d", "output_buffering=0", "-d", "display_errors=0",
             "-r", PHP % (options, at_close)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, bufsize=1, **ANN)
        line = self.process.stdout.readline()
        assert line == "open\n", line

    def do(self, code):
        self.process.stdin.write(code + "\n")
        line = self.process.stdout.readline()
        assert line, "it ended"
        return json.loads(line)

    def picture(self):
        """As Ours.picture."""
        rows = []
        for n in range(1, self.do("imap_num_msg($m)") + 1):
            h = self.do("imap_headerinfo($m, %d)" % n)
            flags = {name for key, name in (
                ("Flagged", "\\Flagged"), ("Answered", "\\Answered"),
                ("Deleted", "\\Deleted"), ("Draft", "\\Draft"))
                if h[key].strip()}
            if h["Recent"] == "R" or (h["Recent"] != "N" and
                                      h["Unseen"] != "U"):
                flags.add("\\Seen")
            rows.append((self.do("imap_uid($m, %d)" % n), frozenset(flags),
                         h["subject"]))
        return rows

    def lock_file(self):
        st = BOX.stat()
        return pathlib.Path("/tmp/.%x.%x" % (st.st_dev, st.st_ino))

    def end(self):
        self.process.stdin.close()
        self.process.wait(PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


@pytest.fixture
def box(clean):
    write(kept(1) + kept(2) + kept(3))
    yield clean


def test_it_keeps_the_lock(box):
    """What these tests stand on: the original's session holds the inode lock
    and its pid is there."""
    with Original() as o:
        assert o.lock_file().read_text() == str(o.process.pid)


def test_kiss_of_death(box):
    """SELECT asks it to let go, and goes on when it has; EXAMINE, STATUS and
    APPEND ask nobody."""
    with Original() as o, Ours(None) as s:
        s.ok(b"EXAMINE box")
        s.ok(b"STATUS box (MESSAGES)")
        assert s.append("Subject: new\n\nx\n").startswith(b"OK")
        time.sleep(0.3)
        assert o.process.poll() is None
        said = s.ok(b"SELECT box")
        assert b"* NO Trying to get mailbox lock from process %d" \
            % o.process.pid in said
        assert o.process.wait(PATIENCE) == -signal.SIGUSR2
        assert b"* OK [PERMANENTFLAGS" in b" ".join(said)
        assert not any(b"readonly" in line for line in said)
        s.ok(b"STORE 1 +FLAGS (\\Seen)")


def test_kiss_once(box):
    """One that comes back is not thrown out again by the same session."""
    with Ours(None) as s:
        with Original() as o:
            s.ok(b"SELECT box")
            assert o.process.wait(PATIENCE) == -signal.SIGUSR2
        with Original() as o:
            for _ in range(2):
                said = s.ok(b"SELECT box")
                assert b"* NO Mailbox is open by another process, access is " \
                    b"readonly" in said
                assert o.process.poll() is None
            assert o.do("imap_num_msg($m)") == 3
        assert not any(b"readonly" in x for x in s.ok(b"SELECT box"))


def test_pid_that_holds_nothing_is_not_asked(box):
    """The lock file names a process that does not hold it."""
    bystander = subprocess.Popen(["sleep", "1000"], **ANN)
    try:
        st = BOX.stat()
        name = pathlib.Path("/tmp/.%x.%x" % (st.st_dev, st.st_ino))
        with open(name, "w") as f:
            os.chmod(name, 0o666)
            f.write(str(bystander.pid))
            f.flush()
            fcntl.flock(f, fcntl.LOCK_EX)
            with Ours() as s:
                assert b"* NO Mailbox is open by another process, access is " \
                    b"readonly" in s.said
            assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_it_takes_the_lock_later(box):
    """Reading goes on; STORE and EXPUNGE answer [INUSE]; when it is gone they
    work again."""
    with Ours() as s:
        s.ok(b"STORE 1 +FLAGS (\\Deleted)")
        with Original() as o:
            assert s.picture()[2][2] == "m3"
            for command in (b"STORE 2 +FLAGS (\\Seen)", b"EXPUNGE"):
                begun = time.monotonic()
                tagged, _ = s.command(command)
                assert tagged.startswith(b"NO [INUSE]"), tagged
                assert 1.5 < time.monotonic() - begun < PATIENCE
            assert s.picture() == o.picture()
            assert len(s.picture()) == 3
            o.end()
        s.ok(b"STORE 2 +FLAGS (\\Seen)")
        assert b"* 1 EXPUNGE" in s.ok(b"EXPUNGE")
        assert [row[0] for row in s.picture()] == [2, 3]


def test_what_it_does_is_seen(box):
    """Ours is idle; the original changes flags, appends and expunges: ours
    then shows exactly what the file has."""
    with Ours() as s, Ours(b"EXAMINE box") as reader:
        with Original(at_close=", CL_EXPUNGE") as o:
            o.do('imap_setflag_full($m, "2", "\\\\Flagged \\\\Seen")')
            o.do('imap_check($m)')
            o.do('imap_append($m, "box", "Subject: four\\r\\n\\r\\nx\\r\\n")')
            o.do('imap_ping($m)')
            o.do('imap_delete($m, "1")')
            for session in (s, reader):
                session.ok(b"NOOP")
            assert len(o.picture()) == 4
            o.do('imap_expunge($m)')
            want = o.picture()
            for session in (s, reader):
                assert b"* 1 EXPUNGE" in session.ok(b"NOOP")
                assert session.picture() == want
            o.end()
        assert [row[2] for row in want] == ["m2", "m3", "four"]
        s.ok(b"NOOP")
        assert s.picture() == want
        with Ours(b"EXAMINE box") as fresh:
            assert fresh.picture() == want


def test_arrivals_while_it_keeps_the_lock(box):
    """APPEND, COPY and procmail go in, without UIDs; the original sees them
    and gives the UIDs, which ours shows then."""
    write(message("copied"), HOME / "other")
    with Ours() as s, Ours(b"SELECT other") as from_other:
        with Original() as o:
            assert b"APPENDUID" not in s.append("Subject: appended\n\nx\n")
            tagged, _ = from_other.command(b"COPY 1 box")
            assert tagged.startswith(b"OK") and b"COPYUID" not in tagged
            (HOME / ".procmailrc").write_text(":0:\nbox\n")
            os.chown(HOME / ".procmailrc", UID, UID)
            subprocess.run(["procmail", "-d", "ann"], check=True,
                           input=message("delivered").encode())
            assert BOX.read_text().count("X-UID") == 3
            o.do("imap_ping($m)")
            want = o.picture()
            assert [row[2] for row in want] == [
                "m1", "m2", "m3", "appended", "copied", "delivered"]
            o.end()
        s.ok(b"NOOP")
        assert s.picture() == want


def test_it_copies_out_of_a_mailbox_that_we_have(box):
    """mailutil reads while ours is selected; nobody disturbs the other."""
    with Ours() as s:
        s.ok(b"STORE 2 +FLAGS (\\Flagged)")
        subprocess.run(["mailutil", "copy", "box", "copy"], check=True,
                       timeout=PATIENCE, **ANN)
        s.ok(b"STORE 3 +FLAGS (\\Seen)")
        assert [row[0] for row in s.picture()] == [1, 2, 3]
        copied = (HOME / "copy").read_text()
        assert copied.count("Subject: m") == 3
        assert "X-Status: F" in copied


@pytest.mark.parametrize("how", ("mailutil", "tmail", "dmail"))
def test_it_delivers_to_a_mailbox_that_we_have(box, how):
    write(message("new"), HOME / "new")
    with Ours() as s:
        if how == "mailutil":
            subprocess.run(["mailutil", "append", "new", "box"], check=True,
                           timeout=PATIENCE, **ANN)
        else:
            subprocess.run([how, "+box" if how == "dmail" else "ann+box"],
                           timeout=PATIENCE, check=True,
                           input=message("new").encode(), **ANN)
        assert b"* 4 EXISTS" in s.ok(b"NOOP")
        assert s.picture()[3][2] == "new"
        s.ok(b"STORE 4 +FLAGS (\\Seen)")


def test_it_opens_what_we_left(box):
    """After our session changed all there is, the original shows the same,
    and reads what ours wrote without rewriting it."""
    with Ours() as s:
        s.ok(b"STORE 1 +FLAGS (\\Answered \\Flagged)")
        s.append("Subject: four\n\nx\n")
        s.ok(b"NOOP")
        s.ok(b"STORE 2 +FLAGS (\\Deleted)")
        s.ok(b"EXPUNGE")
        s.ok(b"CHECK")
        want = s.picture()
        before = BOX.read_bytes()
        with Original() as o:
            assert o.picture() == want
            o.end()
        assert BOX.read_bytes() == before


def test_sigusr2_to_ours(box):
    """An original's kiss of death: ours stays, idle or in the middle of a
    change, which is whole afterwards."""
    big = kept(1) + "".join(
        message(n) + "x" * 60 + "\n" for n in range(2, 60000))
    write(big)
    with Ours() as s:
        s.process.send_signal(signal.SIGUSR2)
        s.ok(b"NOOP")
        s.sock.sendall(b"x CHECK\r\n")  # a rewrite of all
        for _ in range(40):
            s.process.send_signal(signal.SIGUSR2)
            time.sleep(0.005)
        while not s.line().startswith(b"x OK"):
            pass
        assert len(s.ok(b"UID SEARCH ALL")[0].split()) == 2 + 59999
    text = BOX.read_text()
    assert text.count("\nX-UID: ") == 59999
    with Original("OP_READONLY") as o:
        assert o.do("imap_num_msg($m)") == 59999


def test_it_gets_the_lock_between_our_changes(box):
    """Ours changes flags all the time: the original opens read-write, and
    nobody of ours was made read-only by a hold of ours."""
    with Ours() as one, Ours() as two:
        for n in range(60):
            one.ok(b"STORE 1 %cFLAGS (\\Seen)" % b"+-"[n % 2])
            two.ok(b"STORE 2 %cFLAGS (\\Seen)" % b"-+"[n % 2])
            if n % 20 == 19:
                with Ours() as third:
                    assert not any(b"readonly" in x for x in third.said)
        with Original() as o:
            o.do('imap_setflag_full($m, "3", "\\\\Answered")')
            o.end()
        one.ok(b"NOOP")
        assert "\\Answered" in one.picture()[2][1]


def test_select_beside_a_long_change_of_ours(box):
    """A session that changes a large mailbox holds the lock for a while: who
    selects it meanwhile waits, kills nobody, and may write."""
    write(kept(1) + "".join(message(n) for n in range(2, 100000)))
    with Ours() as one, Ours(None) as two:
        one.sock.sendall(b"x CHECK\r\n")
        two.sock.sendall(b"x SELECT box\r\n")
        said = []
        while not (said and said[-1].startswith(b"x ")):
            said.append(two.line())
        assert said[-1].startswith(b"x OK [READ-WRITE]"), said
        assert not any(b"Trying" in x or b"readonly" in x for x in said)
        while not one.line().startswith(b"x OK"):
            pass
        two.ok(b"STORE 1 +FLAGS (\\Seen)")


def test_fcntl_locker(box):
    """A program that knows only fcntl() has the mailbox: STORE waits, then
    answers [INUSE]; and while ours writes, it waits."""
    with Ours() as s, open(BOX, "r+b") as f:
        fcntl.lockf(f, fcntl.LOCK_EX)
        assert s.command(b"STORE 1 +FLAGS (\\Seen)")[0].startswith(
            b"NO [INUSE]")
        fcntl.lockf(f, fcntl.LOCK_UN)
        s.ok(b"STORE 1 +FLAGS (\\Seen)")
        # what it writes under that lock is never mixed with what ours do
        deliveries = 0
        for n in range(50):
            s.sock.sendall(b"x STORE 1:3 %cFLAGS (\\Flagged)\r\n"
                           % b"+-"[n % 2])
            fcntl.lockf(f, fcntl.LOCK_EX)
            f.seek(0, 2)
            f.write(message("f%d" % n).encode())
            f.flush()
            fcntl.lockf(f, fcntl.LOCK_UN)
            deliveries += 1
            while True:
                line = s.line()
                if line.startswith(b"x "):
                    break
            assert line.startswith(b"x OK"), line
        s.ok(b"NOOP")
        assert len(s.picture()) == 3 + deliveries
    assert BOX.read_text().count("Subject: f") == 50


def test_killed_in_the_middle(box):
    """A killed session's locks stop nobody: not ours, and the original's."""
    write(kept(1) + "".join(message(n) for n in range(2, 60000)))
    s = Ours()
    s.sock.sendall(b"x CHECK\r\n")
    wait_for("a dot-lock", lambda: pathlib.Path(str(BOX) + ".lock").exists())
    s.process.kill()
    s.process.wait()
    s.sock.close()
    begun = time.monotonic()
    with Ours() as s:
        assert not any(b"readonly" in x for x in s.said)
        assert len(s.ok(b"UID SEARCH ALL")[0].split()) == 2 + 59999
    assert time.monotonic() - begun < PATIENCE
    assert not pathlib.Path(str(BOX) + ".lock").exists()


def test_mlock_of_the_original(box):
    """Its lock program makes a dot-lock that ours waits for."""
    lock = pathlib.Path(str(BOX) + ".lock")
    os.chmod(HOME, 0o777)
    try:
        with open(BOX, "r+b") as f:
            p = subprocess.Popen(["mlock", str(f.fileno()), str(BOX)],
                                 stdin=subprocess.PIPE, bufsize=0,
                                 stdout=subprocess.PIPE,
                                 pass_fds=[f.fileno()], **ANN)
            assert p.stdout.read(1) == b"+"
            assert lock.exists()
            with Ours(None) as s:
                s.sock.sendall(b"x SELECT box\r\n")
                time.sleep(0.5)
                p.stdin.write(b"+")
                while not s.line().startswith(b"x OK"):
                    pass
            p.wait(PATIENCE)
    finally:
        os.chmod(HOME, 0o700)
    assert not lock.exists()


def test_term_while_select_waits(box):
    """A session that waits for somebody's dot-lock ends when it is told to."""
    lock = pathlib.Path(str(BOX) + ".lock")
    lock.touch()
    try:
        s = Ours(None)
        s.sock.sendall(b"x SELECT box\r\n")
        assert b"is locked, will override in" in s.line()
        s.process.send_signal(signal.SIGTERM)
        begun = time.monotonic()
        while s.file.readline():
            pass
        s.process.wait(PATIENCE)
        assert time.monotonic() - begun < PATIENCE
        s.sock.close()
        s.file.close()
    finally:
        lock.unlink()
