"""The lines of the log that administrators and their programs know, each as
the real server writes it (docs/login.md names them)."""
import os
import pathlib
import re
import signal
import subprocess

import pytest

from login_help import Direct, plain, reset, session_of
from machine import IMAPD, PATIENCE, USERS, Client
from test_imapd_files import Preauth

HOST = r"host=mail\.example \[127\.0\.0\.1\]"
FACILITY = {"mail": 2, "auth": 4}
LEVEL = {"alert": 1, "err": 3, "warning": 4, "notice": 5, "info": 6,
         "debug": 7}


def logged(machine, mark, level, text, facility="mail", program="imapd"):
    """The whole line, with its facility and level."""
    machine.log.wait(r"^<%d>.{15} %s\[\d+\]: %s$" % (
        FACILITY[facility] * 8 + LEVEL[level], program, text), mark)


@pytest.fixture
def log(served):
    class Marked:
        def __init__(self):
            self.mark = served.log.mark()
            self.machine = served

        def __call__(self, *args, **kw):
            logged(served, self.mark, *args, **kw)
    return Marked()


# ----------------------------------------------------------------- start

def test_service_init(log):
    Client().ok(b"LOGOUT")
    log("debug", r"imap service init from 127\.0\.0\.1")
    Client(993, tls=True).ok(b"LOGOUT")
    log("debug", r"imaps SSL service init from 127\.0\.0\.1")
    d = Direct([IMAPD])
    port = d.sock.getpeername()[1]
    d.ok(b"LOGOUT")
    log("debug", r"port %d service init from 127\.0\.0\.1" % port)


def test_preauthenticated(clean):
    mark = clean.log.mark()
    p = Preauth()
    assert p.line().startswith(b"* PREAUTH ")
    p.ask(b"LOGOUT")
    p.end()
    logged(clean, mark, "info", "Preauthenticated user=ann host=UNKNOWN")
    logged(clean, mark, "info", "Logout user=ann host=UNKNOWN")


@pytest.mark.parametrize("variable", ["SSH_CLIENT", "KRB5REMOTEADDR",
                                      "SSH2_CLIENT"])
def test_preauthenticated_from(clean, variable):
    """Over a pipe, the other end as whoever started us knows it."""
    mark = clean.log.mark()
    subprocess.run([IMAPD], input=b"a LOGOUT\r\n", capture_output=True,
                   user=USERS["ann"][0], extra_groups=[], cwd="/",
                   env={"HOME": "/home/ann", variable: "192.0.2.7 1 22"},
                   timeout=PATIENCE, check=True)
    logged(clean, mark, "info", r"Preauthenticated user=ann "
           r"host=%s=192\.0\.2\.7 1 22" % variable)


# ----------------------------------------------------------------- login

@pytest.mark.parametrize("command,lines", [
    (b'LOGIN ann "Ann-pass 1"', [("info", "Login user=ann HOST")]),
    (b'LOGIN ANN "Ann-pass 1"', [("info", "Login user=ann HOST")]),
    (b'LOGIN "ann*chief" chief3',
     [("notice", "Admin chief override of user=ann HOST", "auth"),
      ("info", "Login user=ann HOST")]),
    (b"AUTHENTICATE PLAIN " + plain(b"ann", b"Ann-pass 1"),
     [("info", "Authenticated user=ann HOST mech=PLAIN")]),
    (b"AUTHENTICATE PLAIN " + plain(b"chief", b"chief3", b"ann"),
     [("notice", "Admin chief override of user=ann HOST", "auth"),
      ("info", "Authenticated user=ann HOST mech=PLAIN")]),
    (b"LOGIN ann wrong",
     [("notice", "Login failed user=ann auth=ann HOST", "auth")]),
    (b'LOGIN "ann*bo" bo.pass.2',
     [("notice", "Failed bo override of user=ann HOST", "auth"),
      ("notice", "Login failed user=ann auth=bo HOST", "auth")]),
    (b"LOGIN " + b"u" * 65 + b" x",
     [("alert", "Login SYSTEM BREAK-IN ATTEMPT user=u{64} auth=u{64} HOST",
       "auth")]),
    (b"AUTHENTICATE NONESUCH", [("info", "AUTHENTICATE NONESUCH invalid HOST")]),
    (b"AUTHENTICATE PLAIN " + plain(b"ann", b"wrong"),
     [("notice", "Login failed user=ann auth=ann HOST", "auth"),
      ("info", "AUTHENTICATE PLAIN failure HOST")]),
])
def test_login_lines(log, command, lines):
    c = Client(993, tls=True)
    c.command(command)
    for level, text, *facility in lines:
        log(level, text.replace("HOST", HOST), *facility)


