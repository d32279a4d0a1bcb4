"""Python's imaplib: every command it has, two connections at once."""
import imaplib
import ssl

from accounts import ANSWERED, CA, CAKE, DELETED, FIRST, FLAGGED, LONG, SEEN, \
    TEA, crlf, note
from machine import PATIENCE, wait_for


def connect(account):
    context = ssl.create_default_context(cafile=CA)
    if account.tls:
        box = imaplib.IMAP4_SSL("localhost", 993, ssl_context=context,
                                timeout=PATIENCE)
    else:
        box = imaplib.IMAP4("localhost", 143, timeout=PATIENCE)
        box.starttls(context)
    return box


def ok(answer):
    assert answer[0] == "OK", answer
    return answer[1]


def sign_in(account):
    """AUTHENTICATE in one session, LOGIN in the other."""
    first = connect(account)
    assert "AUTH=PLAIN" in first.capabilities
    assert "LOGINDISABLED" not in first.capabilities
    ok(first.authenticate("PLAIN", lambda _: b"\0%s\0%s" % (
        account.name.encode(), account.password.encode())))
    second = connect(account)
    ok(second.login(account.name, account.password))
    ok(first.enable("UTF8=ACCEPT") if "UTF8=ACCEPT" in first.capabilities
       else ("OK", None))
    assert ok(first.namespace())[0].startswith(b'(("" "/")')
    return first, second


def folders(account, box):
    for name in ("one", "two", "dir/deep", "dir/other", "a&-b"):
        ok(box.create(name))
    assert box.create("one")[0] == "NO"
    ok(box.rename("two", "three"))
    ok(box.rename("dir", "tree"))
    ok(box.delete("three"))
    ok(box.subscribe("tree/deep"))
    ok(box.subscribe("one"))
    ok(box.unsubscribe("one"))
    assert account.subscriptions() == ["tree/deep"]
    assert account.mailboxes() == \
        ["a&-b", "one", "tree", "tree/deep", "tree/other"]
    assert sorted(n.split()[-1] for n in ok(box.list('""', "%"))) == \
        [b"INBOX", b"a&-b", b"one", b"tree"]
    assert sorted(n.split()[-1] for n in ok(box.list("tree/", "*"))) == \
        [b"tree/", b"tree/deep", b"tree/other"]
    assert [n.split()[-1] for n in ok(box.lsub())] == [b"tree/deep"]
    ok(box.delete("a&-b"))
    assert box.delete("a&-b")[0] == "NO"


def read(account, box):
    assert ok(box.select("INBOX")) == [b"3"]
    data = ok(box.fetch("1:*", "(UID RFC822.SIZE BODY.PEEK[])"))
    got = [d[1] for d in data if isinstance(d, tuple)]
    assert got == [crlf(m) for m in FIRST]
    sizes = [int(d[0].split()[4]) for d in data if isinstance(d, tuple)]
    assert sizes == [len(crlf(m)) for m in FIRST]
    assert account.state()[0][1] == set()
    assert ok(box.fetch("2", "(BODY[2])"))[0][1] == b"<b>No</b>"
    assert ok(box.fetch("3", "(BODY.PEEK[TEXT]<3.9>)"))[0][1] == b"the start"
    assert_refused(box.partial, "3", "RFC822.TEXT", "4", "9")  # RFC 1730
    assert box.response("UIDVALIDITY")[1][0].isdigit()
    assert (b"MESSAGES 3" in ok(box.status("INBOX", "(MESSAGES UNSEEN)"))[0])


