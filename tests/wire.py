"""wire.py - conversations with a server, written as anyone can read them.

A conversation is a file src/PROGRAM/t/NAME.wire. The program is started as an
ordinary user on its own descriptors, with a new home directory; then the rows
are played in order.

    # words                    a comment; the first one names the rule tested
    # mailbox NAME             makes an mbox file of the "| " rows that follow
    # mailbox NAME from PATH   ... or of a file of this repository
    # file NAME                the same for any file of the home directory
    # directory NAME           a directory of the home directory
    # config WORDS             a line of the configuration file; $HOME works
    # over socket              descriptors are a socket, not two pipes
    # greeting                 the rows begin with the greeting

    C: TEXT       the client sends TEXT and CRLF
    C=: TEXT      it sends TEXT alone; \\r \\n \\0 \\xHH \\\\ are octets
    S: PATTERN    the next line from the server; "..." stands for anything,
                  \\xhh for an octet
    S*: PATTERN   rows of this kind that follow each other match in any order
    S...          lines until the next S: row matches are passed over
    S$            the server closes the connection
    X: NUMBER     ... and its exit code (a signal is negative)
    !deliver NAME        appends the "| " rows that follow to a file
    !write NAME          replaces a file by them
    !rename A B          renames a file
    !remove NAME         removes a file
    !signal NAME         sends SIGNAME to the server
    !contains NAME TEXT  the file holds TEXT
    !holds NAME          the file is what the "| " rows that follow are
    !absent NAME         there is no such file
    !directory NAME      there is a directory of this name
    !shut                the client sends no more

C, S and X rows may have a digit before them, as "2C: a NOOP": those of another
session of the same user, whose program starts at its first row and whose
greeting is passed over.

A line that begins with "+ " continues the row before it. ${TEXT*N} in a row is
TEXT N times. Without LOGOUT in the file one is sent at the end; whatever else
the server says then is an error.
"""
import atexit
import os
import pwd
import re
import resource
import select
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(TOP, os.environ.get("BUILD", "build"))
COPIES = []     # the directory of executable(), once it is there
WAIT = 30.0     # seconds for one line: generous, nothing waits in vain


class WireError(Exception):
    pass


def executable(program):
    """The program where the server's user may execute it: the tree may lie
    below a directory that only root can enter."""
    path = os.path.join(BUILD, "bin", program)
    if os.geteuid() != 0:
        return path
    if not COPIES:
        COPIES.append(tempfile.mkdtemp(prefix="wire-bin."))
        os.chmod(COPIES[0], 0o755)
        atexit.register(shutil.rmtree, COPIES[0], ignore_errors=True)
    copy = os.path.join(COPIES[0], program)
    if not os.path.exists(copy):
        shutil.copy(path, copy)
        os.chmod(copy, 0o755)
    return copy


def account():
    """The user that the server runs as, if we are root: (uid, gid, name)."""
    if os.geteuid() != 0:
        pw = pwd.getpwuid(os.geteuid())
    else:
        pw = pwd.getpwnam("nobody")
    return pw.pw_uid, pw.pw_gid, pw.pw_name


class Row:
    def __init__(self, path, number, kind, text):
        self.path, self.number, self.kind, self.text = path, number, kind, text
        self.session = "1"
        if kind[0].isdigit():
            self.session, self.kind = kind[0], kind[1:]
        self.inline = []

    def __str__(self):
        return "%s:%d: %s %s" % (os.path.relpath(self.path, TOP), self.number,
                                 self.kind, self.text)


def read(path):
    """The rows of a file; "| " rows go to the row before them, what follows
    "+ " continues its text."""
    rows = []
    with open(path, encoding="latin-1", newline="\n") as f:
        for n, line in enumerate(f.read().split("\n"), 1):
            if line.startswith("|"):
                rows[-1].inline.append(line[2:])
                continue
            if line.startswith("+ "):
                rows[-1].text += line[2:]
                continue
            if not line:
                continue
            m = re.match(r"(#|\d?(?:C=:|C:|S\*:|S:|S\.\.\.|S\$|X:)|!)\s?(.*)", line)
            if not m:
                raise WireError("%s:%d: cannot read: %s" % (path, n, line))
            rows.append(Row(path, n, m.group(1), m.group(2)))
    return rows


