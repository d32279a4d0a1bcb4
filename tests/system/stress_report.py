"""What led to a fault of stress.py: all that clients said and heard, what
became of each message and its flags, and the mailboxes as they were then.
"""
import pathlib
import re
import shutil
import threading
import time

LINES = 60      # of a report
WIDTH = 160


class Diary:
    """Events of all clients in one order. uid: of the message, or 0."""

    def __init__(self, keep):
        self.keep = pathlib.Path(keep)
        self.begun = time.monotonic()
        self.lock = threading.Lock()
        self.events = []        # (seconds, who, box, uid, what)
        self.kept = None

    def note(self, who, box, uid, *what):
        event = (time.monotonic() - self.begun, who, box, uid,
                 " ".join(str(w) for w in what))
        with self.lock:
            self.events.append(event)

    def keep_files(self, home):
        """The mailboxes and what is remembered of them, once."""
        with self.lock:
            if self.kept:
                return
            self.kept = self.keep / "home"
        try:
            shutil.copytree(home, self.kept, symlinks=True)
        except shutil.Error:
            pass        # others are at work: locks come and go

    def write(self):
        """All of it, beside the mailboxes."""
        with open(self.keep / "diary", "w", encoding="latin-1") as f:
            for event in self.events:
                f.write(line_of(event) + "\n")

    def of(self, box, uids):
        return [e for e in self.events if e[2] == box and e[3] in uids]

    def report(self, who, box, fault):
        """The last of what concerns the UIDs that the fault names, then the
        last of who found it."""
        uids = uids_in(fault)
        events = self.of(box, uids)
        out = ["kept in %s: home, diary" % self.keep]
        for uid in sorted(uids)[:3]:
            out += internal_lines(self.kept, box, uid)
        room = LINES - len(out) - 12
        if len(events) > room:
            out.append("... %d before" % (len(events) - room))
        out += [line_of(e) for e in events[-room:]]
        out.append("-- client %s" % who)
        out += [line_of(e) for e in self.events if e[1] == who][-10:]
        return "\n    ".join(s[:WIDTH] for s in out)


def line_of(event):
    seconds, who, box, uid, what = event
    return "%8.3f %-3s %-4s %-5s %s" % (seconds, who, box, uid or "", what)


def uids_in(fault):
    """The numbers that are said to be UIDs, or begin what is told of one."""
    return {int(n) for n in re.findall(
        r"(?:UIDs? |not found: UID |[({] ?)(\d+)\b", fault)}


def internal_lines(home, box, uid):
    """What the file says of a message."""
    path = home / box if home else None
    if not path or not path.exists():
        return []
    pattern = rb"(?m)((?:^(?:X-IMAPbase|Status|X-Status|X-Keywords): ?.*\n)*)" \
        rb"^X-UID: %d\n" % uid
    return ["%s, UID %d: %s" % (box, uid, re.sub(
        r"\s+", " ", m.group(1).decode("latin-1")))
        for m in re.finditer(pattern, path.read_bytes())]
