"""mbsync: mailboxes and Maildirs made the same in both directions, by two
programs with Maildirs of their own."""
import shutil

from accounts import ANSWERED, CAKE, FIRST, FLAGGED, LONG, SEEN, note
from maildir import Maildir

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


class Side:
    """One mbsync with its Maildirs."""

    def __init__(self, account, near):
        self.account = account
        self.dir = account.dir / near
        self.dir.mkdir()
        account.own(self.dir)
        self.rc = account.write(near + ".rc", CONFIG % {
            "port": account.port, "name": account.name,
            "password": account.password, "dir": account.dir, "near": near,
            "type": "IMAPS" if account.tls else "STARTTLS"})
        self.inbox = Maildir(account, self.dir / "INBOX")

    def box(self, name):
        return Maildir(self.account, self.dir / name)

    def argv(self):
        return ["mbsync", "-c", self.rc, "-a", "-V"]

    def sync(self):
        text = self.account.run(*self.argv())
        assert "rror" not in text and "arning" not in text, text
        return text


def both_ways(account, side):
    account.deliver(*FIRST)
    other = account.connect()
    other.ok(b"CREATE one")
    other.ok(b"SELECT INBOX")
    side.sync()
    assert side.inbox.messages() == [("cake", []), ("long", []), ("tea", [])]
    assert side.inbox.text("long").endswith(LONG[-2000:])
    assert side.box("one").messages() == []

    side.inbox.set_flags("tea", "FS")
    side.inbox.set_flags("cake", "R")
    side.inbox.set_flags("long", "ST")
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
    # The session beside it sees what mbsync did.
    told = other.ok(b"NOOP")
    assert b"* 3 EXPUNGE" in told, told
    assert any(b"* 1 FETCH" in t and rb"\Flagged" in t for t in told), told
    return other


def nothing_to_do(account, side):
    """Another run changes no octet on either side."""
    before = account.spool.read_bytes(), account.file("two").read_bytes()
    files = side.inbox.files() + side.box("two").files()
    side.sync()
    assert (account.spool.read_bytes(),
            account.file("two").read_bytes()) == before
    assert side.inbox.files() + side.box("two").files() == files


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
    nothing_to_do(account, side)
    deletions(account, side, other)
    two_at_once(account, side, Side(account, "near2"))
    other.ok(b"LOGOUT")
    shutil.rmtree(side.dir)
