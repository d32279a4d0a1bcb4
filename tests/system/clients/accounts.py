"""What the tests of the real clients share: an account of its own for each
client and channel, programs run as that user from a directory that is not
the user's home on the server, and the mailbox files as the server left them.
"""
import os
import pathlib
import re
import shutil
import subprocess
import threading
import time

from machine import PATIENCE, SPOOL, Client, crypt, wait_for

CLIENTS = pathlib.Path("/run/clients")
CHANNELS = ("starttls", "tls")
CA = "/run/ca.pem"
FIRST_UID = 7300
_made = threading.Lock()

SEEN, ANSWERED, FLAGGED = "Seen", "Answered", "Flagged"
DELETED, DRAFT = "Deleted", "Draft"
LETTERS = {"R": SEEN, "A": ANSWERED, "F": FLAGGED, "D": DELETED, "T": DRAFT}

TEA = (b"From: Bo <bo@mail.example>\nTo: ann@mail.example\nSubject: tea\n"
       b"Message-ID: <tea@mail.example>\n"
       b"Date: Tue, 5 Mar 2024 09:01:02 +0000\n\nFour o'clock.\n")
CAKE = (b"From: Carl <carl@mail.example>\nTo: ann@mail.example\n"
        b"Subject: cake\nMessage-ID: <cake@mail.example>\n"
        b"Date: Wed, 6 Mar 2024 10:01:02 +0100\n"
        b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n"
        b"--x\n\nYes.\n--x\nContent-Type: text/html\n\n<b>No</b>\n--x--\n")
LONG = (b"From: =?UTF-8?B?WsO8cmljaA==?= <z@mail.example>\n"
        b"To: ann@mail.example, Dot <dot@mail.example>\nSubject: long\n"
        b"Message-ID: <long@mail.example>\n"
        b"Date: Thu, 7 Mar 2024 11:01:02 -0500\n"
        b"Content-Type: text/plain; charset=UTF-8\n"
        b"Content-Transfer-Encoding: 8bit\n\n"
        b"At the start a line.\n"
        + b"Ein l\xc3\xa4ngerer Satz, der Kuchen lobt.\n" * 2000)
FIRST = (TEA, CAKE, LONG)


def note(subject, text="A note."):
    """A message as it lies in a mailbox file."""
    return ("From: Ann <ann@mail.example>\nTo: bo@mail.example\n"
            "Subject: %s\nMessage-ID: <%s@ann.example>\n"
            "Date: Fri, 8 Mar 2024 12:01:02 +0000\n\n%s\n"
            % (subject, subject.replace(" ", "-"), text)).encode()


def crlf(message):
    return message.replace(b"\n", b"\r\n")


class Message:
    """One message of a mailbox file."""

    def __init__(self, text):
        head, _, self.body = text.partition(b"\n\n")
        self.head = re.sub(rb"\n[ \t]+", b" ", head)
        letters = self.field("Status") + self.field("X-Status")
        self.flags = {LETTERS[c] for c in letters if c in LETTERS}
        self.flags |= set(self.field("X-Keywords").split())
        self.subject = self.field("Subject")
        self.internal = "X-IMAP:" in self.head.decode("latin-1")

    def field(self, name):
        found = re.search(rb"^" + name.encode() + rb":[ \t]*(.*)$",
                          self.head, re.M)
        return found.group(1).strip().decode("latin-1") if found else ""


def read_mbox(path):
    """The messages of a mailbox file, read here by other rules than the
    server's: every line that begins a message has a year at its end."""
    data = path.read_bytes()
    if not data:
        return []
    starts = [m.start() for m in re.finditer(
        rb"^From \S+ +\w{3} \w{3} +\d+ [\d:]+ .*\d{4}.*\n", data, re.M)]
    assert starts and starts[0] == 0, (path, data[:200])
    messages = []
    for start, end in zip(starts, starts[1:] + [len(data)]):
        text = data[data.index(b"\n", start) + 1:end]
        assert text.endswith(b"\n\n"), (path, text[-200:])
        messages.append(Message(text[:-1]))
    return [m for m in messages if not m.internal]


