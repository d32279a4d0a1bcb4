#!/usr/bin/env python3
"""Side-by-side IMAP and POP3 server benchmark, standard library only.

Each server is a command that speaks IMAP on its standard input and output and
is already authenticated (the way inetd or rsh would start it for a user).  It
is started on one end of a socket pair; this program is the other end.

Environment
    WORK_DIR          scratch directory (needed; some GB at 100000 messages)
    PEERS_BIN         directory holding panda/imapd and panda/ipop3d
    DOVECOT_LIBEXEC   directory holding Dovecot's imap and pop3 (default: asked
                      from doveconf)
    OUR_BIN           directory holding our imapd and ipop3d
    BENCH_USER        unprivileged account the servers run as (default: bench)
    MAIL_SPOOL        spool directory, for POP3 over the unix format only

    imapbench.py --list
    imapbench.py --servers panda-unix,dovecot-mbox --size 10000 --rounds 5 \\
                 --suites read,mutate --out results/run.json --md results/run.md
    imapbench.py --report results/a.json results/b.json --base panda-unix
"""
import argparse
import contextlib
import hashlib
import json
import os
import pwd
import random
import re
import selectors
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import corpus as corpus_mod  # noqa: E402

TIMEOUT = 240.0                 # seconds one command may take
CLK = os.sysconf("SC_CLK_TCK")


def need(name):
    v = os.environ.get(name)
    if not v:
        sys.exit("set %s in the environment" % name)
    return v


# ------------------------------------------------------------------ servers

class Server:
    """One server with one mailbox format.

    name    what the tables call it
    family  panda | dovecot | ours: decides the command and the environment
    fmt     mailbox format
    """

    def __init__(self, name, family, fmt):
        self.name, self.family, self.fmt = name, family, fmt

    # --- command and environment
    def argv(self, proto, home):
        if self.family == "dovecot":
            d = os.environ.get("DOVECOT_LIBEXEC") or subprocess.run(
                ["doveconf", "-h", "libexec_dir"], capture_output=True,
                text=True).stdout.strip()
            return [os.path.join(d, "imap" if proto == "imap" else "pop3"),
                    "-c", self._dovecot_conf()]
        d = os.environ.get("OUR_BIN") if self.family == "ours" else \
            os.path.join(need("PEERS_BIN"), self.family)
        return [os.path.join(d or "", "imapd" if proto == "imap" else "ipop3d")]

    def env(self, home):
        return {"HOME": home, "USER": os.environ.get("BENCH_USER", "bench"),
                "LOGNAME": os.environ.get("BENCH_USER", "bench"),
                "PATH": os.environ.get("PATH", ""), "TZ": "UTC"}

    def available(self):
        try:
            return os.access(self.argv("imap", "")[0], os.X_OK)
        except (OSError, SystemExit):
            return False

    def _dovecot_conf(self):
        run = os.path.join(need("WORK_DIR"), "dovecot-run")
        path = os.path.join(run, self.name + ".conf")
        if not os.path.exists(path):
            os.makedirs(run, exist_ok=True)
            loc = {"mbox": "mbox:~/mail:INBOX=~/mail/inbox",
                   "maildir": "maildir:~/Maildir",
                   "sdbox": "sdbox:~/sdbox", "mdbox": "mdbox:~/mdbox"}[self.fmt]
            with open(path, "w") as f:
                f.write("protocols = imap pop3\nbase_dir = %s\nstate_dir = %s\n"
                        "log_path = %s/log\nstats_writer_socket_path =\nssl = no\n"
                        "first_valid_uid = 1\nmail_location = %s\n"
                        "namespace inbox {\n  inbox = yes\n  separator = /\n}\n"
                        % (run, run, run, loc))
            chown(run)
            open(os.path.join(run, "log"), "a").close()
            chown(os.path.join(run, "log"))
        return path

    # --- mailboxes
    def create_arg(self, box):
        if self.family in ("panda", "ours"):
            return '"#driver.%s/%s"' % (self.fmt, box)
        return box

    def is_mboxfile(self):
        return self.fmt in ("unix", "mbox")

    def mbox_path(self, home, box):
        return os.path.join(home, "mail", box) if self.family == "dovecot" \
            else os.path.join(home, box)

    def setup(self, home, box, count, start=0):
        """Put messages start..start+count-1 of the corpus into a new mailbox."""
        os.makedirs(home, exist_ok=True)
        if self.is_mboxfile():
            path = self.mbox_path(home, box)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            shutil.copyfile(corpus_mbox(count, start), path)
            chown_tree(home)
            return
        chown_tree(home)
        s = Session(self, home)
        s.greeting()
        name = box
        if box == "INBOX" and self.family != "dovecot":
            name = "newinbox"           # created elsewhere, then moved
        if name != "INBOX":
            s.ok("CREATE " + self.create_arg(name))
        path, lengths = corpus_batches(count, start)
        with open(path, "rb") as f:
            for n in lengths:
                s.append_batch(name, f.read(n))
        s.logout()
        if name != box:
            os.rename(os.path.join(home, name), os.path.join(home, box))

    def cold(self, home, box, count):
        """Back to the state before any server has opened the mailbox: for an
        mbox the pristine file, for the others no index or cache files (where
        those are not the mailbox itself)."""
        if self.is_mboxfile():
            path = self.mbox_path(home, box)
            shutil.copyfile(corpus_mbox(count), path)
            shutil.rmtree(os.path.join(os.path.dirname(path), ".imap"), ignore_errors=True)
            chown_tree(os.path.dirname(path))
        elif self.family == "dovecot":
            drop = {"maildir": ("dovecot",), "sdbox": ("dovecot.index.cache", "dovecot.index.thread"),
                    "mdbox": ("dovecot.index.cache", "dovecot.index.thread")}[self.fmt]
            for base, _, names in os.walk(home):
                if base.endswith(("/." + box, "/%s/dbox-Mails" % box)):
                    for n in names:
                        if n.startswith(drop):
                            os.unlink(os.path.join(base, n))


