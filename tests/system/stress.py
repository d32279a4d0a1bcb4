"""Many clients of the same mailboxes doing things at random, and the books
that are kept of it: what arrived, which UID was told for which message, who
wanted what to be deleted. At the end books, clients and file must agree.
"""
import collections
import hashlib
import pathlib
import random
import re
import signal
import subprocess
import threading
import time

from stress_report import Diary
from stress_wire import RUN_AS, Gone, Wire, parse_fetch

SYSTEM = ["\\Seen", "\\Answered", "\\Flagged", "\\Draft"]
NEWS = b"(UID FLAGS BODY.PEEK[HEADER.FIELDS (X-Serial)])"
WHOLE = b"(UID FLAGS RFC822.SIZE BODY.PEEK[])"
HOME = RUN_AS["cwd"]


class Fault(Exception):
    pass


def must(truth, *what):
    if not truth:
        raise Fault(" ".join(str(w) for w in what))


def compose(rng, serial):
    """A message, with its digest as clients must see it."""
    lines = []
    for _ in range(rng.choice((0, 1, 3, 10, 10, 40, 400))):
        lines.append(rng.choice((
            "", "text " * rng.randrange(14), "x" * rng.randrange(200),
            ">From here on", "X-UID: 7", "Status: RO",
            "From here Tue Mar  5 09:01:02 2024", "From the sea")))
    lines.append("end of " + serial)
    seen = "".join((">" if s.startswith("From ") else "") + s + "\r\n"
                   for s in lines)
    digest = hashlib.md5(seen.encode()).hexdigest()
    header = ("From: someone@mail.example\r\nSubject: number %d\r\n"
              "X-Serial: %s\r\nX-Sum: %s\r\n" % (
                  rng.randrange(100), serial, digest))
    return (header + "\r\n" + "\r\n".join(lines) + "\r\n").encode()


