"""A user's first day: curl, imaplib and mutt read mail through a real inetd.

Each client logs in over clear text (allowed by a setting), STARTTLS and TLS,
under openbsd-inetd, xinetd and systemd-socket-activate.
"""
import imaplib
import os
import pathlib
import pty
import re
import select
import shutil
import ssl
import subprocess
import time

import pytest

from machine import PATIENCE, SPOOL, USERS, Client, wait_for

MESSAGES = [
    b"From: Bo <bo@mail.example>\nTo: ann@mail.example\nSubject: tea\n"
    b"Date: Tue, 5 Mar 2024 09:01:02 +0000\n\nFour o'clock.\n",
    b"From: Carl <carl@mail.example>\nTo: ann@mail.example\nSubject: cake\n"
    b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n"
    b"--x\n\nYes.\n--x\nContent-Type: text/html\n\n<b>No</b>\n--x--\n",
]
SUPERSERVERS = ["inetd", "xinetd", "systemd"]
CHANNELS = ["clear", "starttls", "tls"]


@pytest.fixture(params=SUPERSERVERS)
def super_served(clean, request):
    clean.config("set disable-plaintext 0\n")
    for message in MESSAGES:
        clean.deliver("ann", message)
    clean.serve(request.param)
    return clean


def curl(channel, path, *options):
    scheme, port = ("imaps", 993) if channel == "tls" else ("imap", 143)
    args = ["curl", "-sS", "--max-time", "60", "--cacert", "/run/ca.pem",
            "--user", "ann:" + USERS["ann"][1]]
    if channel == "starttls":
        args.append("--ssl-reqd")
    url = "%s://localhost:%d/%s" % (scheme, port, path)
    return subprocess.run(args + list(options) + [url],
                          capture_output=True, check=True).stdout


@pytest.mark.parametrize("channel", CHANNELS)
def test_curl(super_served, channel):
    assert b"INBOX" in curl(channel, "")
    assert b"* 2 EXISTS" in curl(channel, "", "-X", "EXAMINE INBOX")
    assert curl(channel, "INBOX;MAILINDEX=1;SECTION=TEXT") == \
        b"Four o'clock.\r\n"
    whole = curl(channel, "INBOX;MAILINDEX=2")
    assert whole.endswith(MESSAGES[1].replace(b"\n", b"\r\n"))


def imap_login(channel):
    context = ssl.create_default_context(cafile="/run/ca.pem")
    if channel == "tls":
        box = imaplib.IMAP4_SSL("localhost", 993, ssl_context=context)
    else:
        box = imaplib.IMAP4("localhost", 143)
        if channel == "starttls":
            box.starttls(context)
    box.login("ann", '%s' % USERS["ann"][1])
    return box