def change(account, box):
    assert ok(box.append("one", r"(\Flagged work)",
                         '"08-Mar-2024 12:00:00 +0000"', crlf(note("up"))))
    assert account.state("one") == [("up", {FLAGGED, "work"})]
    ok(box.store("1", "+FLAGS", r"(\Flagged)"))
    ok(box.uid("STORE", "2", "FLAGS", r"(\Answered work)"))
    ok(box.store("3", "-FLAGS.SILENT", r"(\Seen)"))
    ok(box.copy("1:2", "one"))
    ok(box.uid("COPY", "3", "tree/deep"))
    assert box.copy("1", "nowhere")[0] == "NO"
    assert account.state("one") == [
        ("up", {FLAGGED, "work"}), ("tea", {FLAGGED}),
        ("cake", {ANSWERED, "work"})]
    assert account.mail("tree/deep")[0].body.endswith(
        LONG.rpartition(b"\n\n")[2][-2000:])
    ok(box.store("2", "+FLAGS", r"(\Deleted)"))
    ok(box.check())  # mail just delivered has no room for flags before
    assert account.state() == [
        ("tea", {FLAGGED}), ("cake", {ANSWERED, DELETED, "work"}),
        ("long", set())]


def search(box):
    for args, want in (
            (("FLAGGED",), b"1"), (("KEYWORD", "work"), b"2"),
            (("BODY", "Kuchen"), b"3"), (("TEXT", '"<b>No"'), b"2"),
            (("NOT", "FROM", "bo"), b"2 3"),
            (("SENTSINCE", "6-Mar-2024", "SENTBEFORE", "7-Mar-2024"), b"2"),
            (("OR", "ANSWERED", "LARGER", "2000"), b"2 3"),
            (("SUBJECT", "none"), b"")):
        assert ok(box.search(None, *args)) == [want], args
    box.literal = "Zürich".encode()
    assert ok(box.search("UTF-8", "FROM")) == [b"3"]
    assert ok(box.sort("(REVERSE SUBJECT)", "UTF-8", "ALL")) == [b"1 3 2"]
    assert ok(box.thread("ORDEREDSUBJECT", "US-ASCII", "ALL")) == \
        [b"(1)(2)(3)"]
    assert ok(box.uid("SEARCH", "UID", "2:*")) == [b"2 3"]


def two_at_once(account, box, other):
    """Each sees what the other did, and what procmail delivered."""
    ok(other.select("INBOX"))
    ok(other.store("3", "+FLAGS", r"(\Flagged)"))
    ok(box.noop())
    assert box.response("FETCH")[1] == [rb"3 (FLAGS (\Recent \Flagged))"]
    assert ok(box.expunge()) == [b"2"]
    ok(other.noop())
    assert other.response("EXPUNGE")[1] == [b"2"]
    account.deliver(note("new"))

    def told():
        ok(other.noop())
        return other.response("EXISTS")[1][-1] == b"3"
    wait_for("EXISTS", told)
    ok(box.noop())
    assert box.response("EXISTS")[1][-1] == b"3"
    ok(other.store("3", "+FLAGS", r"(\Deleted)"))
    ok(other.close())
    ok(box.check())
    assert box.response("EXPUNGE")[1][-1] == b"3"
    assert account.state() == [("tea", {FLAGGED}), ("long", {FLAGGED})]
    ok(box.select("INBOX", readonly=True))
    box.store("1", "+FLAGS", r"(\Deleted)")  # for this session at most
    ok(box.check())
    assert account.state() == [("tea", {FLAGGED}), ("long", {FLAGGED})]
    ok(box.unselect())
    for command in ("getacl", "getquotaroot"):
        assert_refused(getattr(box, command), "INBOX")
    assert box.recent()[0] == "OK"


def assert_refused(command, *args):
    try:
        assert command(*args)[0] == "NO"
    except imaplib.IMAP4.error as error:
        assert "BAD" in str(error)


def round_trip(account):
    account.deliver(*FIRST)
    box, other = sign_in(account)
    folders(account, box)
    read(account, box)
    change(account, box)
    search(box)
    two_at_once(account, box, other)
    for b in (box, other):
        assert b.logout()[0] == "BYE"
    assert account.mail()[0].body == TEA.partition(b"\n\n")[2]
    assert [m.subject for m in account.mail("one")] == ["up", "tea", "cake"]
    assert account.mail("one")[2].body == CAKE.partition(b"\n\n")[2]
    assert account.state("tree/deep") == [("long", set())]
    assert SEEN not in account.state()[1][1]
