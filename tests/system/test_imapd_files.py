"""The administrator's files, as a session without a login sees them."""
import base64
import fcntl
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

import pytest

from machine import IMAPD, PATIENCE, USERS

ALERT = pathlib.Path("/etc/imapd.alert")
NOLOGIN = pathlib.Path("/etc/nologin")


class Preauth:
    """imapd as ann starts it herself."""

    def __init__(self, env=()):
        self.sock, theirs = socket.socketpair()
        self.sock.settimeout(PATIENCE)
        uid = USERS["ann"][0]
        self.process = subprocess.Popen(
            [IMAPD], stdin=theirs, stdout=theirs, user=uid, extra_groups=[],
            env={"HOME": "/home/ann", "PATH": "/usr/bin:/bin", **dict(env)},
            cwd="/")
        theirs.close()
        self.file = self.sock.makefile("rb")

    def line(self):
        return self.file.readline().rstrip(b"\r\n")

    def ask(self, text):
        """The lines of an answer."""
        self.sock.sendall(b"x " + text + b"\r\n")
        lines = [self.line()]
        while not lines[-1].startswith(b"x "):
            assert lines[-1], lines
            lines.append(self.line())
        return lines

    def end(self):
        self.sock.close()
        self.file.close()
        return self.process.wait(PATIENCE)


@pytest.fixture
def files(clean):
    yield clean
    for path in (ALERT, NOLOGIN):
        path.unlink(missing_ok=True)


def test_nologin_refuses(files):
    NOLOGIN.touch()
    p = Preauth()
    assert p.line().startswith(b"* BYE Service not available ")
    assert p.line() == b""
    assert p.end() == 0


def test_nologin_is_announced(files):
    p = Preauth()
    assert p.line().startswith(b"* PREAUTH ")
    NOLOGIN.touch()
    assert p.ask(b"NOOP") == [
        b"* OK [ALERT] Server shutting down shortly", b"x OK NOOP completed"]
    # the end comes a minute later, not with the next command
    assert p.ask(b"NOOP") == [b"x OK NOOP completed"]
    p.end()


FASTER = 60     # a minute of the server is a second here
MINUTE = 60 / FASTER


@pytest.fixture(scope="module")
def fast():
    """The environment of a server whose time goes by faster. That much has to
    pass for what it waits for; more may, on a busy machine."""
    top = tempfile.mkdtemp(prefix="fastclock.")
    os.chmod(top, 0o755)
    shim = os.path.join(top, "fastclock.so")
    source = pathlib.Path(__file__).with_name("fastclock.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", shim, source],
                   check=True)
    yield {"LD_PRELOAD": shim, "FASTCLOCK": str(FASTER)}
    shutil.rmtree(top)


def until(p, last):
    """What NOOPs tell, but for their own answers, until it is this."""
    told = []
    deadline = time.monotonic() + PATIENCE
    while last not in told:
        assert time.monotonic() < deadline, told
        told += [x for x in p.ask(b"NOOP") if x != b"x OK NOOP completed"]
        time.sleep(0.01)
    return told


SHORTLY = b"* OK [ALERT] Server shutting down shortly"
DOWN = b"* BYE Server shutting down"


def test_shutdown(files, fast):
    """A minute after it was announced the next command is the last one."""
    p = Preauth(fast)
    p.line()
    NOLOGIN.touch()
    assert SHORTLY in p.ask(b"NOOP")
    announced = time.monotonic()
    assert until(p, DOWN) == [DOWN]
    assert time.monotonic() - announced > 0.9 * MINUTE
    assert p.line() == b""
    assert p.end() == 0


def test_shutdown_that_is_called_off(files, fast):
    """When the file is gone and comes back it is announced anew."""
    p = Preauth(fast)
    p.line()
    NOLOGIN.touch()
    assert SHORTLY in p.ask(b"NOOP")
    NOLOGIN.unlink()
    time.sleep(1.5 * MINUTE)
    assert p.ask(b"NOOP") == [b"x OK NOOP completed"]
    NOLOGIN.touch()
    assert until(p, SHORTLY) == [SHORTLY]
    NOLOGIN.unlink()
    p.ask(b"LOGOUT")
    assert p.end() == 0


def test_shutdown_in_idle(files, fast):
    p = Preauth(fast)
    p.line()
    p.sock.sendall(b"x IDLE\r\n")
    assert p.line() == b"+ Waiting for DONE"
    NOLOGIN.touch()
    lines = []
    while not lines or lines[-1] != DOWN:
        lines.append(p.line())
        assert lines[-1], lines
    assert lines.count(SHORTLY) == 1
    assert p.line() == b""
    assert p.end() == 0


