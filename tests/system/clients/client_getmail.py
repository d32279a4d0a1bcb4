"""getmail6: mail fetched and kept, fetched and deleted, fetched and moved,
and a program that waits in IDLE. It knows no STARTTLS for IMAP.

It waits for ever for a child that ends before it has begun to wait, so what
it hands the mail to takes its time.
"""
import subprocess
import time

from accounts import CAKE, FIRST, LONG, TEA, note
from machine import wait_for
from maildir import Maildir

CONFIG = """[retriever]
type = SimpleIMAPSSLRetriever
server = localhost
port = %(port)d
username = %(name)s
password = %(password)s
mailboxes = (%(mailboxes)s,)
ca_certs = %(dir)s/ca.pem
%(retriever)s

[destination]
type = MDA_external
path = /bin/sh
arguments = ("-c", "cat >$(mktemp %(dir)s/in/new/XXXXXX) && sleep 0.5")

[options]
delivered_to = false
received = false
message_log = %(dir)s/log
%(options)s
"""


def config(account, name, options, mailboxes='"INBOX"', retriever=""):
    account.write("getmail/" + name, CONFIG % {
        "port": account.port, "name": account.name, "options": options,
        "password": account.password, "dir": account.dir,
        "mailboxes": mailboxes, "retriever": retriever})


def argv(account, name, *options):
    return ["getmail", "--getmaildir", account.dir / "getmail", "--rcfile",
            name, *options]


def fetch(account, name, *options):
    text = account.run(*argv(account, name, *options))
    assert "rror" not in text and "arning" not in text, text
    return text


def kept_and_deleted(account, box):
    account.deliver(*FIRST)
    config(account, "keep", "read_all = false\ndelete = false")
    assert "3 messages (" in fetch(account, "keep")
    assert box.subjects() == ["cake", "long", "tea"]
    assert box.text("cake").endswith(CAKE.partition(b"\n\n")[2])
    assert box.text("long").endswith(LONG[-2000:])
    assert account.state() == [("tea", set()), ("cake", set()),
                               ("long", set())]
    assert "0 messages (" in fetch(account, "keep")
    account.deliver(note("new"))
    assert "1 messages (" in fetch(account, "keep")
    assert account.state()[3] == ("new", set())  # what is kept is examined
    config(account, "delete", "read_all = false\ndelete = true")
    fetch(account, "delete")
    assert account.state() == []
    assert box.subjects() == ["cake", "long", "new", "tea"]


def moved_and_searched(account, box):
    """A move is a copy, a deletion and an expunge of the server's."""
    other = account.connect()
    other.ok(b"CREATE done")
    account.deliver(note("to move"), note("flagged, too"))
    other.ok(b"SELECT INBOX")
    config(account, "move", "read_all = true\ndelete = true",
           retriever="move_on_delete = done")
    fetch(account, "move")
    assert account.subjects() == []
    assert account.subjects("done") == ["to move", "flagged, too"]
    told = other.ok(b"NOOP")
    assert sum(t.endswith(b" EXPUNGE") for t in told) == 2, told
    other.ok(b"SELECT done")
    other.ok(rb"STORE 1 FLAGS (\Flagged)")
    config(account, "search", "read_all = true\ndelete = false",
           mailboxes='"done"', retriever="use_peek = true\n"
           "imap_search = FLAGGED\nimap_on_delete = (\\Answered)")
    assert "1 messages (" in fetch(account, "search")
    assert len(box.subjects()) == 7
    other.ok(b"LOGOUT")


def stop(run):
    """A signal that comes while it works, and not while it waits, ends the
    work only."""
    for _ in range(10):
        run.terminate()
        try:
            run.wait(6)
            return
        except subprocess.TimeoutExpired:
            pass
    run.kill()
    raise AssertionError("it does not stop")


def idle(account, box):
    """It looks at no mail that comes between a fetch and the next IDLE, so
    more comes until all is taken."""
    run = account.start(*argv(account, "delete", "--idle", "INBOX"),
                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    sent, next_at = [], time.monotonic()

    def taken():
        nonlocal next_at
        if time.monotonic() >= next_at:
            sent.append("idle %d" % len(sent))
            account.deliver(note(sent[-1]))
            next_at = time.monotonic() + 3
        return len(sent) > 2 and account.subjects() == []
    try:
        wait_for("the mail to be taken", taken)
    finally:
        stop(run)
    assert [s for s in box.subjects() if s.startswith("idle")] == sorted(sent)


def round_trip(account):
    box = Maildir(account, account.dir / "in").make()
    kept_and_deleted(account, box)
    moved_and_searched(account, box)
    idle(account, box)
    assert box.text("tea").endswith(TEA.partition(b"\n\n")[2])