def bulk(serial, octets):
    """A message of many octets, as it is in a file."""
    body = ("text " * 15 + "\n") * (octets // 76) + "end of %s\n" % serial
    digest = hashlib.md5(body.replace("\n", "\r\n").encode()).hexdigest()
    return ("From someone Tue Mar  5 09:01:02 2024\n"
            "From: someone@mail.example\nX-Serial: %s\nX-Sum: %s\n\n" % (
                serial, digest) + body + "\n").encode()


def field(header, name):
    m = re.search(rb"(?im)^" + name + rb": (\S+)\r?$", header)
    return m.group(1).decode() if m else None


def judge(text):
    """The serial of a message as a client got it, whole."""
    header, _, body = text.partition(b"\r\n\r\n")
    must(field(header, b"X-Sum") == hashlib.md5(body).hexdigest(),
         "octets changed:", header, "...", body[-200:])
    return field(header, b"X-Serial")


class Books:
    """What is known of one mailbox."""

    def __init__(self, name, path):
        self.name, self.path = name, pathlib.Path(path)
        self.lock = threading.RLock()
        self.uidvalidity = None
        self.kept = set()       # UIDs of messages that are left alone
        self.serial = {}        # by UID: for ever
        self.digest = {}        # by UID
        self.doomed = set()     # UIDs that somebody marked \Deleted
        self.copies = set()     # serials of which copies came in
        self.doomed_copies = set()      # serials: a copy may be marked, too
        self.expunged = set()   # UIDs that were told to be gone
        self.nameless = set()   # the same, of which no serial was told yet
        self.least = collections.Counter()      # arrivals by serial
        self.most = collections.Counter()
        self.uidnext = 0        # the highest that a STATUS told

    def valid(self, uidvalidity):
        with self.lock:
            must(self.uidvalidity in (None, uidvalidity), self.name,
                 "has another UIDVALIDITY", self.uidvalidity, uidvalidity)
            self.uidvalidity = uidvalidity

    def told(self, uid, serial, digest=None):
        with self.lock:
            was = self.serial.setdefault(uid, serial)
            must(was == serial, self.name, "UID", uid, "was", was, "and is",
                 serial)
            if digest:
                was = self.digest.setdefault(uid, digest)
                must(was == digest, self.name, "UID", uid, "has other octets")

    def doom(self, uids):
        with self.lock:
            self.doomed |= uids

    def is_doomed(self, uid):
        return uid in self.doomed or \
            self.serial.get(uid) in self.doomed_copies

    def gone(self, uid):
        with self.lock:
            if uid in self.serial or uid in self.doomed:
                must(self.is_doomed(uid), self.name, "UID", uid,
                     "is gone, and nobody wanted that")
            else:
                self.nameless.add(uid)
            self.expunged.add(uid)

    def arrival(self, serial, sure):
        """More than 0 if it arrived, 0 if that is not known."""
        with self.lock:
            self.most[serial] += 1
            self.least[serial] += sure

    def no_arrival(self, serial):
        """It did not arrive after all."""
        with self.lock:
            self.most[serial] -= 1

    def status_before(self):
        """What a STATUS must know that is asked for from here on."""
        with self.lock:
            return (set(self.serial), len(self.expunged),
                    max([self.uidnext] + [u + 1 for u in self.serial]))

    def status_told(self, before, told):
        uids, expunged, uidnext = before
        with self.lock:
            self.valid(told["UIDVALIDITY"])
            least = sum(not self.is_doomed(u) for u in uids)
            most = sum(self.most.values()) - expunged
            must(least <= told["MESSAGES"] <= most, self.name, "STATUS says",
                 told, "of", least, "to", most, "messages")
            must(told["UNSEEN"] <= told["MESSAGES"], self.name, told)
            must(told["UIDNEXT"] >= uidnext, self.name, "STATUS says", told,
                 "after UIDNEXT", uidnext)
            self.uidnext = max(self.uidnext, told["UIDNEXT"])

    def settle(self, there):
        """there: what the file has at the end, as [(uid, serial)]."""
        for uid, serial in there:
            self.told(uid, serial)
            must(uid not in self.expunged, self.name, "UID", uid,
                 "was expunged and is there again")
        left = {uid for uid, _ in there}
        must(len(left) == len(there), self.name, "UID twice")
        for uid in self.serial:
            must(uid in left or self.is_doomed(uid), self.name, "UID", uid,
                 "is lost:", self.serial[uid])
        for uid in self.nameless & set(self.serial):
            must(self.is_doomed(uid), self.name, "UID", uid,
                 "was gone, and nobody wanted that")
        ever = collections.Counter(self.serial.values())
        # copies that came and went before anybody asked what they were
        room = sum(self.most[s] - ever[s] for s in self.doomed_copies)
        must(len(self.nameless - set(self.serial)) <= room, self.name,
             "are gone, and nobody wanted that:",
             self.nameless - set(self.serial))
        for serial in set(ever) | set(self.most):
            must(self.least[serial] <= ever[serial] <= self.most[serial],
                 self.name, serial, "came", ever[serial], "times, not",
                 self.least[serial], "to", self.most[serial])


class Entry:
    """A message as a client knows it."""

    def __init__(self):
        self.uid = self.flags = self.size = self.digest = None

    def __repr__(self):
        return "(%s %s %s)" % (self.uid, sorted(self.flags or []), self.size)


class Client:
    """A session with a mailbox, its picture of it, and one keyword that
    nobody else sets or clears."""

    def __init__(self, world, number, books):
        self.world, self.books, self.number = world, books, number
        self.rng = random.Random("%s client %d" % (world.seed, number))
        self.keyword = "mine%d" % number
        self.mine = {}          # by UID: whether the message has the keyword
        self.pending = set()    # UIDs of which it changes that keyword now
        self.unsure = set()     # UIDs: a kill may undo it until CHECK
        # A STORE that is refused is taken back, which is told at once; but
        # not of what another session expunged meanwhile. So what was not taken
        # back must be gone.
        self.refused = set()    # UIDs that may be gone
        self.ghosts = set()     # UIDs that must
        self.serials = 0
        self.wire = None
        self.readonly = False

    def note(self, uid, *what):
        self.world.diary.note(self.number, self.books.name, uid, *what)

    # --- the connection

    def connect(self):
        self.pic = []
        self.wire = Wire()
        self.note(0, "server", self.wire.process.pid)
        self.wire.greet()
        self.select()

    def select(self):
        """READ-WRITE; only while one of the original's programs has the
        mailbox may it be READ-ONLY: then again."""
        for _ in range(100):
            self.pic = []
            self.readonly = False
            status, text = self.command(b"SELECT " + self.books.name.encode())
            if status != "OK" or "READ-ONLY" not in text or \
                    not self.world.visited():
                break
            time.sleep(0.2)
        must(status == "OK" and "READ-WRITE" in text, status, text)

    def untagged(self, line, literals):
        self.note(0, line[:120].decode("latin-1"))
        if b"[READ-ONLY]" in line:
            # an empty mailbox got mail while another program had it
            must(self.world.visited(), line)
            self.readonly = True
        m = re.match(rb"\* (\d+) (EXISTS|EXPUNGE|FETCH)", line)
        if not m:
            m = re.match(rb"\* OK \[UIDVALIDITY (\d+)\]", line)
            if m:
                self.books.valid(int(m.group(1)))
            return
        number, what = int(m.group(1)), m.group(2)
        if what == b"EXISTS":
            must(number >= len(self.pic), "EXISTS", number, "after",
                 len(self.pic))
            self.pic += [Entry() for _ in range(number - len(self.pic))]
            return
        must(1 <= number <= len(self.pic), line, "of", len(self.pic))
        if what == b"EXPUNGE":
            entry = self.pic.pop(number - 1)
            if entry.uid:
                self.note(entry.uid, "told that it is gone")
                self.books.gone(entry.uid)
        else:
            self.fetched(*parse_fetch(line, literals))

    def fetched(self, msgno, items):
        entry = self.pic[msgno - 1]
        uid = items.get("UID")
        if uid:
            must(entry.uid in (None, uid), "UID of", msgno, entry.uid, uid)
            entry.uid = uid
        if "HEADER" in items:
            self.note(uid, "is", field(items["HEADER"], b"X-Serial"))
            self.books.told(uid, field(items["HEADER"], b"X-Serial"))
        if "FLAGS" in items:
            self.flags_told(entry, items["FLAGS"])
        if "RFC822.SIZE" in items:
            must(entry.size in (None, items["RFC822.SIZE"]), "size of", uid)
            entry.size = items["RFC822.SIZE"]
        if "BODY" in items:
            self.books.told(uid, judge(items["BODY"]),
                            hashlib.md5(items["BODY"]).hexdigest())
            entry.digest = hashlib.md5(items["BODY"]).hexdigest()
            entry.size = entry.size or len(items["BODY"])
            must(entry.size == len(items["BODY"]), "size of", uid, entry.size,
                 len(items["BODY"]))

    def flags_told(self, entry, flags):
        if entry.flags != flags:
            self.note(entry.uid, "told", *sorted(flags))
        entry.flags = flags
        if entry.uid and entry.uid not in self.pending:
            have = self.keyword in flags
            want = self.mine.setdefault(entry.uid, have)
            if want is None:
                self.mine[entry.uid] = want = have
            if want != have and entry.uid in self.refused:
                self.ghosts.add(entry.uid)
                self.mine[entry.uid] = want = have
            must(want == have, "the keyword of UID", entry.uid, "is", have)

    def command(self, *parts, each=None):
        """(status, text) of a command whose parts are sent one after another,
        each but the last followed by a continuation."""
        tag = self.wire.tag()
        self.note(0, (tag + b" " + parts[0])[:200].decode("latin-1"))
        data = tag + b" "
        for part in parts:
            self.wire.send(data + part + b"\r\n")
            data = b""
            while True:
                line, literals = self.wire.response()
                if line.startswith(b"+ ") and part is not parts[-1]:
                    break
                if line.startswith(tag + b" "):
                    self.note(0, line.decode("latin-1"))
                    status, _, text = line[len(tag) + 1:].partition(b" ")
                    must(status in (b"OK", b"NO"), line)
                    if status == b"NO":
                        self.refusal(parts[0], text)
                    return status.decode(), text.decode()
                if each and each(line):
                    continue
                self.untagged(line, literals)

    def refusal(self, command, text):
        """Nobody but the original keeps a lock for long."""
        words = command.split()
        name = (words[1] if words[0] == b"UID" else words[0]).decode()
        self.world.count("NO to " + name)
        must(self.world.visited() or b"[INUSE]" not in text, name, text)

    # --- what it does

    def learn(self):
        """The UIDs and serials of what is new."""
        new = [i for i, e in enumerate(self.pic, 1) if not e.uid]
        if new:
            self.command(b"FETCH %d:%d " % (new[0], new[-1]) + NEWS)
        before = 0
        for e in self.pic:
            must(not e.uid or e.uid > before, "UIDs out of order", self.pic)
            before = e.uid or before

    def some(self, n=None):
        """Some messages it knows: (list of entries, set of UIDs as octets)."""
        known = [e for e in self.pic
                 if e.uid and e.uid not in self.books.kept]
        if not known:
            return [], b""
        n = min(n or self.rng.choice((1, 1, 2, 5, 20)), len(known))
        if self.rng.random() < 0.5:
            at = self.rng.randrange(len(known) - n + 1)
            chosen = known[at:at + n]
        else:
            chosen = sorted(self.rng.sample(known, n), key=lambda e: e.uid)
        return chosen, b",".join(b"%d" % e.uid for e in chosen)

    def noop(self):
        self.command(b"NOOP")

    def check(self):
        """From here on no kill takes flags back that were told as set."""
        status, _ = self.command(b"CHECK")
        if status == "OK":
            self.unsure.clear()

    def append(self):
        serials, parts = [], []
        for _ in range(self.rng.choice((1, 1, 1, 3))):
            self.serials += 1
            serials.append("%d-%d" % (self.number, self.serials))
            text = compose(self.rng, serials[-1])
            flags = self.rng.choice((b"", b"(\\Seen) ", b"(\\Flagged k1) "))
            parts.append((flags + b"{%d}" % len(text), text))
        box = self.world.target(self)
        for serial in serials:
            box.arrival(serial, 0)
        lines, before = [], b"APPEND " + box.name.encode()
        for head, text in parts:
            lines.append(before + b" " + head)
            before = text
        status, text = self.command(*lines, before)
        if status == "NO":
            for serial in serials:
                box.no_arrival(serial)
            return
        for serial in serials:
            box.least[serial] += 1
        m = re.match(r"\[APPENDUID (\d+) ([\d:,]+)\]", text)
        if m:
            box.valid(int(m.group(1)))
            for uid, serial in zip(uids_of(m.group(2)), serials):
                self.world.diary.note(self.number, box.name, uid,
                                      "APPENDUID of", serial)
                box.told(uid, serial)

    def store(self):
        chosen, uids = self.some()
        if not chosen:
            return
        flags = self.rng.sample(SYSTEM + ["k1", "k2"], self.rng.randrange(3))
        if self.rng.random() < 0.7 or not flags:
            flags.append(self.keyword)
        add = self.rng.random() < 0.6
        if self.rng.random() < 0.15 and add:
            flags.append("\\Deleted")
            self.world.doom(self.books, {e.uid for e in chosen})
        elif self.rng.random() < 0.1 and not add:
            flags.append("\\Deleted")
        silent = self.rng.random() < 0.3
        if self.keyword in flags:
            self.pending = {e.uid for e in chosen}
            self.unsure |= self.pending
        assumed = []
        if silent:
            for e in chosen:    # what is told from here on is younger
                if e.flags is not None:
                    before = e.flags
                    e.flags = e.flags | set(flags) if add else \
                        e.flags - set(flags)
                    assumed.append((e, e.flags, before))
        what = "%sFLAGS%s (%s)" % ("+" if add else "-",
                                   ".SILENT" if silent else "",
                                   " ".join(flags))
        for e in chosen:
            self.note(e.uid, "STORE", what)
        status, text = self.command(b"UID STORE %s %s" % (
            uids, what.encode()))
        for e in chosen:
            self.note(e.uid, status, text)
        if status == "OK":
            self.mine.update(dict.fromkeys(self.pending, add))
        else:
            self.world.count("store refused")
            for e, after, before in assumed:
                if e.flags is after:
                    e.flags = before
            self.refused |= {u for u in self.pending
                             if self.books.is_doomed(u)}
        self.pending = set()
        for e in chosen:
            if e.flags is not None:
                self.flags_told(e, e.flags)

    def expunge(self):
        if self.rng.random() < 0.5:
            self.command(b"EXPUNGE")
            return
        chosen, uids = self.some(20)
        if chosen:
            self.command(b"UID EXPUNGE " + uids)

    def copy(self):
        chosen, uids = self.some()
        if not chosen:
            return
        box = self.world.target(self)
        serials = [self.books.serial[e.uid] for e in chosen]
        for serial in serials:
            box.arrival(serial, 0)
        self.world.copied(box, serials)
        status, text = self.command(b"UID COPY %s %s" % (
            uids, box.name.encode()))
        m = re.match(r"\[COPYUID (\d+) ([\d:,]+) ([\d:,]+)\]", text)
        came = []
        if m:
            box.valid(int(m.group(1)))
            for source, uid in zip(uids_of(m.group(2)), uids_of(m.group(3))):
                self.world.diary.note(self.number, box.name, uid,
                                      "COPYUID of", source, "in",
                                      self.books.name)
                box.told(uid, self.books.serial[source])
                came.append(self.books.serial[source])
                box.least[came[-1]] += 1
        if m or status == "NO":
            for serial in serials:
                if serial in came:
                    came.remove(serial)
                else:
                    box.no_arrival(serial)

    def fetch(self):
        if self.books.kept and self.rng.random() < 0.2:
            self.command(b"UID FETCH 1 (UID BODY.PEEK[])")
            return
        chosen, uids = self.some()
        if chosen:
            self.command(b"UID FETCH %s " % uids + self.rng.choice((
                b"FLAGS", b"(FLAGS BODY.PEEK[])", b"RFC822.SIZE", WHOLE,
                b"(BODY[])")))

    def search(self):
        found = []

        def each(line):
            if line.startswith(b"* SEARCH"):
                found.extend(int(w) for w in line.split()[2:])
                return True
            return False

        known = {e.uid for e in self.pic if e.uid}
        mine = {u for u in known if self.mine.get(u)}
        if self.rng.random() < 0.5:
            self.command(b"UID SEARCH KEYWORD " + self.keyword.encode(),
                         each=each)
            must(set(found) & known <= mine, "found without the keyword",
                 set(found) & known - mine)
            missed = mine - set(found)
        else:
            self.command(b"UID SEARCH TEXT \"end of\"", each=each)
            missed = known - set(found)
        for uid in missed:      # only of what is gone
            must(self.books.is_doomed(uid), "not found: UID", uid)

    def ask_status(self, box):
        """What STATUS says of a mailbox by name; None if it is refused."""
        told = {}

        def each(line):
            m = re.match(rb"\* STATUS (\S+) \((.*)\)", line)
            if m:
                must(m.group(1).decode() == box.name and not told, line)
                words = m.group(2).decode().split()
                told.update(zip(words[::2], map(int, words[1::2])))
            return bool(m)

        status, text = self.command(
            b"STATUS %s (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)" %
            box.name.encode(), each=each)
        must(len(told) == (4 if status == "OK" else 0), status, text, told)
        return told or None

    def status(self):
        """Of its own mailbox it is what the session knows, or more."""
        box = self.world.target(self)
        before = box.status_before()
        if box is self.books:
            mine = {e.uid for e in self.pic if e.uid}
            before = mine, 0, max(mine, default=0) + 1
        told = self.ask_status(box)
        if told:
            box.status_told(before, told)

    def idle(self):
        tag = self.wire.tag()
        self.note(0, tag.decode(), "IDLE")
        self.wire.send(tag + b" IDLE\r\n")
        while True:     # what is new may come before the continuation
            line, literals = self.wire.response()
            if line.startswith(b"+ "):
                break
            self.untagged(line, literals)
        time.sleep(self.rng.random() * 0.4)
        self.wire.send(b"DONE\r\n")
        while True:
            line, literals = self.wire.response()
            if line.startswith(tag + b" "):
                break
            self.untagged(line, literals)

    def reselect(self):
        """CLOSE expunges, UNSELECT does not."""
        self.command(self.rng.choice((b"CLOSE", b"UNSELECT")))
        self.unsure.clear()
        self.select()

    def leave(self):
        self.command(b"LOGOUT")
        self.wire.close()
        self.unsure.clear()
        self.connect()

    WHAT = [("noop", 2), ("check", 1), ("append", 4), ("store", 8), ("expunge", 2),
            ("copy", 2), ("fetch", 3), ("search", 2), ("idle", 2),
            ("status", 2), ("reselect", 1), ("leave", 1)]

    def step(self):
        if self.readonly:
            self.select()
            self.learn()
        names, weights = zip(*self.WHAT)
        name = self.rng.choices(names, weights)[0]
        self.world.count(name)
        getattr(self, name)()
        self.learn()

    def run(self, until):
        while time.monotonic() < until and not self.world.fault:
            try:
                if not self.wire:
                    self.connect()
                    self.learn()
                self.step()
            except Gone as e:
                self.gone(str(e))

    def gone(self, why):
        self.note(0, "server ended", why)
        for uid in self.unsure:
            self.note(uid, "server ended, may take the keyword back")
        self.world.ended(self, why)
        self.mine.update(dict.fromkeys(self.unsure))
        self.unsure.clear()
        self.pending = set()
        if self.wire:
            self.wire.close()
        self.wire = None

    # --- the end

    def settle(self):
        """Flags that waited are in the file, so that others see them."""
        for _ in range(3):
            try:
                if not self.wire:
                    self.connect()
                elif self.readonly:
                    self.select()
                self.check()
                return
            except Gone as e:
                self.gone(str(e))
        raise Fault("no session lives")

    def picture(self):
        """What it was told, when all are quiet; then what it is told anew
        must be the same."""
        for _ in range(2):
            self.command(b"NOOP")
            self.learn()
        heard = [(e.uid, e.flags) for e in self.pic]
        must(not self.ghosts & {uid for uid, _ in heard}, "not taken back:",
             self.ghosts & {uid for uid, _ in heard})
        if self.pic:
            self.command(b"FETCH 1:* " + WHOLE)
        now = [(e.uid, e.flags) for e in self.pic]
        must(heard == now, "heard", [h for h, n in zip(heard, now) if h != n],
             "but it is", [n for h, n in zip(heard, now) if h != n])
        return [(e.uid, e.flags, e.size, e.digest) for e in self.pic]


def uids_of(text):
    for part in text.split(","):
        first, _, last = part.partition(":")
        yield from range(int(first), int(last or first) + 1)


class Deliverer:
    """Mail from outside, by procmail or the original's dmail."""

    def __init__(self, world, number, argv):
        self.world, self.argv, self.serials = world, argv, 0
        self.rng = random.Random("%s delivery %d" % (world.seed, number))
        self.name = "d%d" % number

    def run(self, until):
        box = self.world.boxes[0]
        while time.monotonic() < until and not self.world.fault:
            self.serials += 1
            serial = "%s-%d" % (self.name, self.serials)
            box.arrival(serial, 0)
            text = compose(self.rng, serial).replace(b"\r\n", b"\n")
            done = subprocess.run(self.argv, input=text, check=False,
                                  capture_output=True, **self.world.who(self))
            self.world.count(self.argv[0].rsplit("/", 1)[-1] + " %d" %
                             done.returncode)
            if done.returncode == 0:
                box.least[serial] += 1
            time.sleep(self.rng.random() * 0.3)


    def fell_back(self, box):
        """What dmail could not deliver to the mailbox (it looks at it without
        locks, and it may be in the middle of a change), it delivers to INBOX:
        whole, and to one of them only."""
        spool = pathlib.Path("/var/mail/ann")
        if self.argv[0] != "dmail" or not spool.exists():
            return
        for _, text in messages_of(spool):
            serial = judge(text)
            must(serial.startswith(self.name + "-"), "in INBOX:", serial)
            self.world.count("dmail to INBOX")
            box.no_arrival(serial)
            box.least[serial] = 0


class Visitor:
    """A program of the original that opens the mailbox now and then."""

    def __init__(self, world, number, argvs):
        self.world, self.argvs = world, argvs
        self.rng = random.Random("%s visitor %d" % (world.seed, number))

    def run(self, until):
        while time.monotonic() < until and not self.world.fault:
            argv = self.rng.choice(self.argvs)
            done = subprocess.run(argv, check=False, stdin=subprocess.DEVNULL,
                                  capture_output=True, **RUN_AS)
            self.world.count("%s %d" % (argv[0], done.returncode))
            self.world.said.append((argv[:3], done.stdout[-300:],
                                    done.stderr[-300:]))
            time.sleep(self.rng.random() * 0.5)


class Killer:
    """Ends servers in the middle of anything."""

    def __init__(self, world):
        self.world = world
        self.rng = random.Random("%s killer" % world.seed)

    def run(self, until):
        while time.monotonic() < until and not self.world.fault:
            time.sleep(self.rng.random() * 0.3)
            victim = self.rng.choice(self.world.clients)
            wire = victim.wire
            if wire:
                self.world.count("kill")
                victim.note(0, "kill")
                wire.process.send_signal(signal.SIGKILL)


class World:
    def __init__(self, seed, boxes, keep, clients=10, kills=False):
        self.seed, self.boxes, self.kills = seed, boxes, kills
        self.diary = Diary(keep)        # keep: a directory
        self.fault = None
        self.doomed = set()     # serials
        self.marks = threading.Lock()
        self.counts = collections.Counter()
        self.said = collections.deque(maxlen=20)
        self.byes = []
        self.clients = [Client(self, n, boxes[n % len(boxes)])
                        for n in range(clients)]
        self.others = [Killer(self)] if kills else []

    def count(self, what):
        self.counts[what] += 1

    def visited(self):
        """Do programs of the original come and go?"""
        return any(isinstance(o, Visitor) for o in self.others)

    def target(self, client):
        return client.rng.choice(self.boxes)

    def doom(self, books, uids):
        """A copy that is made meanwhile may be marked, too."""
        with self.marks:
            books.doom(uids)
            serials = {books.serial.get(u) for u in uids}
            self.doomed |= serials
            for box in self.boxes:
                box.doomed_copies |= serials & box.copies

    def copied(self, box, serials):
        with self.marks:
            box.copies |= set(serials)
            box.doomed_copies |= set(serials) & self.doomed

    def who(self, deliverer):
        return {} if deliverer.argv[0] == "procmail" else RUN_AS

    def ended(self, client, why):
        """A server that ended: killed, or because of another program."""
        self.count("bye" if why else "end")
        if why or not self.kills:
            self.byes.append(why or "ended without a word")
            if not self.visited():
                self.diary.keep_files(HOME)

    def work(self, actor, until):
        try:
            actor.run(until)
        except Exception as e:
            if not self.fault:
                self.fault = (actor, e)
                self.diary.keep_files(HOME)

    def raise_fault(self, actor, e):
        """With what led to it."""
        self.diary.keep_files(HOME)
        self.diary.write()
        box = getattr(actor, "books", self.boxes[0])
        who = getattr(actor, "number", type(actor).__name__)
        raise AssertionError("seed %s, %s: %s: %s\n    %s" % (
            self.seed, who, type(e).__name__, str(e)[:2000],
            self.diary.report(who, box.name, str(e)))) from e

    def run(self, seconds):
        until = time.monotonic() + seconds
        threads = [threading.Thread(target=self.work, args=(a, until))
                   for a in self.clients + self.others]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        try:
            if self.fault:
                self.raise_fault(*self.fault)
            for box in self.boxes:
                self.agree(box)
        finally:
            for c in self.clients:
                if c.wire:
                    c.wire.process.kill()
                    c.wire.close()

    def agree(self, box):
        """All clients, then the file, then the books."""
        pictures = []
        clients = [c for c in self.clients if c.books is box]
        for c in clients:
            try:
                c.settle()
            except Exception as e:
                self.raise_fault(c, e)
        for c in clients:
            try:
                pictures.append(c.picture())
            except Exception as e:
                self.raise_fault(c, e)
        try:
            for c, p in zip(clients, pictures):
                must(p == pictures[0], "clients differ:",
                     difference(p, pictures[0]))
            clients[0].command(b"CHECK")
            there = read_file(box)
            must([t[:4] for t in there] == pictures[0], "the file differs:",
                 difference([t[:4] for t in there], pictures[0]))
            self.status_at_end(box, there)
            for d in self.others:
                if isinstance(d, Deliverer):
                    d.fell_back(box)
            box.settle([(t[0], t[4]) for t in there])
        except Exception as e:
            self.raise_fault(clients[0], e)


    def status_at_end(self, box, there):
        """All of them, those that have another mailbox, too."""
        unseen = sum("\\Seen" not in t[1] for t in there)
        before = box.status_before()
        last = None
        for c in self.clients:
            if c.books is not box:
                c.settle()
            told = c.ask_status(box)
            must(told, "STATUS of", box.name, "refused")
            box.status_told(before, told)
            must((told["MESSAGES"], told["UNSEEN"]) == (len(there), unseen),
                 "STATUS says", told, "of", len(there), unseen)
            must(last in (None, told["UIDNEXT"]), "STATUS says", told, last)
            last = told["UIDNEXT"]


def difference(a, b):
    return "%d/%d messages; " % (len(a), len(b)) + str(
        [x for x in a if x not in b][:4]) + " / " + str(
        [x for x in b if x not in a][:4])


INTERNAL = re.compile(
    rb"(?:Status|X-Status|X-Keywords|X-UID|X-IMAPbase|X-IMAP):")
LETTERS = {"R": "\\Seen", "D": "\\Deleted", "F": "\\Flagged",
           "A": "\\Answered", "T": "\\Draft"}


def messages_of(path):
    """The messages of a file as (internal lines, text), by a reader of its
    own: all that looks like "From " at the beginning of a line is quoted in
    these messages."""
    for i, piece in enumerate(
            re.split(rb"(?m)^From [^\n]*\n", path.read_bytes())[1:]):
        header, _, body = piece.partition(b"\n\n")
        must(body.endswith(b"\n"), "no empty line at the end", piece)
        lines = header.split(b"\n")
        inner = dict(s.split(b":", 1) for s in lines if INTERNAL.match(s))
        if b"X-IMAP" in inner:
            must(i == 0, "internal data in the middle")
            continue
        text = b"\n".join(s for s in lines if not INTERNAL.match(s)) + \
            b"\n\n" + body[:-1]
        yield inner, text.replace(b"\n", b"\r\n")


def read_file(box):
    out = []
    for inner, text in messages_of(box.path):
        flags = {LETTERS[c] for c in (inner.get(b"Status", b"") + inner.get(
            b"X-Status", b"")).decode() if c in LETTERS}
        flags |= {w.decode() for w in inner.get(b"X-Keywords", b"").split()}
        out.append((int(inner[b"X-UID"]), frozenset(flags), len(text),
                    hashlib.md5(text).hexdigest(), judge(text)))
    return out