SERVERS = [
    Server("panda-unix", "panda", "unix"),
    Server("panda-mbx", "panda", "mbx"),
    Server("panda-mix", "panda", "mix"),
    Server("dovecot-mbox", "dovecot", "mbox"),
    Server("dovecot-maildir", "dovecot", "maildir"),
    Server("dovecot-sdbox", "dovecot", "sdbox"),
    Server("dovecot-mdbox", "dovecot", "mdbox"),
    # ours: the same form as Panda's, found through OUR_BIN
    Server("ours-unix", "ours", "unix"),
    Server("ours-mbx", "ours", "mbx"),
    Server("ours-mix", "ours", "mix"),
]

_corpus = None


def get_corpus():
    global _corpus
    if _corpus is None:
        _corpus = corpus_mod.Corpus(1)
    return _corpus


def corpus_mbox(count, start=0, step=500):
    """Path of the corpus as an mbox; PATH.append beside it holds the same
    messages as MULTIAPPEND arguments, PATH.append.index the batch lengths."""
    d = os.path.join(need("WORK_DIR"), "corpus")
    os.makedirs(d, exist_ok=True)
    p = os.path.join(d, "mbox-%d-%d" % (count, start))
    if os.path.exists(p):
        return p
    c, lengths = get_corpus(), []
    with open(p + ".tmp", "wb", 1 << 20) as f, open(p + ".append", "wb", 1 << 20) as g:
        for a in range(start, start + count, step):
            n = 0
            for i in range(a, min(a + step, start + count)):
                m = c.message(i)
                f.write(m.mbox())
                data = m.crlf()
                n += g.write(b" (%s) \"%s\" {%d+}\r\n" % (
                    " ".join(m.flags).encode(), m.append_date().encode(), len(data)))
                n += g.write(data)
            lengths.append(n)
    with open(p + ".append.index", "w") as h:
        json.dump(lengths, h)
    os.rename(p + ".tmp", p)
    return p


def corpus_batches(count, start=0):
    p = corpus_mbox(count, start) + ".append"
    with open(p + ".index") as f:
        return p, json.load(f)


def bench_ids():
    pw = pwd.getpwnam(os.environ.get("BENCH_USER", "bench"))
    return pw.pw_uid, pw.pw_gid


