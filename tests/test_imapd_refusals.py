"""Every call with which a command changes files is refused by the system once,
or together with all that follow: disk full, quota used up, broken disk.

The command says so or is done; the mailbox is as it was or as it was to be;
what was there is read, deleting works; the next session finds nothing amiss:
each message once, under the UID that was told. strace refuses the calls.
CEDAR_ALL tries all of them, else SEED chooses.
"""
import os
import random
import re
import shutil

import pytest

import wire
from test_imapd import Session
from test_imapd_errors import answer

pytestmark = pytest.mark.skipif(
    "ASAN_OPTIONS" in os.environ or not shutil.which("strace"),
    reason="needs strace and the program as it is")

ALL = "CEDAR_ALL" in os.environ
SEED = os.environ.get("SEED", "1")
TRIES = 4       # for each command and error, unless ALL
ERRORS = ("ENOSPC", "EDQUOT", "EIO")
CALLS = ("pwrite64", "write", "fsync", "fdatasync", "ftruncate", "fallocate",
         "rename", "renameat", "renameat2", "link", "unlinkat", "mkdir",
         "mkdirat", "openat", "utimensat", "fchmod")
# All further ones would be answers to the client, too.
ONCE = ("write",)
LINE = re.compile(r"(?:\d+ +)?(\w+)\((.*)")


def message(n):
    return b"From a@b Tue Mar  5 09:01:%02d 2024\nSubject: %d\n\ntext %d\n\n" \
        % (n, n, n)


PRISTINE = b"".join(message(n) for n in range(3))
NEW = b"Subject: new\r\n\r\n" + b"new text\r\n" * 400
LITERAL = b"{%d+}\r\n" % len(NEW) + NEW

# What is done: commands before, the command, those of its effects (mailbox to
# the subjects in it) that are right when it was done.
BEFORE = {"box": ["0", "1", "2"], "other": ["0", "1", "2"]}
PRISTINE_ONES = ("select", "status")    # nobody looked before
COMMANDS = {
    "select": ([], b"SELECT box", {}),
    "status": ([], b"STATUS other (MESSAGES UIDNEXT UIDVALIDITY)", {}),
    "append": ([b"SELECT box"], b"APPEND other " + LITERAL,
               {"other": BEFORE["other"] + ["new"]}),
    "append here": ([b"SELECT box"], b"APPEND box " + LITERAL,
                    {"box": BEFORE["box"] + ["new"]}),
    "multiappend": ([b"SELECT box"], b"APPEND other " + LITERAL + b" " +
                    LITERAL, {"other": BEFORE["other"] + ["new", "new"]}),
    "store": ([b"SELECT box"], b"STORE 1:3 +FLAGS (\\Flagged Later)", {}),
    "check": ([b"SELECT box", b"STORE 2 +FLAGS (\\Seen)"], b"CHECK", {}),
    "expunge": ([b"SELECT box", b"STORE 1 +FLAGS (\\Deleted)"], b"EXPUNGE",
                {"box": ["1", "2"]}),
    "expunge all": ([b"SELECT box", b"STORE 1:3 +FLAGS (\\Deleted)"],
                    b"EXPUNGE", {"box": []}),
    "close": ([b"SELECT box", b"STORE 3 +FLAGS (\\Deleted)"], b"CLOSE",
              {"box": ["0", "1"]}),
    "copy": ([b"SELECT box"], b"COPY 1:2 other",
             {"other": BEFORE["other"] + ["0", "1"]}),
    "create": ([b"SELECT box"], b"CREATE new/made", {"new/made": []}),
    "delete": ([b"SELECT box"], b"DELETE other", {"other": None}),
    "rename": ([b"SELECT box"], b"RENAME other moved",
               {"other": None, "moved": BEFORE["other"]}),
    "subscribe": ([b"SUBSCRIBE other"], b"SUBSCRIBE box", {}),
    "unsubscribe": ([b"SUBSCRIBE box", b"SUBSCRIBE other"],
                    b"UNSUBSCRIBE box", {}),
}


class Traced(Session):
    """A session whose calls are counted, or refused."""

    def __init__(self, beside, log, inject=()):
        self.log = log
        under = ["strace", "-f", "-qq", "-o", log, "-e", "signal=none", "-e",
                 "trace=" + ",".join(CALLS)]
        for what in inject:
            under += ["-e", "inject=" + what]
        wire.Server.under = under
        try:
            super().__init__({}, beside)
        finally:
            wire.Server.under = []


def was_refused(log):
    """Has the call that is to be refused been made?"""
    with open(log, encoding="latin-1") as f:
        return "(INJECTED)" in f.read()