def expand(text):
    return re.sub(r"\$\{(.*?)\*(\d+)\}",
                  lambda m: m.group(1) * int(m.group(2)), text)


def unescape(text):
    def octet(m):
        c = m.group(1)
        if c[0] == "x":
            return chr(int(c[1:], 16))
        return {"r": "\r", "n": "\n", "t": "\t", "0": "\0", "\\": "\\"}[c]
    return re.sub(r"\\(x[0-9a-fA-F]{2}|[rnt0\\])", octet, text)


def pattern(text):
    text = re.sub(r"\\x([0-9a-f]{2})", lambda m: chr(int(m.group(1), 16)),
                  text)
    parts = [re.escape(p) for p in text.split("...")]
    return re.compile(".*".join(parts).encode("latin-1") + b"\\Z", re.S)


class Home:
    """A home directory that vanishes, and the files the rows ask for."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="wire.")
        self.uid, self.gid, self.user = account()
        self.config = ["set system-inbox %s/spool-inbox" % self.path]
        # The search for leaks at the end traces the process, which a
        # confined one does not allow.
        if "LSAN_OPTIONS" in os.environ:
            self.config.append("set sandbox 0")
        self.own(self.path)
        os.chmod(self.path, 0o700)

    def own(self, path):
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid)

    def file(self, name):
        if name.upper() == "INBOX":
            name = "spool-inbox"
        path = os.path.join(self.path, name)
        parent = os.path.dirname(path)
        if not os.path.isdir(parent):
            os.makedirs(parent, 0o700)
            while parent != self.path:
                self.own(parent)
                parent = os.path.dirname(parent)
        return path

    def write(self, name, text, mode="w"):
        path = self.file(name)
        with open(path, mode, encoding="latin-1", newline="\n") as f:
            f.write(text)
        self.own(path)

    def prepare(self, row):
        words = row.text.split()
        if words[:1] in (["mailbox"], ["file"]) and len(words) in (2, 4):
            if len(words) == 4 and words[2] == "from":
                with open(os.path.join(TOP, words[3]), encoding="latin-1",
                          newline="\n") as f:
                    text = f.read()
            elif len(words) == 2:
                text = "".join(unescape(expand(s)) + "\n" for s in row.inline)
            else:
                return
            self.write(words[1], text)
        elif words[:1] == ["directory"] and len(words) == 2:
            path = self.file(words[1] + "/x")
            assert os.path.isdir(os.path.dirname(path))
        elif words[:1] == ["config"]:
            self.config.append(row.text.split(None, 1)[1].replace(
                "$HOME", self.path))

    def write_config(self):
        self.write("c-client.cf", "".join(s + "\n" for s in self.config))
        return os.path.join(self.path, "c-client.cf")

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)


def whole_session(home, octets, tool=()):
    """An imapd, run by the tool, that is sent octets and then no more."""
    env = {"HOME": home.path, "PATH": "/usr/bin:/bin", "TZ": "UTC",
           "LANG": "C"}
    env.update((k, v) for k, v in os.environ.items() if "SAN_OPTIONS" in k)
    kw = {"user": home.uid, "group": home.gid, "extra_groups": []} \
        if os.geteuid() == 0 else {}
    return subprocess.run(
        [*tool, executable("imapd"), "-c", home.write_config()],
        input=octets, env=env, cwd=home.path, timeout=600, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **kw)


class Server:
    """The program under test, and what it said."""

    limits = {}     # of the process: resource.RLIMIT_ to its soft limit
    under = []      # the program that runs it, with its arguments

    def __init__(self, program, home, over_socket):
        argv = self.under + [executable(program), "-c", home.write_config()]
        env = {"HOME": home.path, "PATH": "/usr/bin:/bin", "TZ": "UTC",
               "LANG": "C"}
        for name in ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                env[name] = os.environ[name]
        kw = {}
        if os.geteuid() == 0:
            kw = {"user": home.uid, "group": home.gid, "extra_groups": []}
        if over_socket:
            mine, theirs = socket.socketpair()
            self.fd_in = self.fd_out = mine.detach()
            child_in = child_out = theirs.detach()
        else:
            child_in, self.fd_out = os.pipe()
            self.fd_in, child_out = os.pipe()
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(argv, stdin=child_in,
                                        stdout=child_out, stderr=self.log,
                                        cwd=home.path, env=env,
                                        preexec_fn=self.limit, **kw)
        for fd in {child_in, child_out}:
            os.close(fd)
        self.shut = False
        self.buffer = b""
        self.seen = []

    def limit(self):
        for what, soft in self.limits.items():
            resource.setrlimit(what, (soft, resource.getrlimit(what)[1]))

    def send(self, data):
        """Sends all, reading meanwhile what the server says."""
        os.set_blocking(self.fd_out, False)
        deadline = time.monotonic() + WAIT
        while data:
            r, w, _ = select.select([self.fd_in], [self.fd_out], [], 1)
            if r and not self._more():
                raise WireError("the server closed while it was sent to")
            if w:
                n = os.write(self.fd_out, data[:65536])
                data = data[n:]
                deadline = time.monotonic() + WAIT
            if time.monotonic() > deadline:
                raise WireError("the server does not read")

    def _more(self):
        try:
            data = os.read(self.fd_in, 65536)
        except BlockingIOError:
            return True
        except ConnectionResetError:
            data = b""
        self.buffer += data
        return bool(data)

    def line(self):
        """The next line without CRLF, or None at the end."""
        deadline = time.monotonic() + WAIT
        while b"\n" not in self.buffer:
            left = deadline - time.monotonic()
            r, _, _ = select.select([self.fd_in], [], [], max(left, 0))
            if not r:
                raise WireError("no line from the server in time")
            if not self._more():
                if self.buffer:
                    raise WireError("half a line: %r" % self.buffer[:200])
                return None
        line, self.buffer = self.buffer.split(b"\n", 1)
        self.seen.append(line)
        if not line.endswith(b"\r"):
            raise WireError("line does not end in CRLF: %r" % line[:200])
        return line[:-1]

    def status(self):
        return self.process.wait(WAIT)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for fd in {self.fd_in, self.fd_out}:
            if fd >= 0:
                os.close(fd)
        self.log.seek(0)
        return self.log.read().decode("latin-1")


class Player:
    def __init__(self, path):
        self.rows = read(path)
        self.program = os.path.basename(
            os.path.dirname(os.path.dirname(path)))
        self.servers = {}       # by session
        self.skipping = set()   # sessions after S...

    def flag(self, text):
        return any(r.kind == "#" and r.text == text for r in self.rows)

    def play(self):
        home = Home()
        try:
            for row in self.rows:
                if row.kind == "#":
                    home.prepare(row)
            self.run(home)
        except (WireError, OSError, subprocess.TimeoutExpired) as e:
            said = "".join("\n  session %s was told last:\n    %s" % (
                n, b"\n    ".join(s.seen[-12:]).decode("latin-1"))
                for n, s in sorted(self.servers.items()))
            err = "".join(s.end() for s in self.servers.values())
            self.servers = {}
            raise WireError("%s%s\n%s" % (e, said, err)) from None
        finally:
            for server in self.servers.values():
                server.end()
            home.remove()

    def server(self, home, session):
        """The one of this session, started if it is not there."""
        if session not in self.servers:
            server = Server(self.program, home, self.flag("over socket"))
            self.servers[session] = server
            greets = session == "1" and self.flag("greeting")
            if not greets and not server.line():
                raise WireError("no greeting")
        return self.servers[session]

    def run(self, home):
        self.server(home, "1")
        ended = {r.session for r in self.rows if r.kind in ("S$", "X:")}
        rows = [r for r in self.rows if r.kind != "#"]
        i = 0
        while i < len(rows):
            group = [rows[i]]
            while rows[i].kind == "S*:" and i + 1 < len(rows) and \
                    rows[i + 1].kind == "S*:" and \
                    rows[i + 1].session == rows[i].session:
                i += 1
                group.append(rows[i])
            try:
                self.step(self.server(home, rows[i].session), home, group)
            except (WireError, OSError) as e:
                raise WireError("%s\n  %s" % (group[0], e)) from None
            i += 1
        for session, server in sorted(self.servers.items()):
            if session not in ended:
                self.logout(server)

    def logout(self, server):
        if self.program == "ipop3d":
            server.send(b"QUIT\r\n")
            wanted = [b"+OK"]
        else:
            server.send(b"zz LOGOUT\r\n")
            wanted = [b"* BYE ", b"zz OK "]
        for begin in wanted:
            line = server.line()
            if line is None or not line.startswith(begin):
                raise WireError("at the end: got %r, want %r..." % (line,
                                                                    begin))
        if server.line() is not None or server.status() != 0:
            raise WireError("no clean end: %r" % server.process.returncode)

    def step(self, server, home, group):
        row = group[0]
        if row.kind == "C:":
            server.send((expand(row.text) + "\r\n").encode("latin-1"))
        elif row.kind == "C=:":
            server.send(unescape(expand(row.text)).encode("latin-1"))
        elif row.kind in ("S:", "S*:"):
            self.expect(server, group)
        elif row.kind == "S...":
            self.skipping.add(row.session)
        elif row.kind == "S$":
            line = server.line()
            if line is not None:
                raise WireError("not closed: %r" % line)
        elif row.kind == "X:":
            status = server.status()
            if status != int(row.text):
                raise WireError("exit code %d" % status)
        else:
            self.act(server, home, row)

    def expect(self, server, group):
        left = list(group)
        while left:
            line = server.line()
            if line is None:
                raise WireError("closed, want: %s" % left[0].text)
            hit = [r for r in left if pattern(expand(r.text)).match(line)]
            if hit:
                left.remove(hit[0])
                self.skipping.discard(hit[0].session)
            elif group[0].session not in self.skipping or self.is_answer(line, left):
                raise WireError("got %r\n  want %s" % (
                    line.decode("latin-1"),
                    " | ".join(r.text for r in left)))

    @staticmethod
    def is_answer(line, left):
        """Is it the tagged response that a row waits for, but another one?"""
        tag = left[0].text.split(" ")[0].encode("latin-1")
        return tag != b"*" and line.startswith(tag + b" ")

    def act(self, server, home, row):
        words = shlex.split(row.text)
        text = "".join(unescape(expand(s)) + "\n" for s in row.inline)
        if words[0] == "deliver":
            home.write(words[1], text, "a")
        elif words[0] == "write":
            home.write(words[1], text)
        elif words[0] == "rename":
            os.rename(home.file(words[1]), home.file(words[2]))
        elif words[0] == "remove":
            os.remove(home.file(words[1]))
        elif words[0] == "signal":
            server.process.send_signal(getattr(signal, "SIG" + words[1]))
        elif words[0] == "absent":
            if os.path.lexists(home.file(words[1])):
                raise WireError("the file is there")
        elif words[0] == "directory":
            if not os.path.isdir(os.path.join(home.path, words[1])):
                raise WireError("no such directory")
        elif words[0] == "contains":
            with open(home.file(words[1]), encoding="latin-1",
                      newline="\n") as f:
                if unescape(words[2]) not in f.read():
                    raise WireError("the file does not hold it")
        elif words[0] == "holds":
            with open(home.file(words[1]), encoding="latin-1",
                      newline="\n") as f:
                there = f.read()
            if there != text:
                raise WireError("the file holds %r" % there)
        elif words[0] == "shut":
            if server.fd_in == server.fd_out:
                socket.socket(fileno=os.dup(server.fd_out)).shutdown(
                    socket.SHUT_WR)
            else:
                os.close(server.fd_out)
                server.fd_out = -1
        else:
            raise WireError("no such action")
