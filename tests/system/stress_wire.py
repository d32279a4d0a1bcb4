"""An IMAP session over a pipe, for the clients of stress.py."""
import re
import socket
import subprocess

from machine import IMAPD, PATIENCE, USERS

UID = USERS["ann"][0]
ENVIRONMENT = {"HOME": "/home/ann", "PATH": "/usr/bin:/bin", "USER": "ann",
               "LOGNAME": "ann"}
RUN_AS = {"user": UID, "group": UID, "extra_groups": [], "cwd": "/home/ann",
          "env": ENVIRONMENT}

ITEM = re.compile(rb"(UID|RFC822\.SIZE) (\d+)|FLAGS \(([^)]*)\)|"
                  rb"(BODY\[[^ ]*?\]) |(BODY\[HEADER\.FIELDS[^]]*\]) ")


class Gone(Exception):
    """The server ended the connection."""


class Wire:
    """The server's process and what is between it and the client."""

    def __init__(self):
        self.sock, theirs = socket.socketpair()
        self.sock.settimeout(4 * PATIENCE)      # locks are waited for, too
        self.process = subprocess.Popen(
            [IMAPD], stdin=theirs, stdout=theirs, stderr=theirs, **RUN_AS)
        theirs.close()
        self.file = self.sock.makefile("rb")
        self.tags = 0
        self.bye = b""

    def greet(self):
        if not self.line().startswith(b"* PREAUTH "):
            raise Gone("no greeting")

    def line(self):
        try:
            line = self.file.readline()
        except ConnectionResetError:
            line = b""
        if not line.endswith(b"\r\n"):
            raise Gone(self.bye.decode("latin-1"))
        if line.startswith(b"* BYE "):
            self.bye = line
        return line[:-2]

    def send(self, data):
        try:
            self.sock.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            while True:         # what it said before it went
                self.line()

    def response(self):
        """One response; literals as a list beside it, marked by {n}."""
        line, literals = self.line(), []
        while m := re.search(rb"\{(\d+)\}\Z", line):
            text = self.file.read(int(m.group(1)))
            if len(text) != int(m.group(1)):
                raise Gone(self.bye.decode("latin-1"))
            literals.append(text)
            line += self.line()
        return line, literals

    def tag(self):
        self.tags += 1
        return b"s%d" % self.tags

    def close(self):
        self.file.close()
        self.sock.close()
        if self.process.poll() is None:
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def parse_fetch(line, literals):
    """(msgno, items) of an untagged FETCH response."""
    m = re.match(rb"\* (\d+) FETCH \((.*)\)\Z", line, re.S)
    msgno, rest, texts = int(m.group(1)), m.group(2), iter(literals)
    items = {}
    while rest:
        m = ITEM.match(rest)
        assert m, rest
        rest = rest[m.end():]
        if m.group(1):
            items[m.group(1).decode()] = int(m.group(2))
        elif m.group(3) is not None:
            items["FLAGS"] = frozenset(
                w.decode() for w in m.group(3).split()
                if w.lower() != b"\\recent")
        else:
            name = "HEADER" if m.group(5) else "BODY"
            v = re.match(rb'\{\d+\}|"((?:[^"\\]|\\.)*)"|NIL', rest)
            rest = rest[v.end():]
            items[name] = next(texts) if v.group(0)[:1] == b"{" \
                else v.group(1) or b""
        rest = rest.lstrip(b" ")
    return msgno, items