def test_disabled(log):
    log.machine.config("")
    c = Client()
    c.command(b'LOGIN ann "Ann-pass 1"')
    log("notice", "Login disabled user=ann auth=ann " + HOST, "auth")
    c.command(b"AUTHENTICATE PLAIN " + plain(b"ann", b"Ann-pass 1"))
    log("info", "AUTHENTICATE PLAIN invalid " + HOST)


def test_excessive(log):
    log.machine.config("set disable-plaintext 0\n"
                       "set allowed-login-attempts 1\n")
    c = Client()
    c.command(b"LOGIN ann wrong")
    c.command(b'LOGIN ann "Ann-pass 1"')
    log("notice", "Login excessive login failures user=ann auth=ann " + HOST,
        "auth")


@pytest.mark.parametrize("sent,line", [
    (b"\r\n", "Null command before authentication "),
    (b"a\r\n", "Null command before authentication "),
    (b"a \r\n", "Missing command before authentication "),
    (b"a " + b"x" * 70000 + b"\r\n", "Line too long before authentication "),
    (b"a LOGIN {10001}\r\n",
     r"Overlong \(10001\) client literal user=\?\?\? "),
    (b"a LOGOUT\r\n", r"Logout user=\?\?\? "),
])
def test_before_login(log, sent, line):
    c = Client()
    c.send(sent)
    c.line()
    log("info", line + HOST)


def test_nobody_forges_a_line(log):
    """What a client says cannot begin a line of its own, nor end one."""
    c = Client()
    name = b"x host=[1.2.3.4]\nimapd[1]: Login user=root"
    c.command(b"LOGIN {%d+}\r\n%s wrong" % (len(name), name))
    shown = re.escape(name.decode().replace("\n", "?"))
    log("notice", "Login failed user=%s auth=%s %s" % (shown, shown, HOST),
        "auth")


# --------------------------------------------------------------- session

def in_session(port=143, tls=False):
    c = Client(port, tls=tls)
    c.login()
    c.ok(b"SELECT INBOX")
    return c


def test_logout(log):
    in_session().ok(b"LOGOUT")
    log("info", "Logout user=ann " + HOST)


@pytest.mark.parametrize("sig,reason", [
    (signal.SIGALRM, "Autologout"), (signal.SIGHUP, "Hangup"),
    (signal.SIGTERM, r"Killed \(terminated\)")])
@pytest.mark.parametrize("tls", [False, True])
def test_signals(log, sig, reason, tls):
    """Sent to the process that inetd started."""
    c = in_session(993 if tls else 143, tls)
    os.kill(session_of(c), sig)
    c.closed()
    log("info", "%s user=ann %s" % (reason, HOST))


@pytest.mark.parametrize("sent,doing", [
    (b"", "reading line"), (b"a NOO", "reading line"),
    (b"a SELECT {5}\r\nIN", "reading literal"),
    (b"a APPEND INBOX {100+}\r\nFrom", "reading literal"),
    (b"a APPEND INBOX (x {50+}\r\nFrom", "discarding unread literal"),
    (b"a " + b"x" * 100000, "flushing line")])
def test_disconnect(log, sent, doing):
    c = in_session()
    c.send(sent)
    c.close()
    log("info", "Unexpected client disconnect, while %s user=ann %s"
        % (doing, HOST))


def test_disconnect_while_writing(log):
    log.machine.set_spool("ann", b"From a@b Tue Mar  5 09:01:02 2024\n\n" +
                          b"x" * 70 + b"\n" + b"y" * 50000000 + b"\n")
    c = in_session()
    c.send(b"a FETCH 1 BODY[]\r\n")
    c.line()
    reset(c.sock)
    log("info", "Unexpected client disconnect, while writing text user=ann " +
        HOST)


def test_overlong_literal(log):
    in_session().command(b"SELECT {10001}")
    log("info", r"Overlong \(10001\) client literal user=ann " + HOST)


def test_lost_mailbox(log):
    box = pathlib.Path("/home/ann/box")
    box.write_bytes(b"From a@b Tue Mar  5 09:01:02 2024\n\nx\n")
    os.chown(box, *[USERS["ann"][0]] * 2)
    c = in_session()
    c.ok(b"SELECT box")
    box.unlink()
    tagged, untagged = c.command(b"NOOP")
    c.closed()
    log("info", r"Fatal mailbox error user=ann %s mbx=box: "
        r"Mailbox was removed" % HOST)


# ------------------------------------------------------------------- TLS

def test_tls_lines(log):
    c = Client()
    c.ok(b"STARTTLS")
    c.send(b"this is no hello\r\n")
    c.closed()
    log("info", "Unable to accept SSL connection, " + HOST)
    log("err", "SSL error status: error:.*")


def test_chroot(log):
    log.machine.config("set disable-plaintext 0\nset chroot-server 1\n")
    Client().command(b'LOGIN ann "Ann-pass 1"')
    log("notice", "Login ann failed: unable to set chroot=/home/ann " + HOST,
        "auth")