@contextlib.contextmanager
def becoming_user():
    """What is executed inside belongs to the account of the servers.

    This program becomes that user itself and comes back by the saved id,
    which an execve() overwrites.  Popen told to do it would have to fork, and
    each server's time would include what the kernel does for a copy of this
    large program; now it vforks (and all our descriptors close by execve).
    """
    if os.geteuid() != 0:
        yield
        return
    uid, gid = bench_ids()
    groups = os.getgroups()
    os.setgroups([])
    os.setresgid(gid, gid, 0)
    os.setresuid(uid, uid, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
        os.setresgid(0, 0, 0)
        os.setgroups(groups)


def chown(path):
    if os.geteuid() == 0:
        os.chown(path, *bench_ids())


def chown_tree(path):
    chown(path)
    for base, dirs, files in os.walk(path):
        for n in dirs + files:
            chown(os.path.join(base, n))


def copy_tree(src, dst):
    shutil.rmtree(dst, ignore_errors=True)
    os.makedirs(os.path.dirname(dst), exist_ok=True)
    subprocess.run(["cp", "-a", src, dst], check=True)


# ------------------------------------------------------------- measurements

def cpu_clock(pid):
    """User + system time of a live process in seconds, nanosecond steps."""
    return time.clock_gettime(((~pid) << 3) | 2)


def proc_stat(pid):
    with open("/proc/%d/stat" % pid) as f:
        f = f.read().rsplit(")", 1)[1].split()
    return {"minflt": int(f[7]), "majflt": int(f[9]),
            "utime": int(f[11]) / CLK, "stime": int(f[12]) / CLK}


def proc_io(pid):
    out = {}
    try:
        with open("/proc/%d/io" % pid) as f:
            for line in f:
                k, v = line.split(":")
                if k in ("rchar", "wchar", "syscr", "syscw"):
                    out[k] = int(v)
    except OSError:
        pass
    return out


def memory(pid):
    """PSS, private dirty and RSS now, and the highest RSS so far, in KiB."""
    out = {}
    try:
        with open("/proc/%d/smaps_rollup" % pid) as f:
            for line in f:
                k = line.split(":")[0]
                if k in ("Pss", "Private_Dirty", "Rss", "Anonymous"):
                    out[k.lower()] = int(line.split()[1])
        with open("/proc/%d/status" % pid) as f:
            for line in f:
                if line.startswith("VmHWM"):
                    out["hwm"] = int(line.split()[1])
    except OSError:
        pass
    return out


class Sampler(threading.Thread):
    """Highest PSS and private dirty of a process while a command runs."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.on, self.pss, self.dirty = pid, True, 0, 0

    def run(self):
        while self.on:
            m = memory(self.pid)
            self.pss = max(self.pss, m.get("pss", 0))
            self.dirty = max(self.dirty, m.get("private_dirty", 0))
            time.sleep(0.004)

    def stop(self):
        self.on = False
        self.join()
        return {"peak_pss": self.pss, "peak_private_dirty": self.dirty}


class Failure(Exception):
    pass


class Session:
    BUF = bytearray(1 << 20)

    def __init__(self, server, home, proto="imap", observe=False):
        self.server, self.home, self.proto, self.observe = server, home, proto, observe
        argv, env = server.argv(proto, home), server.env(home)
        self.view = memoryview(Session.BUF)
        self.n = 0
        self.prefix = b"q%04x" % random.randrange(65536)
        mine, theirs = socket.socketpair()
        mine.settimeout(TIMEOUT)
        self.sock = mine
        log = open(os.path.join(need("WORK_DIR"), "stderr.log"), "ab")
        with becoming_user():
            self.t_spawn = time.perf_counter()
            self.p = subprocess.Popen(argv, stdin=theirs, stdout=theirs,
                                      stderr=log, env=env, cwd=home,
                                      close_fds=False)
        theirs.close()
        log.close()
        self.pid = self.p.pid
        self.caps = b""

    # --- reading
    def _until(self, done, keep=None):
        """Read until done(tail) is true; returns (octets, tail)."""
        total, tail = 0, b""
        view, sock = self.view, self.sock
        while True:
            try:
                n = sock.recv_into(view)
            except (socket.timeout, ConnectionError) as e:
                self.kill()
                raise Failure("no answer: %s" % e)
            if not n:
                raise Failure("server closed the connection after %r" % tail[-200:])
            total += n
            if keep is not None:
                keep.append(bytes(view[:n]))
            tail = (tail + bytes(view[max(0, n - 8192):n]))[-8192:]
            if view[n - 1] == 10 and done(tail):
                return total, tail

    def greeting(self):
        c0 = 0.0
        _, tail = self._until(lambda t: t.endswith(b"\r\n"))
        wall = time.perf_counter() - self.t_spawn
        self.greet = tail
        return {"wall": wall, "cpu": cpu_clock(self.pid) - c0}

    @staticmethod
    def _last(tail):
        k = tail.rfind(b"\n", 0, len(tail) - 1)
        return tail[k + 1:]

    def raw(self, data, tag, keep=None):
        self.sock.sendall(data)
        n, tail = self._until(lambda t: self._last(t).startswith(tag + b" "), keep)
        return n, self._last(tail)

    def tag(self):
        self.n += 1
        return self.prefix + b"%04d" % self.n

    def ok(self, cmd):
        t = self.tag()
        keep = []
        _, last = self.raw(t + b" " + cmd.encode() + b"\r\n", t, keep)
        if not last.startswith(t + b" OK"):
            raise Failure("%s: %s" % (cmd[:60], last.decode("latin-1").strip()[:160]))
        return b"".join(keep)

    def timed(self, cmd):
        """Run one command and measure the server while it runs."""
        keep = [] if self.observe else None
        t = self.tag()
        data = t + b" " + (cmd.encode() if isinstance(cmd, str) else cmd) + b"\r\n"
        smp = None
        if self.observe:
            smp = Sampler(self.pid)
            smp.start()
        s0, i0, c0 = proc_stat(self.pid), proc_io(self.pid), cpu_clock(self.pid)
        t0 = time.perf_counter()
        n, last = self.raw(data, t, keep)
        wall = time.perf_counter() - t0
        c1, s1, i1 = cpu_clock(self.pid), proc_stat(self.pid), proc_io(self.pid)
        r = {"wall": wall, "cpu": c1 - c0, "bytes": n}
        for k in s0:
            r[k] = round(s1[k] - s0[k], 3)
        for k in i0:
            r[k] = i1.get(k, 0) - i0[k]
        if smp:
            r.update(smp.stop())
            blob = b"".join(keep)
            r["untagged"] = len(re.findall(rb"(?:^|\r\n)\* ", blob))
            m = re.search(rb"\* SEARCH([ 0-9]*)", blob)
            if m:
                r["hits"] = len(m.group(1).split())
        r.update(memory(self.pid))
        if not last.startswith(t + b" OK"):
            raise Failure("%s: %s" % (data[:60], last.decode("latin-1").strip()[:160]))
        return r

    def append_batch(self, box, data):
        """One MULTIAPPEND with non-synchronizing literals."""
        t = self.tag()
        self.sock.sendall(t + b" APPEND " + box.encode())
        self.sock.sendall(data)
        _, last = self.raw(b"\r\n", t)
        if not last.startswith(t + b" OK"):
            raise Failure("APPEND: " + last.decode("latin-1")[:160])

    def logout(self):
        c0 = cpu_clock(self.pid)
        t0 = time.perf_counter()
        try:
            self.sock.sendall(b"zz LOGOUT\r\n" if self.proto == "imap" else b"QUIT\r\n")
            while self.sock.recv_into(self.view):
                pass
        except OSError:
            pass
        _, status, ru = os.wait4(self.pid, 0)
        wall = time.perf_counter() - t0
        self.p.returncode = status
        self.sock.close()
        return {"wall": wall, "cpu": ru.ru_utime + ru.ru_stime - c0,
                "maxrss": ru.ru_maxrss, "total_cpu": ru.ru_utime + ru.ru_stime}

    def kill(self):
        if self.p.poll() is None:
            os.kill(self.pid, signal.SIGKILL)
            self.p.wait()


# ------------------------------------------------------------------- suites

def home_of(server, kind):
    return os.path.join(need("WORK_DIR"), "homes", server.name, kind)


def ensure(server, size):
    home = home_of(server, "n%d" % size)
    mark = home + ".ready"
    if not os.path.exists(mark):
        shutil.rmtree(home, ignore_errors=True)
        server.setup(home, "box", size)
        open(mark, "w").close()
    return home


def opened(server, home, observe, box="box"):
    s = Session(server, home, observe=observe)
    s.greeting()
    return s, s.timed("SELECT " + box)


# what suite "readlight" leaves out (for very large mailboxes)
HEAVY = ("hdrfields_first", "search_from", "search_text", "thread_refs")

# what suite "fetch" leaves out: all that is not SELECT or FETCH
NOT_FETCH = ("search_unseen", "search_from", "search_subject", "search_text",
             "sort_date", "thread_refs")


def suite_readlight(server, size, observe, put):
    suite_read(server, size, observe, put, HEAVY)


def suite_fetch(server, size, observe, put):
    suite_read(server, size, observe, put, NOT_FETCH)


def suite_read(server, size, observe, put, skip=()):
    home = ensure(server, size)
    server.cold(home, "box", size)
    os.sync()
    s, r = opened(server, home, observe)
    put("select_first", r)
    put("logout_after_first", s.logout())
    s, r = opened(server, home, observe)
    put("select_again", r)
    time.sleep(0.05)
    put("idle_memory", memory(s.pid))
    put("fast_first", s.timed("FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE)"))
    s.logout()
    one = [("fast_again", "FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE)"),
           ("envelope_first", "FETCH 1:* ENVELOPE"),
           ("envelope_again", "FETCH 1:* ENVELOPE"),
           ("bodystructure_first", "FETCH 1:* BODYSTRUCTURE"),
           ("bodystructure_again", "FETCH 1:* BODYSTRUCTURE"),
           ("hdrfields_first", "FETCH 1:* BODY.PEEK[HEADER.FIELDS (FROM TO SUBJECT DATE)]"),
           ("hdrfields_again", "FETCH 1:* BODY.PEEK[HEADER.FIELDS (FROM TO SUBJECT DATE)]"),
           ("body_all", "FETCH 1:* BODY.PEEK[]")]
    for name, cmd in one:
        if name in skip:
            continue
        s, _ = opened(server, home, observe)
        put(name, s.timed(cmd))
        s.logout()
    s, _ = opened(server, home, observe)
    for name, cmd in (("search_unseen", "SEARCH UNSEEN"),
                      ("search_from", "SEARCH FROM " + corpus_mod.FROM_WORD),
                      ("search_subject", "SEARCH SUBJECT " + corpus_mod.SUBJECT_WORD),
                      ("search_text", "SEARCH TEXT " + corpus_mod.RARE_WORD)):
        if name in skip:
            continue
        put(name, s.timed(cmd))
    s.logout()
    for name, cmd in (("sort_date", "SORT (DATE) US-ASCII ALL"),
                      ("thread_refs", "THREAD REFERENCES US-ASCII ALL")):
        if name in skip:
            continue
        s, _ = opened(server, home, observe)
        put(name, s.timed(cmd))
        s.logout()


SORTS = (("sort_date", "SORT (DATE) US-ASCII ALL"),
         ("sort_subject", "SORT (SUBJECT REVERSE DATE) UTF-8 ALL"),
         ("sort_from", "SORT (FROM SIZE) UTF-8 ALL"),
         ("thread_refs", "THREAD REFERENCES US-ASCII ALL"),
         ("thread_subject", "THREAD ORDEREDSUBJECT UTF-8 ALL"))


def suite_sort(server, size, observe, put):
    """SORT and THREAD, each on a mailbox that was selected once and of whose
    headers nothing is cached, and again in the next session."""
    home = ensure(server, size)
    for name, cmd in SORTS:
        server.cold(home, "box", size)
        s, _ = opened(server, home, False)
        s.logout()
        for when in ("first", "again"):
            s, _ = opened(server, home, observe)
            put("%s_%s" % (name, when), s.timed(cmd))
            s.logout()


def suite_mutate(server, size, observe, put):
    src = ensure(server, size)
    home = home_of(server, "mut")
    server.cold(src, "box", size)
    copy_tree(src, home)
    os.sync()
    # to a mailbox that no server has opened; then all goes on with one that
    # was opened once
    s = Session(server, home, observe=observe)
    s.greeting()
    put("append_500_to_pristine", append_each(s, "box", 500)[0])
    s.logout()
    shutil.rmtree(home)
    opened(server, src, False)[0].logout()
    copy_tree(src, home)
    os.sync()
    s = Session(server, home, observe=observe)
    s.greeting()
    s.ok("CREATE " + server.create_arg("fresh"))
    s.ok("CREATE " + server.create_arg("copydst"))
    # one by one, nothing selected: to the large mailbox, then to an empty one
    r, done = append_each(s, "box", 500)
    put("append_500_to_large", r)
    put("append_500_to_empty", append_each(s, "fresh", 500)[0])
    s.logout()
    s, _ = opened(server, home, observe)
    put("copy_1000", s.timed("COPY 1:1000 copydst"))
    r = s.timed("STORE 1:* +FLAGS (\\Seen)")
    put("store_check_some", joined(r, s.timed("CHECK")))
    total = size + done
    step = 8000                     # keep the command line below 64 KiB
    acc = None
    for a in range(2, total + 1, step):
        ids = ",".join(map(str, range(a, min(a + step, total + 1), 2)))
        r = s.timed("STORE %s +FLAGS.SILENT (\\Deleted)" % ids)
        acc = r if acc is None else {k: acc[k] + r[k] if k in ("wall", "cpu") else r[k] for k in r}
    put("store_deleted_half", acc)
    put("expunge_half", s.timed("EXPUNGE"))
    put("logout_after_expunge", s.logout())
    shutil.rmtree(home, ignore_errors=True)


def joined(*parts):
    """The work of several commands as one."""
    return {k: sum(p[k] for p in parts) for k in ("wall", "cpu")}


def suite_store(server, size, observe, put):
    """Flags of all messages, to the mailbox itself: once where no message has
    room for them yet, and once more where each has."""
    home = ensure(server, size)
    server.cold(home, "box", size)
    for when, op in (("first", "+"), ("again", "-")):
        s, select = opened(server, home, observe)
        r = joined(s.timed("STORE 1:* %sFLAGS (\\Seen)" % op),
                   s.timed("CHECK"))
        put("store_check_" + when, r)
        put("select_store_check_" + when, joined(select, r))
        s.logout()


def append_each(s, box, count, limit=8.0):
    """APPEND count messages one by one.  Stops after limit seconds; the totals
    are then scaled up to count, and "done" says how many were really sent."""
    c, msgs = get_corpus(), []
    for i in range(count):
        m = c.message(150000 + i)
        d = m.crlf()
        msgs.append((b" (\\Seen) \"%s\" {%d+}\r\n" % (m.append_date().encode(), len(d)), d))
    each, c0, i0 = [], cpu_clock(s.pid), proc_io(s.pid)
    t0 = time.perf_counter()
    for head, d in msgs:
        t = s.tag()
        a = time.perf_counter()
        _, last = s.raw(t + b" APPEND " + box.encode() + head + d + b"\r\n", t)
        each.append(time.perf_counter() - a)
        if not last.startswith(t + b" OK"):
            raise Failure("APPEND: " + last.decode("latin-1")[:160])
        if time.perf_counter() - t0 > limit:
            break
    k = count / len(each)
    r = {"wall": (time.perf_counter() - t0) * k, "cpu": (cpu_clock(s.pid) - c0) * k,
         "done": len(each)}
    i1 = proc_io(s.pid)
    r.update({x: (i1[x] - i0[x]) * k for x in i0})
    done = len(each)
    each.sort()
    r["p50_each"], r["p99_each"] = each[done // 2], each[done * 99 // 100]
    return r, done


def suite_status(server, size, observe, put):
    home = home_of(server, "st50")
    if not os.path.exists(home + ".ready"):
        shutil.rmtree(home, ignore_errors=True)
        server.setup(home, "src", 200)
        s, _ = opened(server, home, False, "src")
        for k in range(50):
            s.ok("CREATE " + server.create_arg("s%02d" % k))
            s.ok("COPY 1:* s%02d" % k)
        s.logout()
        open(home + ".ready", "w").close()
    for label in ("status50_first_session", "status50_next_session"):
        s = Session(server, home)
        s.greeting()
        c0, i0, t0 = cpu_clock(s.pid), proc_io(s.pid), time.perf_counter()
        for k in range(50):
            s.ok("STATUS s%02d (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN)" % k)
        r = {"wall": time.perf_counter() - t0, "cpu": cpu_clock(s.pid) - c0}
        i1 = proc_io(s.pid)
        r.update({k: i1[k] - i0[k] for k in i0})
        put(label, r)
        s.logout()


def suite_spawn(server, size, observe, put):
    home = home_of(server, "empty")
    if not os.path.exists(home):
        os.makedirs(home)
        if server.family == "dovecot" and server.fmt == "mbox":
            os.makedirs(os.path.join(home, "mail"))
        chown_tree(home)
    for _ in range(10):
        s = Session(server, home)
        r = s.greeting()
        r.update(memory(s.pid))
        put("spawn_greeting", r)
        x = s.logout()
        put("spawn_to_exit", {"wall": time.perf_counter() - s.t_spawn, "cpu": x["total_cpu"]})


IDLERS = (
    ("select", ()),
    ("structure", ("FETCH 1:* (ENVELOPE BODYSTRUCTURE)",)),
    ("body", ("FETCH 1:* BODY.PEEK[]",)),
    ("search", ("SEARCH BODY nowhere",)),
    ("sort", ("SORT (SUBJECT DATE) UTF-8 ALL",)),
    ("store", ("STORE 1:* +FLAGS.SILENT (\\Flagged)", "CHECK")),
)


def suite_idle(server, size, observe, put):
    """The first of suite_memory."""
    suite_memory(server, size, observe, put, works=IDLERS[:1])


def suite_memory(server, size, observe, put, sessions=20, works=IDLERS):
    """Mean PSS of sessions that are idle after work."""
    home = home_of(server, "m")
    if not os.path.exists(home + ".ready"):
        shutil.rmtree(home, ignore_errors=True)
        server.setup(home, "box", size)
        open(home + ".ready", "w").close()
    for name, commands in works:
        live = []
        for _ in range(sessions):
            s, _ = opened(server, home, False)
            for command in commands:
                s.timed(command)
            live.append(s)
        time.sleep(1)       # what a server gives back, it has by now
        used = [memory(s.pid) for s in live]
        put("idle_after_" + name, {
            k: sum(u[k] for u in used) / sessions
            for k in ("pss", "private_dirty")})
        for s in live:
            s.logout()


def suite_concurrent(server, size, observe, put, sessions=64, count=1000):
    base = home_of(server, "c1k")
    if not os.path.exists(base + ".ready"):
        shutil.rmtree(base, ignore_errors=True)
        server.setup(base, "box", count)
        open(base + ".ready", "w").close()
    homes = []
    for k in range(sessions):
        h = home_of(server, "c/u%02d" % k)
        if not os.path.exists(h):
            copy_tree(base, h)
            s, _ = opened(server, h, False)     # leave it opened once
            s.timed("FETCH 1:* (FLAGS RFC822.SIZE)")
            s.timed("FETCH 1:* BODY.PEEK[HEADER.FIELDS (FROM TO SUBJECT DATE)]")
            s.logout()
        homes.append(h)
    os.sync()
    cmds = (b"a SELECT box\r\n",
            b"b FETCH 1:* BODY.PEEK[HEADER.FIELDS (FROM TO SUBJECT DATE)]\r\n")
    sel = selectors.DefaultSelector()
    t0 = time.perf_counter()
    live, octets = [], 0
    for h in homes:
        s = Session(server, h)
        s.sock.setblocking(False)
        s.step, s.tail = 0, b""
        sel.register(s.sock, selectors.EVENT_READ, s)
        live.append(s)
    left, end = len(live), time.perf_counter() + TIMEOUT
    view = memoryview(Session.BUF)
    while left and time.perf_counter() < end:
        for key, _ in sel.select(1.0):
            s = key.data
            try:
                n = s.sock.recv_into(view)
            except BlockingIOError:
                continue
            if not n:
                raise Failure("session ended early")
            octets += n
            s.tail = (s.tail + bytes(view[max(0, n - 2048):n]))[-2048:]
            if view[n - 1] != 10:
                continue
            last = Session._last(s.tail)
            if s.step == 0 or last.startswith((b"a ", b"b ")[s.step - 1] + b"OK"):
                if s.step < 2:
                    s.sock.send(cmds[s.step])
                    s.step += 1
                    s.tail = b""
                else:
                    s.step = 3
                    left -= 1
                    sel.unregister(s.sock)
            elif last.startswith((b"a NO", b"a BAD", b"b NO", b"b BAD")):
                raise Failure(repr(last[:120]))
    wall = time.perf_counter() - t0
    if left:
        for s in live:
            s.kill()
        raise Failure("timeout, %d sessions unfinished" % left)
    r = {"wall": wall, "cpu": sum(cpu_clock(s.pid) for s in live), "bytes": octets,
         "messages_per_second": sessions * count / wall}
    time.sleep(1)           # as in suite_memory
    mem = [memory(s.pid) for s in live]
    for k in ("pss", "private_dirty", "rss"):
        r[k] = sum(m.get(k, 0) for m in mem)
    put("concurrent_64x1k", r)
    for s in live:
        s.sock.setblocking(True)
        s.sock.settimeout(TIMEOUT)
        s.logout()


def suite_pop3(server, size, observe, put, count=5000):
    home = home_of(server, "pop%d" % count)
    user = os.environ.get("BENCH_USER", "bench")
    if server.family != "dovecot":
        # after AUTH EXTERNAL the home directory is the one of the account,
        # not $HOME, so INBOX has to be put there
        real = os.path.join(pwd.getpwnam(user).pw_dir, "INBOX")
        spool = os.environ.get("MAIL_SPOOL")
        if not spool:
            raise Failure("MAIL_SPOOL not set")
        for p in (real, os.path.join(spool, user)):
            if os.path.isdir(p):
                shutil.rmtree(p)
            elif os.path.exists(p):
                os.unlink(p)
    if server.family != "dovecot" and server.fmt == "unix":
        os.makedirs(home, exist_ok=True)
        chown(home)
        shutil.copyfile(corpus_mbox(count), os.path.join(spool, user))
        chown(os.path.join(spool, user))
    elif server.fmt == "mbox":
        os.makedirs(os.path.join(home, "mail"), exist_ok=True)
        shutil.rmtree(os.path.join(home, "mail", ".imap"), ignore_errors=True)
        shutil.copyfile(corpus_mbox(count), os.path.join(home, "mail", "inbox"))
        chown_tree(home)
    elif not os.path.exists(home + ".ready"):
        shutil.rmtree(home, ignore_errors=True)
        server.setup(home, "INBOX", count)
        open(home + ".ready", "w").close()
    if server.family != "dovecot" and server.fmt != "unix":
        subprocess.run(["cp", "-a", os.path.join(home, "INBOX"), real], check=True)
    os.sync()
    for label in ("first", "again"):
        s = Session(server, home, proto="pop3")
        t0 = time.perf_counter()
        if server.family == "dovecot":          # started this way it has no greeting
            s.sock.sendall(b"NOOP\r\n")
        s._until(lambda t: t.endswith(b"\r\n"))
        if server.family != "dovecot":
            s.sock.sendall(b"AUTH EXTERNAL\r\n")
            s._until(lambda t: t.endswith(b"\r\n"))
            s.sock.sendall(b"\r\n")
            _, tail = s._until(lambda t: t.endswith(b"\r\n"))
            if not tail.startswith(b"+OK"):
                raise Failure("AUTH EXTERNAL: %r" % tail[:100])
        put("pop3_open_" + label, {"wall": time.perf_counter() - t0, "cpu": cpu_clock(s.pid)})

        def multi(cmd):
            s.sock.sendall(cmd + b"\r\n")
            return s._until(lambda t: t.endswith(b"\r\n.\r\n") or t.startswith(b"-ERR"))

        c0, t0 = cpu_clock(s.pid), time.perf_counter()
        s.sock.sendall(b"STAT\r\n")
        _, tail = s._until(lambda t: t.endswith(b"\r\n"))
        if int(tail.split()[1]) != count:
            raise Failure("STAT says %r" % tail)
        put("pop3_stat_" + label, {"wall": time.perf_counter() - t0, "cpu": cpu_clock(s.pid) - c0})
        c0, t0 = cpu_clock(s.pid), time.perf_counter()
        multi(b"UIDL")
        put("pop3_uidl_" + label, {"wall": time.perf_counter() - t0, "cpu": cpu_clock(s.pid) - c0})
        c0, t0, i0, total = cpu_clock(s.pid), time.perf_counter(), proc_io(s.pid), 0
        for i in range(1, count + 1):
            n, _ = multi(b"RETR %d" % i)
            total += n
        r = {"wall": time.perf_counter() - t0, "cpu": cpu_clock(s.pid) - c0, "bytes": total}
        i1 = proc_io(s.pid)
        r.update({k: i1[k] - i0[k] for k in i0})
        r.update(memory(s.pid))
        put("pop3_retr_all_" + label, r)
        put("pop3_quit_" + label, s.logout())


SUITES = {"read": suite_read, "readlight": suite_readlight, "fetch": suite_fetch,
          "sort": suite_sort, "store": suite_store,
          "mutate": suite_mutate, "status": suite_status,
          "spawn": suite_spawn, "memory": suite_memory, "idle": suite_idle,
          "concurrent": suite_concurrent, "pop3": suite_pop3}


# ------------------------------------------------------------------- driver

def run(a):
    names = a.servers.split(",") if a.servers else [s.name for s in SERVERS if s.available()]
    servers = [s for n in names for s in SERVERS if s.name == n]
    for s in servers:
        if not s.available():
            sys.exit("no executable for " + s.name)
    data = {"size": a.size, "rounds": a.rounds, "suites": a.suites, "machine": machine(),
            "started": time.strftime("%Y-%m-%d %H:%M:%S"), "others_cpu": [], "calibration_ms": [],
            "results": {}, "observed": {}, "failures": {}}
    end = time.time() + a.budget
    # the observe round comes first: results are checked and peaks sampled in
    # it, and its times are not used
    rounds = ([-1] if a.observe else []) + list(range(a.rounds))
    for rnd in rounds:
        data["calibration_ms"].append(calibrate())
        b0, own0, w0 = busy() + (time.time(),)
        order = servers if rnd % 2 == 0 else servers[::-1]
        for suite in a.suites.split(","):
            if rnd == -1 and suite not in ("read", "readlight", "fetch", "sort", "mutate", "store"):
                continue
            for server in order:
                if time.time() > end:
                    data["failures"].setdefault("budget", []).append(
                        "round %d %s %s not run" % (rnd, suite, server.name))
                    continue
                box = data["observed" if rnd == -1 else "results"].setdefault(server.name, {})
                t0 = time.time()
                try:
                    SUITES[suite](server, a.size, rnd == -1,
                                  lambda k, r: box.setdefault(k, []).append(r))
                except (Failure, OSError, subprocess.SubprocessError, ValueError, IndexError) as e:
                    data["failures"].setdefault(server.name, []).append(
                        "round %d %s: %s: %s" % (rnd, suite, type(e).__name__, e))
                print("round %2d %-11s %-16s %6.1f s" % (rnd, suite, server.name, time.time() - t0),
                      flush=True)
        b1, own1, w1 = busy() + (time.time(),)
        data["others_cpu"].append(round((b1 - b0 - own1 + own0) / (w1 - w0), 3))
        with open(a.out + ".part", "w") as f:
            json.dump(data, f)
    summary = summarise(data)
    with open(a.out, "w") as f:
        json.dump(summary, f, indent=1, sort_keys=True)
    os.unlink(a.out + ".part")
    text = markdown([summary], a.base)
    if a.md:
        with open(a.md, "w") as f:
            f.write(text)
    print(text)


def busy():
    """CPU seconds used so far by the whole machine, and by this program and
    the servers it has waited for."""
    with open("/proc/stat") as f:
        v = [int(x) for x in f.readline().split()[1:]]
    return (sum(v[:3]) + sum(v[5:8])) / CLK, sum(os.times()[:4])


def calibrate():
    """Milliseconds for a fixed piece of CPU work, best of 5: says how fast the
    machine was in a round, since a virtual machine's speed drifts."""
    block, best = bytes(8 << 20), 1e9
    for _ in range(5):
        t0 = time.perf_counter()
        hashlib.sha256(block).digest()
        best = min(best, time.perf_counter() - t0)
    return round(best * 1000, 3)


def machine():
    m = {"cpus": os.cpu_count(), "kernel": os.uname().release, "python": sys.version.split()[0]}
    try:
        for line in open("/proc/cpuinfo"):
            if line.startswith("model name"):
                m["cpu"] = line.split(":", 1)[1].strip()
                break
        for line in open("/proc/meminfo"):
            if line.startswith("MemTotal"):
                m["ram_mib"] = int(line.split()[1]) // 1024
    except OSError:
        pass
    return m


def summarise(data):
    """Medians, with the least and greatest wall time, for each measure."""
    out = {k: data[k] for k in ("size", "rounds", "suites", "machine", "started", "others_cpu", "calibration_ms", "failures")}
    out["servers"] = {}
    for name, sc in data["results"].items():
        o = out["servers"].setdefault(name, {})
        for k, runs in sc.items():
            keys = set().union(*runs)
            rec = {x: round(statistics.median([r[x] for r in runs if x in r]), 6) for x in sorted(keys)}
            if "wall" in rec:
                w = [r["wall"] for r in runs]
                rec["wall_min"], rec["wall_max"] = round(min(w), 6), round(max(w), 6)
            if "cpu" in rec:
                rec["cpu_min"] = round(min(r["cpu"] for r in runs), 6)
            rec["n"] = len(runs)
            obs = data["observed"].get(name, {}).get(k)
            if obs:
                for x in ("peak_pss", "peak_private_dirty", "untagged", "hits"):
                    if x in obs[0]:
                        rec[x] = obs[0][x]
            o[k] = rec
    return out


def markdown(summaries, base):
    out = []
    for d in summaries:
        names = list(d["servers"])
        if not names:
            continue
        b = base if base in names else names[0]
        scen = []
        for n in names:
            for k in d["servers"][n]:
                if k not in scen:
                    scen.append(k)

        def table(title, key, scale, fmt, ratio=True):
            rows = []
            for k in scen:
                cells = []
                for n in names:
                    v = d["servers"][n].get(k, {}).get(key)
                    ref = d["servers"][b].get(k, {}).get(key)
                    if v is None:
                        cells.append("–")
                    elif ratio and ref and n != b:
                        cells.append((fmt + " (%.2f)") % (v * scale, v / ref))
                    else:
                        cells.append(fmt % (v * scale))
                if any(c != "–" for c in cells):
                    rows.append("| %s | %s |" % (k, " | ".join(cells)))
            if rows:
                out.append("\n**%s** (%d messages, %d rounds; in brackets: ratio to %s)\n"
                           % (title, d["size"], d["rounds"], b))
                out.append("| scenario | " + " | ".join(names) + " |")
                out.append("|---|" + "---:|" * len(names))
                out.extend(rows)

        table("Wall time, ms, median", "wall", 1000, "%.1f")
        table("Server CPU time (user + system), ms, median", "cpu", 1000, "%.1f")
        table("PSS after the command, MiB", "pss", 1 / 1024, "%.1f", False)
        table("Private dirty after the command, MiB", "private_dirty", 1 / 1024, "%.1f", False)
        table("Peak PSS during the command, MiB", "peak_pss", 1 / 1024, "%.1f", False)
        table("Peak private dirty during the command, MiB", "peak_private_dirty", 1 / 1024, "%.1f", False)
        table("read system calls", "syscr", 1, "%d", False)
        table("write system calls", "syscw", 1, "%d", False)
        table("MB read by system calls", "rchar", 1e-6, "%.1f", False)
        table("MB written by system calls", "wchar", 1e-6, "%.1f", False)
        table("Search hits", "hits", 1, "%d", False)
        out.append("\nCPUs' worth of other work on the machine, by round: %s" % d.get("others_cpu"))
        if d.get("failures"):
            out.append("\nFailures: " + json.dumps(d["failures"]))
    return "\n".join(out) + "\n"


def combined(d, base, order=None):
    """One table: median wall ms / server CPU ms, ratio of CPU to the base."""
    names = [s.name for s in SERVERS if s.name in d["servers"]]
    b = base if base in names else names[0]
    scen = []
    for n in names:
        scen += [k for k in d["servers"][n] if k not in scen and "wall" in d["servers"][n][k]]
    scen.sort(key=lambda k: (ORDER.index(k) if k in ORDER else len(ORDER), k))

    def num(v):
        v *= 1000
        return "%.0f" % v if v >= 100 else "%.1f" % v if v >= 1 else "%.2f" % v

    out = ["| scenario | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
    for k in scen:
        cells = []
        ref = d["servers"][b].get(k, {}).get("cpu")
        for n in names:
            r = d["servers"][n].get(k)
            if not r:
                cells.append("–")
                continue
            x = "" if n == b or not ref else " ×%.2g" % (r["cpu"] / ref)
            cells.append("%s / %s%s" % (num(r["wall"]), num(r["cpu"]), x))
        out.append("| %s | %s |" % (k, " | ".join(cells)))
    return "\n".join(out) + "\n"


ORDER = """spawn_greeting spawn_to_exit select_first logout_after_first select_again
fast_first fast_again envelope_first envelope_again bodystructure_first bodystructure_again
hdrfields_first hdrfields_again body_all search_unseen search_from search_subject search_text
sort_date thread_refs append_500_to_empty append_500_to_large append_500_to_pristine
copy_1000 store_check_first store_check_again store_check_some store_deleted_half expunge_half logout_after_expunge status50_first_session
status50_next_session concurrent_64x1k""".split()


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--list", action="store_true")
    ap.add_argument("--servers")
    ap.add_argument("--size", type=int, default=10000)
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--suites", default="spawn,read,mutate,status,concurrent,pop3")
    ap.add_argument("--no-observe", dest="observe", action="store_false")
    ap.add_argument("--budget", type=float, default=7200, help="seconds; later work is skipped")
    ap.add_argument("--out")
    ap.add_argument("--md")
    ap.add_argument("--base", default="panda-unix")
    ap.add_argument("--report", nargs="*")
    ap.add_argument("--combined", nargs="*", help="one table per file: wall / CPU")
    a = ap.parse_args()
    if a.list:
        for s in SERVERS:
            print(s.name, "" if s.available() else "(not available)")
        return
    for p in a.combined or ():
        print(combined(json.load(open(p)), a.base))
    if a.combined:
        return
    if a.report:
        print(markdown([json.load(open(p)) for p in a.report], a.base))
        return
    if not a.out:
        sys.exit("--out FILE is needed")
    run(a)


if __name__ == "__main__":
    main()
