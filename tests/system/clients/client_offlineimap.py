"""offlineimap3: the same in both directions, then one that waits in IDLE."""
import subprocess

import both_sides
from accounts import FLAGGED, SEEN, note
from machine import wait_for

CONFIG = """[general]
accounts = here
metadata = %(dir)s/%(near)s.meta
maxsyncaccounts = 1

[Account here]
localrepository = local
remoterepository = remote
%(refresh)s

[Repository local]
type = Maildir
localfolders = %(dir)s/%(near)s
sync_deletes = yes

[Repository remote]
type = IMAP
remotehost = localhost
remoteport = %(port)d
remoteuser = %(name)s
remotepass = %(password)s
ssl = %(ssl)s
starttls = %(starttls)s
sslcacertfile = %(dir)s/ca.pem
expunge = yes
folderfilter = lambda name: name in ("INBOX", "one", "two", "dir/deep")
%(idle)s
"""


class Side(both_sides.Side):
    complaints = "ERROR", "WARNING"

    def __init__(self, account, near):
        super().__init__(account, near)
        self.near = near
        self.rc = self.config(near + ".rc", "", "")

    def config(self, name, refresh, idle):
        a = self.account
        return a.write(name, CONFIG % {
            "dir": a.dir, "near": self.near, "port": a.port, "name": a.name,
            "password": a.password, "ssl": "yes" if a.tls else "no",
            "starttls": "no" if a.tls else "yes", "refresh": refresh,
            "idle": idle})

    def argv(self):
        return ["offlineimap", "-o", "-c", self.rc, "-u", "basic"]


def deletions(account, side, other):
    side.inbox.remove("tea")
    other.ok(rb"STORE 2 +FLAGS (\Deleted)")
    assert account.subjects()[1] == "cake"
    other.ok(b"EXPUNGE")
    side.box("dir.deep").add("1.moved.here",
                             side.inbox.text("from the near side"))
    side.inbox.remove("from the near side")
    side.sync()
    assert account.subjects() == ["from the far side"] == \
        side.inbox.subjects()
    assert account.subjects("dir/deep") == ["from the near side"]


def idle(account, side):
    """A program that stays connected takes new mail at once."""
    rc = side.config(
        "idle.rc", "autorefresh = 10\nquick = 0",
        "idlefolders = ['INBOX']\nholdconnectionopen = yes\n"
        "keepalive = 60\nmaxconnections = 2")
    log = account.dir / "idle.log"
    with open(log, "wb") as out:
        run = account.start("offlineimap", "-c", rc, "-u", "basic", "-d",
                            "imap", stdout=out, stderr=subprocess.STDOUT)
    try:
        wait_for("IDLE", lambda: b"IDLE started" in log.read_bytes()
                 or b"IDLE continuation" in log.read_bytes()
                 or b"idling" in log.read_bytes())
        account.deliver(note("while it idles"))
        wait_for("the new mail", lambda: "while it idles" in
                 side.inbox.subjects())
    except AssertionError as error:
        raise AssertionError(log.read_text()[-5000:]) from error
    finally:
        run.terminate()
        run.wait(60)


def two_at_once(account, one, two):
    two.sync()
    one.inbox.add("1.one.here", note("side one"))
    two.inbox.add("1.two.here", note("side two"))
    one.inbox.set_flags("from the far side", "FS")
    runs = [account.start(*side.argv(), stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) for side in (one, two)]
    for run in runs:
        assert run.wait(100) == 0
    for side in (one, two):
        side.sync()
    assert one.inbox.messages() == two.inbox.messages()
    assert sorted(account.subjects()) == one.inbox.subjects() == \
        ["from the far side", "side one", "side two"]
    assert account.state()[0] == ("from the far side", {FLAGGED, SEEN})


def round_trip(account):
    side = Side(account, "near")
    other, _ = both_sides.both_ways(
        account, side, b"dir/deep", "dir.deep",
        lambda side: side.inbox.remove("long"))
    both_sides.nothing_to_do(account, side)
    deletions(account, side, other)
    two_at_once(account, side, Side(account, "near2"))
    idle(account, side)
    other.ok(b"LOGOUT")