class Account:
    """A user of the server and the client's side of it."""

    def __init__(self, machine, client, channel, number):
        self.machine = machine
        self.channel = channel
        self.name = "%s-%s" % (client, channel)
        self.uid = FIRST_UID + number
        self.password = "Pass of %s!" % client
        self.home = pathlib.Path("/home", self.name)
        self.dir = CLIENTS / self.name
        self.spool = SPOOL / self.name
        self.client = client
        self.tls = channel == "tls"
        self.port = 993 if self.tls else 143
        self.scheme = "imaps" if self.tls else "imap"
        self.make()

    def make(self):
        with _made:
            with open("/etc/passwd", "a") as passwd, \
                    open("/etc/shadow", "a") as shadow, \
                    open("/etc/group", "a") as group:
                passwd.write("%s:x:%d:%d::%s:/bin/sh\n" % (
                    self.name, self.uid, self.uid, self.home))
                shadow.write("%s:%s:19000:0:99999:7:::\n" % (
                    self.name, crypt(self.password)))
                group.write("%s:x:%d:\n" % (self.name, self.uid))
        for directory in (self.home, self.dir):
            directory.mkdir(mode=0o700, parents=True)
            os.chown(directory, self.uid, self.uid)
        shutil.copy(CA, self.dir / "ca.pem")
        os.chmod(self.dir / "ca.pem", 0o644)
        self.spool.touch(mode=0o660)
        os.chown(self.spool, self.uid, 8)

    # --- the client's side

    def env(self):
        return {"HOME": str(self.dir), "PATH": os.environ["PATH"],
                "LANG": "C.UTF-8", "TERM": "xterm", "USER": self.name,
                "LOGNAME": self.name, "SSL_CERT_FILE": CA,
                "TMPDIR": str(self.dir)}

    def write(self, name, text, mode=0o600):
        """A file of the client's."""
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, str):
            text = text.encode()
        path.write_bytes(text)
        os.chmod(path, mode)
        self.own(path)
        return path

    def own(self, path):
        while path != self.dir:
            os.chown(path, self.uid, self.uid)
            path = path.parent

    def run(self, *argv, want=0, **kw):
        """Runs a program as the user; what it wrote."""
        done = subprocess.run(
            [str(a) for a in argv], env=self.env(), cwd=self.dir,
            user=self.uid, group=self.uid, extra_groups=[],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=4 * PATIENCE, **kw)
        text = done.stdout.decode("utf-8", "replace")
        if want is not None:
            assert done.returncode == want, (argv, done.returncode, text)
        return text

    def start(self, *argv, **kw):
        return subprocess.Popen(
            [str(a) for a in argv], env=self.env(), cwd=self.dir,
            user=self.uid, group=self.uid, extra_groups=[],
            stdin=subprocess.DEVNULL, **kw)

    # --- the server's side

    def deliver(self, *messages):
        for message in messages:
            self.machine.deliver(self.name, message)

    def connect(self):
        """Another session of the same user, driven by hand."""
        c = Client(self.port, tls=self.tls)
        if not self.tls:
            c.ok(b"STARTTLS")
            c.start_tls()
        c.ok(b'LOGIN %s "%s"' % (self.name.encode(), self.password.encode()))
        return c

    def file(self, mailbox):
        return self.spool if mailbox == "INBOX" else self.home / mailbox

    def mail(self, mailbox="INBOX"):
        return read_mbox(self.file(mailbox))

    def state(self, mailbox="INBOX"):
        """Subjects with sets of flags, in the order of the file."""
        return [(m.subject, m.flags) for m in self.mail(mailbox)]

    def subjects(self, mailbox="INBOX"):
        return [m.subject for m in self.mail(mailbox)]

    def subscriptions(self):
        path = self.home / ".mailboxlist"
        return path.read_text().split("\n")[:-1] if path.exists() else []

    def mailboxes(self):
        """Files and directories of the home that are no dot files."""
        return sorted(
            str(p.relative_to(self.home)) for p in self.home.rglob("*")
            if not any(part.startswith(".")
                       for part in p.relative_to(self.home).parts))

    def wait_state(self, want, mailbox="INBOX"):
        def ask():
            return self.state(mailbox) == want
        try:
            wait_for("the state of " + mailbox, ask)
        except AssertionError:
            raise AssertionError("%s is %r, not %r" % (
                mailbox, self.state(mailbox), want)) from None


class Screen:
    """A program on a terminal of tmux, driven by keys."""

    def __init__(self, account, *argv, name="screen"):
        self.account = account
        self.socket = account.dir / name
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", "120",
                  "-y", "40", *argv)

    def tmux(self, *args, want=0):
        return self.account.run("tmux", "-S", self.socket, *args, want=want)

    def text(self):
        return self.tmux("capture-pane", "-p", want=None)

    def wait(self, pattern):
        """Waits until the screen shows it; the screen."""
        end = time.monotonic() + PATIENCE
        while True:
            text = self.text()
            if re.search(pattern, text):
                return text
            if time.monotonic() > end:
                raise AssertionError("no %r on the screen:\n%s" % (
                    pattern, text))
            time.sleep(0.1)

    def keys(self, *keys):
        """Keys by tmux's names, such as Enter, or texts, one by one."""
        self.tmux("send-keys", *keys)

    def say(self, pattern, *keys):
        """Waits for a question, then answers it."""
        self.wait(pattern)
        self.keys(*keys)

    def end(self):
        """Waits until the program is gone."""
        wait_for("the end of the program", lambda: "no server" in self.tmux(
            "list-sessions", want=None) or not self.socket.exists())

    def kill(self):
        self.tmux("kill-server", want=None)
