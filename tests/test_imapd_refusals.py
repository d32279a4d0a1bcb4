"""Every call with which a command changes files is refused by the system once,
or together with all that follow: disk full, quota used up, broken disk.

The command says so or is done; the mailbox is as it was or as it was to be;
what was there is read, deleting works; the next session finds nothing amiss.
strace refuses the calls. CEDAR_ALL tries all of them, else SEED chooses.
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
         "rename", "renameat", "renameat2", "link", "mkdirat", "openat")
# All further ones would be answers to the client, or octets given back, which
# a full disk does not refuse.
ONCE = ("write", "ftruncate")
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
COMMANDS = {
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
        under = ["strace", "-f", "-qq", "-o", log, "-e", "signal=none", "-e",
                 "trace=" + ",".join(CALLS)]
        for what in inject:
            under += ["-e", "inject=" + what]
        wire.Server.under = under
        try:
            super().__init__({}, beside)
        finally:
            wire.Server.under = []


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


def subjects(s, box):
    """Subjects by UID of a mailbox that is read to its last octet, or None if
    it is not there."""
    said = answer(s, b"EXAMINE " + box.encode())
    if said.startswith(b"NO "):
        assert b"no such mailbox" in said or b"NONEXISTENT" in said or \
            b"o such" in said, said
        return None
    found = {}
    if not s.command(b"SEARCH ALL")[0].split()[2:]:
        return found
    for line in s.command(b"FETCH 1:* (UID BODY.PEEK[])"):
        m = re.match(rb"\* \d+ FETCH \(UID (\d+) BODY\[\] <<(.*)>>\)\Z", line,
                     re.S)
        if not m:
            continue
        subject = re.search(rb"Subject: (\w+)\r\n", m.group(2)).group(1)
        want = NEW if subject == b"new" else \
            b"Subject: %s\r\n\r\ntext %s\r\n" % (subject, subject)
        assert m.group(2) == want
        found[int(m.group(1))] = subject.decode()
    return found


def run(s, commands):
    for command in commands:
        assert answer(s, command).startswith(b"OK "), command


def known(place):
    """UIDs of the mailboxes were told to somebody."""
    with Session({}, place) as s:
        for box in BEFORE:
            subjects(s, box)


def calls_of(before, command):
    """The calls of the command that can be refused: [(name, number)]."""
    with Place() as place:
        known(place)
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
        known(place)
        with Traced(place, place.log, inject) as s:
            run_before(s, before)
            said = answer(s, command)
            assert re.match(rb"(OK|NO) .{8}", said), said
            still_of_use(s, name, command, rest)
        with Session({}, place) as s:
            found_after(s, said.startswith(b"OK "), effects)
            goes_on(s)


def run_before(s, commands):
    """They may meet the refusal where calls are counted differently."""
    for command in commands:
        assert re.match(rb"(OK|NO) ", answer(s, command)), command


def still_of_use(s, name, command, rest):
    """Reading works, and deleting if the system refused once only."""
    if command == b"CLOSE" or name.endswith("subscribe"):
        return
    lines = s.command(b"NOOP")
    assert not any(x.startswith(b"* BYE") for x in lines), lines
    if name == "expunge all":
        return
    said = answer(s, b"FETCH 1 BODY.PEEK[TEXT]")
    assert said == b"OK FETCH completed", said
    if not rest:
        run(s, [b"STORE 1 -FLAGS (\\Answered)", b"CHECK"])


def found_after(s, done, effects):
    for box in set(BEFORE) | set(effects):
        was = BEFORE.get(box)
        now = subjects(s, box)
        now = None if now is None else list(now.values())
        if done:
            assert now == effects.get(box, was), box
        elif box in BEFORE:
            assert now in (was, effects.get(box, was)), box


def goes_on(s):
    """A message more, and one less."""
    if subjects(s, "box") is None:
        return
    run(s, [b"SELECT box", b"APPEND box " + LITERAL, b"NOOP",
            b"STORE 1 +FLAGS (\\Deleted)", b"EXPUNGE"])


@pytest.mark.parametrize("name", COMMANDS)
def test_refused(name):
    before, command, _ = COMMANDS[name]
    rng = random.Random("%s %s" % (SEED, name))
    calls = calls_of(before, command)
    assert calls, "nothing is changed"
    tries = [(e, call, n, rest) for e in ERRORS for call, n in calls
             for rest in (False, True) if not (rest and call in ONCE)]
    if not ALL:
        tries = rng.sample(tries, min(TRIES, len(tries)))
    for error, call, n, rest in tries:
        try:
            try_one(name, error, call, n, rest)
        except Exception as e:
            raise AssertionError("SEED=%s %s: %s %s %d%s: %s" % (
                SEED, name, error, call, n, "+" if rest else "", e)) from e
