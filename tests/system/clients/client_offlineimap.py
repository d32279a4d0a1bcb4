"""offlineimap3: the same in both directions, then one that waits in IDLE."""
import subprocess

from accounts import ANSWERED, FIRST, FLAGGED, LONG, SEEN, note
from machine import wait_for
from maildir import Maildir

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


class Side:
    def __init__(self, account, near):
        self.account = account
        self.near = near
        self.dir = account.dir / near
        self.rc = self.config(near + ".rc", "", "")
        self.inbox = self.box("INBOX")

    def config(self, name, refresh, idle):
        a = self.account
        return a.write(name, CONFIG % {
            "dir": a.dir, "near": self.near, "port": a.port, "name": a.name,
            "password": a.password, "ssl": "yes" if a.tls else "no",
            "starttls": "no" if a.tls else "yes", "refresh": refresh,
            "idle": idle})

    def box(self, name):
        return Maildir(self.account, self.dir / name)

    def argv(self):
        return ["offlineimap", "-o", "-c", self.rc, "-u", "basic"]

    def sync(self):
        text = self.account.run(*self.argv())
        assert "ERROR" not in text and "WARNING" not in text, text
        return text


def both_ways(account, side):
    account.deliver(*FIRST)
    other = account.connect()
    other.ok(b"CREATE dir/deep")
    other.ok(b"SELECT INBOX")
    side.sync()
    assert side.inbox.messages() == [("cake", []), ("long", []), ("tea", [])]
    assert side.inbox.text("long").endswith(LONG[-2000:])
    assert side.box("dir.deep").messages() == []

    side.inbox.set_flags("tea", "FS")
    side.inbox.set_flags("cake", "R")
    side.inbox.remove("long")
    side.inbox.add("1.new.here", note("from the near side"))
    side.box("two").make().add("1.two.here", note("in a new folder"))
    account.deliver(note("from the far side"))
    other.ok(rb"STORE 2 +FLAGS (\Flagged)")
    side.sync()
    near = [("cake", [ANSWERED, FLAGGED]), ("from the far side", []),
            ("from the near side", []), ("tea", [FLAGGED, SEEN])]
    assert side.inbox.messages() == near
    assert sorted((s, sorted(f)) for s, f in account.state()) == near
    assert account.subjects("two") == ["in a new folder"]
    told = other.ok(b"NOOP")
    assert b"* 3 EXPUNGE" in told, told
    return other


def nothing_to_do(account, side):
    before = account.spool.read_bytes(), account.file("two").read_bytes()
    files = side.inbox.files() + side.box("two").files()
    side.sync()
    assert (account.spool.read_bytes(),
            account.file("two").read_bytes()) == before
    assert side.inbox.files() + side.box("two").files() == files


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
    other = both_ways(account, side)
    nothing_to_do(account, side)
    deletions(account, side, other)
    two_at_once(account, side, Side(account, "near2"))
    idle(account, side)
    other.ok(b"LOGOUT")
