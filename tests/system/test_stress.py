"""Ten clients at random on one mailbox, with deliveries and with programs of
the original, and on two; with and without servers that are killed.

SEED sets the random numbers, STRESS_SECONDS the time of each of the five runs,
STRESS_OCTETS the size of a message that each mailbox has from the beginning:
above 4 MiB sessions parse only what is delivered.
"""
import os
import sys

import pytest

from stress import Books, Deliverer, Visitor, World, bulk

SECONDS = float(os.environ.get("STRESS_SECONDS", "2"))
SEED = os.environ.get("SEED", "1")
OCTETS = int(os.environ.get("STRESS_OCTETS", "0"))
PHP = r"""
$m = imap_open('/home/ann/box', '', '', 0, 0);
if (!$m) exit(3);
imap_check($m);
imap_setflag_full($m, '1', '\Flagged');
imap_clearflag_full($m, '1', '\Flagged');
imap_close($m);
"""


# A delivery agent that does not sleep long where it finds a lock.
POSTMAN = r"""
import fcntl, os, re, sys, time
path, text = sys.argv[1], sys.stdin.buffer.read()
text = re.sub(rb"(?m)^From ", b">From ", text)
for _ in range(1000):
    try:
        os.close(os.open(path + ".lock", os.O_CREAT | os.O_EXCL, 0o600))
        break
    except FileExistsError:
        time.sleep(0.005)
else:
    sys.exit(75)
try:
    with open(path, "ab") as f:
        for _ in range(200):
            try:
                fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.005)
        else:
            sys.exit(75)
        f.write(b"From someone Tue Mar  5 09:01:02 2024\n" + text + b"\n")
finally:
    os.unlink(path + ".lock")
"""


def box_at(name):
    path = "/home/ann/" + name
    books = Books(name, path)
    with open(path, "wb") as f:
        if OCTETS:
            f.write(bulk("bulk-" + name, OCTETS))
            books.arrival("bulk-" + name, 1)
            books.kept.add(1)
    os.chown(path, 7001, 7001)
    os.chmod(path, 0o600)
    return books


def finish(world):
    print("seed", world.seed, dict(sorted(world.counts.items())))
    for box in world.boxes:
        print(box.name, len(box.serial), "UIDs,", len(box.expunged),
              "expunged")


def deliver_here():
    with open("/home/ann/.procmailrc", "w") as f:
        f.write("DEFAULT=$HOME/box\n")
    os.chown("/home/ann/.procmailrc", 7001, 7001)


@pytest.mark.parametrize("kills", (False, True), ids=("", "kills"))
@pytest.mark.parametrize("boxes", (1, 2))
def test_ours(clean, tmp_path, boxes, kills):
    """Sessions of ours, procmail and another delivery agent."""
    deliver_here()
    world = World(SEED, [box_at(n) for n in ("box", "box2")[:boxes]],
                  tmp_path, kills=kills)
    world.others += [
        Deliverer(world, 1, ["procmail", "-d", "ann"]),
        Deliverer(world, 2, [sys.executable, "-c", POSTMAN, "/home/ann/box"])]
    world.run(SECONDS)
    finish(world)
    if world.byes:
        world.diary.write()
    assert not world.byes, world.byes


def test_beside_the_original(clean, tmp_path):
    """The same with the original's programs coming and going."""
    deliver_here()
    world = World(SEED, [box_at("box")], tmp_path)
    world.others += [
        Deliverer(world, 1, ["procmail", "-d", "ann"]),
        Deliverer(world, 2, ["dmail", "ann+box"]),
        Visitor(world, 1, [
            ["mailutil", "check", "box"],
            ["mailutil", "prune", "box", "subject nothing"],
            ["php", "-r", PHP]])]
    world.run(SECONDS)
    finish(world)