@pytest.mark.parametrize("channel", CHANNELS)
def test_imaplib(super_served, channel):
    box = imap_login(channel)
    assert box.select("INBOX") == ("OK", [b"2"])
    typ, names = box.list()
    assert typ == "OK" and any(b"INBOX" in n for n in names)
    typ, data = box.fetch("1:2", "(UID FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    subjects = [d[1].strip() for d in data if isinstance(d, tuple)]
    assert typ == "OK" and subjects == [b"Subject: tea", b"Subject: cake"]
    typ, data = box.fetch("2", "(BODY[1])")
    assert data[0][1] == b"Yes."
    typ, data = box.fetch("2", "(FLAGS)")
    assert b"\\Seen" in data[0]
    assert box.logout()[0] == "BYE"


class Terminal:
    """A program on a pseudo terminal, driven by keys."""

    def __init__(self, argv, env):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(argv[0], argv, env)
        self.seen = b""

    def wait(self, text):
        end = time.monotonic() + PATIENCE
        while text not in self.seen:
            left = end - time.monotonic()
            assert left > 0, (text, self.seen[-3000:])
            if select.select([self.fd], [], [], left)[0]:
                try:
                    self.seen += os.read(self.fd, 65536)
                except OSError:
                    raise AssertionError((text, self.seen[-3000:])) from None

    def keys(self, text):
        os.write(self.fd, text)

    def end(self):
        """Reads until the program is gone; its exit status."""
        end = time.monotonic() + PATIENCE
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                os.close(self.fd)
                return os.waitstatus_to_exitcode(status)
            assert time.monotonic() < end, self.seen[-3000:]
            if select.select([self.fd], [], [], 0.05)[0]:
                try:
                    self.seen += os.read(self.fd, 65536)
                except OSError:
                    time.sleep(0.01)


@pytest.mark.parametrize("channel", CHANNELS)
def test_mutt(super_served, channel, tmp_path):
    scheme = "imaps" if channel == "tls" else "imap"
    shutil.copy("/run/ca.pem", tmp_path / "ca.pem")
    out = tmp_path / "out"
    rc = tmp_path / "muttrc"
    rc.write_text("\n".join([
        'set imap_user=ann', 'set imap_pass="%s"' % USERS["ann"][1],
        'set folder=""', 'set header_cache=""', 'set mail_check=1',
        'set ssl_force_tls=%s' % ("yes" if channel != "clear" else "no"),
        'set ssl_starttls=%s' % ("yes" if channel == "starttls" else "no"),
        'set certificate_file=%s' % (tmp_path / "ca.pem"),
        'set wait_key=no', 'set pipe_decode=no',
        'set pager_stop', 'unset confirmappend', 'set quit=yes', 'set delete=no',
        'set move=no', 'set use_ipv6=no', 'set beep=no', '']))
    mutt = Terminal(
        ["mutt", "-n", "-F", str(rc), "-f", scheme + "://localhost/INBOX"],
        {"HOME": str(tmp_path), "TERM": "xterm", "PATH": os.environ["PATH"],
         "LANG": "C"})
    mutt.wait(b"cake")
    mutt.keys(b"1\r\r")  # message 1, open it
    mutt.wait(b"Four o'clock.")
    mutt.keys(b"|cat > %s\r" % bytes(out))
    wait_for("mutt's copy", lambda: out.exists() and out.stat().st_size > 0)
    mutt.keys(b"i")
    mutt.keys(b"q")
    assert mutt.end() == 0
    assert b"Four o'clock." in out.read_bytes()
    # mutt has read message 1: the flag is in the mailbox, for everybody
    c = Client(993, tls=True)
    c.login()
    c.ok(b"SELECT INBOX")
    assert any(rb"\Seen" in r for r in c.ok(b"FETCH 1 (FLAGS)"))
    c.ok(b"LOGOUT")


@pytest.mark.parametrize("channel", CHANNELS)
def test_idle_sees_procmail(super_served, channel):
    c = Client(993 if channel == "tls" else 143, tls=channel == "tls")
    if channel == "starttls":
        c.ok(b"STARTTLS")
        c.start_tls()
    c.login()
    c.ok(b"SELECT INBOX")
    c.send(b"i IDLE\r\n")
    assert c.line().startswith(b"+ ")
    super_served.deliver("ann", MESSAGES[0])
    delivered = time.monotonic()
    lines = [c.line()]
    while not any(re.match(rb"\* 3 EXISTS", line) for line in lines):
        lines.append(c.line())
    # The issue is promptness itself; a minute's poll would be the failure.
    assert time.monotonic() - delivered < 20
    c.send(b"DONE\r\n")
    while not c.line().startswith(b"i OK"):
        pass
    c.ok(b"LOGOUT")


def test_deliveries_are_locked_out_only_briefly(super_served):
    """No lock file is left while a client has the mailbox selected."""
    c = Client(993, tls=True)
    c.login()
    c.ok(b"SELECT INBOX")
    assert not pathlib.Path(str(SPOOL / "ann") + ".lock").exists()
    super_served.deliver("ann", MESSAGES[0])
    assert any(b"3 EXISTS" in r for r in c.ok(b"NOOP"))
    c.ok(b"LOGOUT")
