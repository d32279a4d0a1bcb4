"""What mbsync and offlineimap have in common: mailboxes and Maildirs made the
same in both directions."""
from accounts import ANSWERED, FIRST, FLAGGED, LONG, SEEN, note
from maildir import Maildir


class Side:
    """A program with its Maildirs below self.dir; argv() makes them the same
    as the mailboxes, and says none of these words."""
    complaints = ()

    def __init__(self, account, near):
        self.account = account
        self.dir = account.dir / near
        self.inbox = self.box("INBOX")

    def argv(self):
        raise NotImplementedError

    def box(self, name):
        return Maildir(self.account, self.dir / name)

    def sync(self):
        text = self.account.run(*self.argv())
        assert not any(word in text for word in self.complaints), text
        return text


def both_ways(account, side, mailbox, box, drop):
    """News of both sides, with a session beside it, which is returned with
    what it was told. drop(side) removes the message "long"."""
    account.deliver(*FIRST)
    other = account.connect()
    other.ok(b"CREATE " + mailbox)
    other.ok(b"SELECT INBOX")
    side.sync()
    assert side.inbox.messages() == [("cake", []), ("long", []), ("tea", [])]
    assert side.inbox.text("long").endswith(LONG[-2000:])
    assert side.box(box).messages() == []

    side.inbox.set_flags("tea", "FS")
    side.inbox.set_flags("cake", "R")
    drop(side)
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
    return other, told


def nothing_to_do(account, side):
    """Another run changes no octet on either side."""
    before = account.spool.read_bytes(), account.file("two").read_bytes()
    files = side.inbox.files() + side.box("two").files()
    side.sync()
    assert (account.spool.read_bytes(),
            account.file("two").read_bytes()) == before
    assert side.inbox.files() + side.box("two").files() == files
