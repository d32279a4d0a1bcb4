"""mbsync: mailboxes and Maildirs made the same in both directions, by two
programs with Maildirs of their own."""
import shutil

import both_sides
from accounts import ANSWERED, FLAGGED, SEEN, note

CONFIG = """IMAPAccount server
Host localhost
Port %(port)d
User %(name)s
Pass "%(password)s"
SSLType %(type)s
CertificateFile %(dir)s/ca.pem

IMAPStore far
Account server

MaildirStore near
Path %(dir)s/%(near)s/
Inbox %(dir)s/%(near)s/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Sync All
Create Both
Remove Both
Expunge Both
SyncState *
"""


class Side(both_sides.Side):
    """One mbsync with its Maildirs."""
    complaints = "rror", "arning"

    def __init__(self, account, near):
        super().__init__(account, near)
        self.dir.mkdir()
        account.own(self.dir)
        self.rc = account.write(near + ".rc", CONFIG % {
            "port": account.port, "name": account.name,
            "password": account.password, "dir": account.dir, "near": near,
            "type": "IMAPS" if account.tls else "STARTTLS"})

    def argv(self):
        return ["mbsync", "-c", self.rc, "-a", "-V"]


def both_ways(account, side):
    other, told = both_sides.both_ways(
        account, side, b"one", "one",
        lambda side: side.inbox.set_flags("long", "ST"))
    # The session beside it sees what mbsync did.
    assert any(b"* 1 FETCH" in t and rb"\Flagged" in t for t in told), told
    return other


def deletions(account, side, other):
    side.inbox.remove("tea")
    other.ok(rb"UID STORE 2 +FLAGS (\Deleted)")
    assert account.subjects()[1] == "cake"
    other.ok(b"EXPUNGE")
    side.sync()
    assert sorted(account.subjects()) == side.inbox.subjects() == \
        ["from the far side", "from the near side"]
    # A move is a copy and a removal here.
    side.box("one").add("1.moved.here",
                        side.inbox.text("from the near side"))
    side.inbox.remove("from the near side")
    side.box("two").remove("in a new folder")
    side.sync()
    other.ok(b"DELETE two")
    side.sync()
    assert account.subjects() == ["from the far side"]
    assert account.subjects("one") == ["from the near side"]
    assert account.mailboxes() == ["one"]
    assert not side.box("two").path.exists()


def two_at_once(account, one, two):
    """Both have news, both run; after one more run each they agree."""
    two.sync()
    for number, side in enumerate((one, two)):
        for i in range(10):
            side.inbox.add("%d.%d.here" % (i, number),
                           note("side %d number %d" % (number, i)))
    one.inbox.set_flags("from the far side", "FS")
    two.box("one").set_flags("from the near side", "R")
    runs = [account.start(*side.argv()) for side in (one, two)]
    for run in runs:
        assert run.wait(60) == 0
    for side in (one, two, one):
        side.sync()
    assert one.inbox.messages() == two.inbox.messages()
    assert one.inbox.subjects() == sorted(account.subjects())
    assert len(account.subjects()) == 21
    assert account.state()[0] == ("from the far side", {FLAGGED, SEEN})
    assert account.state("one") == [("from the near side", {ANSWERED})]


def round_trip(account):
    side = Side(account, "near")
    other = both_ways(account, side)
    both_sides.nothing_to_do(account, side)
    deletions(account, side, other)
    two_at_once(account, side, Side(account, "near2"))
    other.ok(b"LOGOUT")
    shutil.rmtree(side.dir)
