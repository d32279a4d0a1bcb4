"""Ten clients at random on one mailbox, with deliveries and with programs of
the original, and on two; with and without servers that are killed.

SEED sets the random numbers, STRESS_SECONDS the time of each of the five runs.
"""
import os

import pytest

from stress import Books, Deliverer, Visitor, World

SECONDS = float(os.environ.get("STRESS_SECONDS", "2"))
SEED = os.environ.get("SEED", "1")
PHP = r"""
$m = imap_open('/home/ann/box', '', '', 0, 0);
if (!$m) exit(3);
imap_check($m);
imap_setflag_full($m, '1', '\Flagged');
imap_clearflag_full($m, '1', '\Flagged');
imap_close($m);
"""


def box_at(name):
    path = "/home/ann/" + name
    with open(path, "wb"):
        pass
    os.chown(path, 7001, 7001)
    os.chmod(path, 0o600)
    return Books(name, path)


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
def test_ours(clean, boxes, kills):
    """Sessions of ours and procmail."""
    deliver_here()
    world = World(SEED, [box_at(n) for n in ("box", "box2")[:boxes]],
                  kills=kills)
    world.others.append(Deliverer(world, 1, ["procmail", "-d", "ann"]))
    world.run(SECONDS)
    finish(world)
    assert not world.byes, world.byes


def test_beside_the_original(clean):
    """The same with the original's programs coming and going."""
    deliver_here()
    world = World(SEED, [box_at("box")])
    world.others += [
        Deliverer(world, 1, ["procmail", "-d", "ann"]),
        Deliverer(world, 2, ["dmail", "ann+box"]),
        Visitor(world, 1, [
            ["mailutil", "check", "box"],
            ["mailutil", "prune", "box", "subject nothing"],
            ["php", "-r", PHP]])]
    world.run(SECONDS)
    finish(world)