def calls_in(log):
    """How often each call was made so far."""
    counts, seen = {}, []
    with open(log, encoding="latin-1") as f:
        for line in f:
            m = LINE.match(line)
            if not m or m.group(1) not in CALLS:
                continue
            name, args = m.groups()
            counts[name] = counts.get(name, 0) + 1
            seen.append((name, counts[name], args))
    return seen


def changes_files(name, args):
    if name == "write":
        return not args.startswith("1,")
    return name != "openat" or "O_CREAT" in args


class Place:
    """A home with mailboxes, made anew for each try."""

    def __init__(self):
        self.home = wire.Home()
        # a refused call has a number that no filter allows
        self.home.config.append("set sandbox 0")
        self.log = os.path.join(self.home.path, "strace.log")

    def __enter__(self):
        for name in ("box", "other"):
            self.home.write(name, PRISTINE.decode())
        return self

    def __exit__(self, *_):
        self.home.remove()

    def beside(self):
        """What Session wants of one that is there already."""
        return self


# Names that are subscribed before and after.
LISTED = {
    "subscribe": (["other"], ["other", "box"]),
    "unsubscribe": (["box", "other"], ["other"]),
}


def look_at_names(s, name, done):
    if name in LISTED:
        now = [x.split()[-1].decode() for x in s.command(b'LSUB "" *')]
        assert now == LISTED[name][1] if done else now in LISTED[name], now


# Why a mailbox cannot be opened, or a command be done.
CLEAR = re.compile(rb"NO (\[\w+\] )?.*(input/output error|disk full|quota|"
                   rb"nput/output|o space left|ermission denied|lock|"
                   rb"no redo record|no temporary file)", re.I)


class Box:
    """A mailbox that was read to its last octet."""

    def __init__(self, s, name):
        """absent: it is not there; refused: what EXAMINE said instead."""
        self.uids, self.absent, self.refused = {}, False, None
        lines, said = untagged(s, b"EXAMINE " + name.encode())
        if said.startswith(b"NO "):
            self.absent = b"no such mailbox" in said or \
                b"NONEXISTENT" in said or b"o such" in said
            self.refused = None if self.absent else said
            return
        assert said.startswith(b"OK "), said
        self.validity = number(rb"UIDVALIDITY (\d+)", lines)
        self.next = number(rb"UIDNEXT (\d+)", lines)
        self.sticky = not any(b"UIDNOTSTICKY" in x for x in lines)
        if s.command(b"SEARCH ALL")[0].split()[2:]:
            self.read(s)

    def read(self, s):
        for line in s.command(b"FETCH 1:* (UID BODY.PEEK[])"):
            m = re.match(rb"\* \d+ FETCH \(UID (\d+) BODY\[\] <<(.*)>>\)\Z",
                         line, re.S)
            if not m:
                continue
            subject = re.search(rb"Subject: (\w+)\r\n", m.group(2)).group(1)
            want = NEW if subject == b"new" else \
                b"Subject: %s\r\n\r\ntext %s\r\n" % (subject, subject)
            assert m.group(2) == want
            self.uids[int(m.group(1))] = subject.decode()
        assert max(self.uids) < self.next

    def subjects(self):
        return None if self.absent else list(self.uids.values())

    def follows(self, before):
        """What was told of it holds: no number means another message."""
        if self.absent or before.absent or before.refused:
            return
        if before.sticky:
            assert self.validity == before.validity
            assert self.next >= before.next
        if self.validity != before.validity:
            assert self.validity > before.validity
            return
        for uid, subject in self.uids.items():
            assert before.uids.get(uid, subject) == subject, uid
            assert uid in before.uids or uid >= before.next, uid


def untagged(s, command):
    """Untagged lines, and the tagged one without its tag."""
    s.send(command)
    lines = []
    while True:
        line = s.server.line()
        assert line is not None
        tag, _, text = line.partition(b" ")
        if tag == b"t%d" % s.tags:
            return lines, text
        lines.append(line)


def number(pattern, lines):
    for line in lines:
        m = re.search(pattern, line)
        if m:
            return int(m.group(1))
    raise AssertionError("not told: %r in %r" % (pattern, lines))


def run(s, commands):
    for command in commands:
        assert answer(s, command).startswith(b"OK "), command


def known(place, name):
    """The mailboxes as somebody was told them, unless nobody was."""
    if name in PRISTINE_ONES:
        return {}
    with Session({}, place) as s:
        return {box: Box(s, box) for box in BEFORE}