def test_newer_alerts(files, fast):
    """A file that was written anew is shown again, in IDLE, too, and one that
    was not is not."""
    ALERT.write_text("old\n")
    os.utime(ALERT, (1000000000, 1000000000))
    p = Preauth(fast)
    p.line()
    assert b"* OK [ALERT] old" in p.ask(b"NOOP")
    time.sleep(1.5 * MINUTE)
    assert p.ask(b"NOOP") == [b"x OK NOOP completed"]
    ALERT.write_text("new\n")
    os.utime(ALERT, (1000000001, 1000000001))
    assert until(p, b"* OK [ALERT] new") == [b"* OK [ALERT] new"]
    p.sock.sendall(b"x IDLE\r\n")
    assert p.line() == b"+ Waiting for DONE"
    hers = pathlib.Path("/home/ann/.imapalert")
    hers.write_text("hers\n")
    lines = []
    while not lines or lines[-1] != b"* OK [ALERT] hers":
        lines.append(p.line())
        assert lines[-1].startswith(b"* OK "), lines
    assert b"* OK [ALERT] new" not in lines
    p.sock.sendall(b"DONE\r\n")
    while p.line() != b"x OK IDLE completed":
        pass
    p.ask(b"LOGOUT")
    assert p.end() == 0


def test_append_to_a_locked_mailbox(files, fast):
    """RFC 5530 3: INUSE, after the half minute that is waited for others."""
    box = pathlib.Path("/home/ann/box")
    box.write_text("From a@b Tue Mar  5 09:01:02 2024\nSubject: x\n\ny\n\n")
    shutil.chown(box, "ann")
    p = Preauth(fast)
    p.line()
    with box.open("rb") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        assert p.ask(b"APPEND box {3+}\r\nabc")[-1].startswith(
            b"x NO [INUSE] ")
    assert p.ask(b"APPEND box {3+}\r\nabc")[-1].startswith(
        b"x OK [APPENDUID ")
    p.ask(b"LOGOUT")
    assert p.end() == 0


def test_alerts(files):
    """Each line, without CR and NUL; the last one may lack its end."""
    ALERT.write_bytes(b"one\r\nt\0wo\n\nthree")
    pathlib.Path("/home/ann/.imapalert").write_text("hers\n")
    p = Preauth()
    p.line()
    assert p.ask(b"NOOP") == [
        b"* OK [ALERT] one", b"* OK [ALERT] two", b"* OK [ALERT] ",
        b"* OK [ALERT] three", b"* OK [ALERT] hers", b"x OK NOOP completed"]
    assert p.ask(b"NOOP") == [b"x OK NOOP completed"]
    p.end()


def test_sandbox_refusal_is_explained(files):
    """The log says, once, which directive would allow a refused mailbox."""
    box = pathlib.Path("/run/elsewhere/box")
    box.parent.mkdir(exist_ok=True)
    box.write_text("From a@b Tue Mar  5 09:01:02 2024\nSubject: x\n\ny\n\n")
    box.chmod(0o644)
    mark = files.log.mark()
    p = Preauth()
    p.line()
    assert p.ask(b"SELECT /run/elsewhere/box")[-1].startswith(b"x NO ")
    assert p.ask(b"SELECT /run/elsewhere/box")[-1].startswith(b"x NO ")
    files.log.wait(r"set sandbox-path /run/elsewhere", mark)
    p.end()
    lines = [x for x in files.log.lines[mark:] if "sandbox-path" in x]
    assert len(lines) == 1


CHARSETS = ("koi8-r", "iso-8859-5", "windows-1251", "gb18030", "shift_jis",
            "iso-2022-jp", "euc-jp", "utf-16")


def test_search_decodes_in_the_sandbox(files):
    """Converters are code that iconv maps when it is first asked."""
    word = "\u041f\u0440\u0438\u0432\u0435\u0442"   # Cyrillic, in all of them
    box = b""
    for name in CHARSETS:
        text = base64.encodebytes(("x " + word + "\n").encode(name))
        box += (b"From x@y Tue Mar  5 09:01:02 2024 +0000\n"
                b"Content-Type: text/plain; charset=" + name.encode() +
                b"\nContent-Transfer-Encoding: base64\n\n" + text + b"\n")
    files.set_spool("ann", box)
    s = Preauth()
    assert s.line().startswith(b"* PREAUTH")
    assert s.ask(b"SELECT INBOX")[-1].startswith(b"x OK")
    for name in CHARSETS[:-1]:
        octets = word.upper().encode(name)
        assert s.ask(b"SEARCH CHARSET %s BODY {%d+}\r\n%s" % (
            name.encode(), len(octets), octets)) == [
                b"* SEARCH 1 2 3 4 5 6 7 8", b"x OK SEARCH completed"], name
    s.ask(b"LOGOUT")
    assert s.end() == 0
