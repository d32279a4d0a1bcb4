"""A disk that is full to the brim: a small tmpfs as home, or as the directory
of the mailboxes in it, or one on which no more files can be made.

The commands are those of test_imapd_refusals.py. Each is done or says why not;
sessions that come meanwhile and afterwards, when there is room again, find
every message once, under the number that was told, and go on.
"""
import os
import pathlib
import re
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import test_imapd_refusals as refusals      # noqa: E402
from test_imapd import Session              # noqa: E402
from test_imapd_errors import answer        # noqa: E402

SIZE = 1024 * 1024
INODES = 60
ROOM = (0, 4096, 20000)     # octets that are left


class SmallPlace(refusals.Place):
    """A home that is a small disk, or whose directory "mail" is one."""

    def __init__(self, below=""):
        super().__init__()
        self.below = below
        self.disk = os.path.join(self.home.path, below)
        if below:
            os.mkdir(self.disk)
            self.home.config.append("set mail-subdirectory " + below)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%d,nr_inodes=%d" %
                        (SIZE, INODES), "small", self.disk], check=True)
        os.chmod(self.disk, 0o700)
        self.home.own(self.disk)
        self.filler = os.path.join(self.disk, "filler")

    def __enter__(self):
        for name in refusals.BEFORE:
            self.write(name, refusals.PRISTINE.decode())
        return self

    def __exit__(self, *args):
        subprocess.run(["umount", "-l", self.disk], check=True)
        super().__exit__(*args)

    def write(self, name, text):
        self.home.write(os.path.join(self.below, name), text)

    def fill(self, room):
        """Octets that are left; None: no files are."""
        if room is None:
            os.mkdir(self.filler)
            while self.is_made("%s/%d" % (self.filler,
                                          len(os.listdir(self.filler)))):
                pass
            return
        with open(self.filler, "wb", buffering=0) as f:
            try:
                while True:
                    f.write(b"x" * 4096)
            except OSError:
                f.truncate(f.tell() - room)

    @staticmethod
    def is_made(path):
        try:
            open(path, "xb").close()
            return True
        except OSError:
            return False

    def free(self):
        subprocess.run(["rm", "-r", self.filler], check=True)


def try_full(place, name, room):
    before, command, effects = refusals.COMMANDS[name]
    told = refusals.known(place, name)
    with Session({}, place) as s:
        refusals.run(s, before)
        place.fill(room)
        said = answer(s, command)
        assert said.startswith(b"OK ") or refusals.CLEAR.match(said), said
        refusals.still_of_use(s, name, command, True)
        done = said.startswith(b"OK ")
        found = refusals.found_after(s, done, effects, told, False)
        with Session({}, place) as other:
            found = refusals.found_after(other, done, effects,
                                         {**told, **found}, False)
        place.free()
        found = refusals.found_after(s, done, effects, {**told, **found},
                                     False)
    with Session({}, place) as s:
        found = refusals.found_after(s, done, effects, {**told, **found},
                                     False)
        refusals.look_at_names(s, name, done)
        refusals.check_told(said, found)
        refusals.goes_on(s)
    return done


@pytest.mark.parametrize("below", ("", "mail"))
@pytest.mark.parametrize("name", refusals.COMMANDS)
def test_full(clean, name, below):
    for room in ROOM + (None,):
        with SmallPlace(below) as place:
            done = try_full(place, name, room)
        # what takes no room is done
        if room is not None and (name in ("select", "status", "delete",
                                          "rename", "store") or
                                 (name == "expunge" and below)):
            assert done, room


COUNT = 300


def large(n):
    return "From a@b Tue Mar  5 09:01:02 2024\nSubject: %d\n\n%s\n\n" % (
        n, ("text of %d\n" % n) * 120)


def expect_large(s, left):
    """The messages that are left, whole, and their UIDs."""
    found = {}
    for line in s.command(b"FETCH 1:* (UID BODY.PEEK[])"):
        m = re.match(rb"\* \d+ FETCH \(UID (\d+) BODY\[\] <<Subject: (\d+)\r\n"
                     rb"\r\n(.*)>>\)\Z", line, re.S)
        assert m, line[:200]
        uid, n, text = int(m.group(1)), int(m.group(2)), m.group(3)
        assert uid == n + 1
        assert text == b"text of %d\r\n" % n * 120 + b"\r\n"
        found[n] = uid
    assert list(found) == left


@pytest.mark.parametrize("room,done", ((0, False), (20000, None), (45000, True)))
def test_expunge_of_many(clean, room, done):
    """Where the record of one large step has no room small steps are made;
    where none has the flags are set all the same."""
    odd = [n for n in range(COUNT) if n % 2]
    with SmallPlace() as place:
        place.write("box", "".join(map(large, range(COUNT // 2))))
        place.write("other", "")
        with Session({}, place) as s:
            # the rest as the server writes it, with room for flags
            s.command(b"SELECT box")
            for n in range(COUNT // 2, COUNT):
                text = large(n).split("\n", 1)[1][:-1].replace("\n", "\r\n")
                s.command(b"APPEND box {%d+}\r\n%s" % (len(text),
                                                       text.encode()))
            s.command(b"CHECK")
            place.fill(room)
            for n in range(0, COUNT, 2):
                s.command(b"STORE %d +FLAGS.SILENT (\\Deleted)" % (n + 1))
            said = answer(s, b"EXPUNGE")
            assert done is None or said.startswith(b"OK ") == done, said
            done = said.startswith(b"OK ")
            assert done or refusals.CLEAR.match(said), said
            expect_large(s, odd if done else list(range(COUNT)))
            with Session({}, place) as other:
                other.command(b"SELECT box")
                expect_large(other, odd if done else list(range(COUNT)))
            place.free()
            s.command(b"EXPUNGE")
            expect_large(s, odd)
        with Session({}, place) as s:
            s.command(b"SELECT box")
            expect_large(s, odd)