def calls_of(name):
    """The calls of the command that can be refused: [(name, number)]."""
    before, command, _ = COMMANDS[name]
    with Place() as place:
        known(place, name)
        with Traced(place, place.log) as s:
            run(s, before)
            n = len(calls_in(place.log))
            assert answer(s, command).startswith(b"OK "), command
            seen = calls_in(place.log)[n:]
    return [(name, i) for name, i, args in seen if changes_files(name, args)]


def try_one(name, error, call, number, rest):
    """One refusal, or all from there on."""
    before, command, effects = COMMANDS[name]
    inject = ["%s:error=%s:when=%d%s" % (call, error, number,
                                         "+" if rest else "")]
    if rest:        # what comes later, too
        inject += ["%s:error=%s:when=%d+" % (c, error, number)
                   for c in ("fallocate",) if c != call]
    with Place() as place:
        told = known(place, name)
        with Traced(place, place.log, inject) as s:
            run_before(s, before)
            said = answer(s, command)
            assert said.startswith(b"OK ") or CLEAR.match(said), said
            still_of_use(s, name, command, rest)
            done = said.startswith(b"OK ")
            if not (rest and call == "openat"):
                look_at_names(s, name, done)
            # strace cannot refuse files to be made alone
            meanwhile = {} if rest and call == "openat" else \
                found_after(s, done, effects, told, rest)
        with Session({}, place) as s:
            now = found_after(s, done, effects, {**told, **meanwhile}, False)
            look_at_names(s, name, done)
            check_told(said, now)
            goes_on(s)


def run_before(s, commands):
    """They may meet the refusal where calls are counted differently."""
    for command in commands:
        assert re.match(rb"(OK|NO) ", answer(s, command)), command


def still_of_use(s, name, command, rest):
    """Reading works, and deleting if the system refused once only."""
    if command == b"CLOSE" or name.endswith("subscribe") or \
            name in PRISTINE_ONES:
        return
    lines = s.command(b"NOOP")
    assert not any(x.startswith(b"* BYE") for x in lines), lines
    if name == "expunge all":
        return
    # a command that found another's lock, or none, made fewer calls this time
    for _ in range(20):
        if rest or was_refused(s.log):
            break
        for later in (b"STORE 1 -FLAGS (\\Answered)", b"CHECK"):
            said = answer(s, later)
            assert said.startswith(b"OK ") or CLEAR.match(said), said
    said = answer(s, b"FETCH 1 BODY.PEEK[TEXT]")
    if not (rest and name == "expunge"):    # of that one is nothing left
        assert said == b"OK FETCH completed", said
    if not rest:
        run(s, [b"STORE 1 -FLAGS (\\Answered)", b"CHECK"])


def found_after(s, done, effects, told, rest):
    """The mailboxes, each as it was or as it was to be."""
    found = {}
    for name in sorted(set(BEFORE) | set(effects)):
        was = BEFORE.get(name)
        box = Box(s, name)
        if box.refused:
            assert rest and CLEAR.match(box.refused), box.refused
            continue
        now = box.subjects()
        if done:
            assert now == effects.get(name, was), name
        elif name in BEFORE:
            assert now in (was, effects.get(name, was)), name
        for old in (name, "other" if name == "moved" else name):
            if old in told:
                box.follows(told[old])
        found[name] = box
    return found


def check_told(said, found):
    """APPENDUID and COPYUID, if they were told."""
    m = re.match(rb"OK \[(?:APPENDUID|COPYUID) (\d+) (?:[\d:,]+ )?(\d+)(?::(\d+))?\]",
                 said)
    if m:
        first, last = int(m.group(2)), int(m.group(3) or m.group(2))
        assert any(box.uids and box.validity == int(m.group(1)) and
                   list(box.uids)[first - last - 1:] ==
                   list(range(first, last + 1))
                   for box in found.values()), said


def goes_on(s):
    """A message more, and one less."""
    if Box(s, "box").absent:
        return
    run(s, [b"SELECT box", b"APPEND box " + LITERAL, b"NOOP",
            b"STORE 1 +FLAGS (\\Deleted)", b"EXPUNGE"])


@pytest.mark.parametrize("name", COMMANDS)
def test_refused(name):
    rng = random.Random("%s %s" % (SEED, name))
    calls = calls_of(name)
    assert calls, "nothing is changed"
    tries = [(e, call, n, rest) for e in ERRORS for call, n in calls
             for rest in (False, True) if not (rest and call in ONCE)]
    if not ALL:
        tries = rng.sample(tries, min(TRIES, len(tries)))
    tries += [("EIO", "ftruncate", 1, True)]
    for error, call, n, rest in tries:
        try:
            try_one(name, error, call, n, rest)
        except Exception as e:
            raise AssertionError("SEED=%s %s: %s %s %d%s: %s" % (
                SEED, name, error, call, n, "+" if rest else "", e)) from e
