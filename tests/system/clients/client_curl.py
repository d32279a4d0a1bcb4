"""curl: one command a run, so "at once" is a second run that idles."""
import re
import subprocess

from accounts import ANSWERED, CAKE, DELETED, FIRST, FLAGGED, SEEN, TEA, \
    crlf, note
from machine import wait_for


def curl(account, path, *options, want=0):
    args = ["curl", "-sS", "-v", "--max-time", "100", "--cacert", "ca.pem",
            "--user", "%s:%s" % (account.name, account.password)]
    if not account.tls:
        args.append("--ssl-reqd")
    done = subprocess.run(
        args + list(options) + [url(account, path)], capture_output=True,
        env=account.env(), cwd=account.dir, user=account.uid,
        group=account.uid)
    assert done.returncode == want, (path, options, done)
    return done.stdout.replace(b"\r\n", b"\n")


def url(account, path):
    return "%s://localhost:%d/%s" % (account.scheme, account.port, path)


def folders(account):
    for name in ("one", "two", "dir/deep"):
        assert b"OK" not in curl(account, "", "-X", "CREATE %s" % name)
    curl(account, "", "-X", "CREATE one", want=21)  # it is there
    curl(account, "", "-X", "RENAME two three")
    curl(account, "", "-X", "SUBSCRIBE one")
    curl(account, "", "-X", "SUBSCRIBE dir/deep")
    curl(account, "", "-X", "UNSUBSCRIBE one")
    listed = curl(account, "")
    names = re.findall(rb'^\* LIST \(.*\) \S+ (\S+)$', listed, re.M)
    assert sorted(names) == [b"INBOX", b"dir", b"dir/deep", b"one", b"three"]
    assert b'"/" dir/deep\n' in curl(account, "", "-X", 'LSUB "" *')
    curl(account, "", "-X", "DELETE three")
    assert account.mailboxes() == ["dir", "dir/deep", "one"]
    assert account.subscriptions() == ["dir/deep"]


def read(account):
    assert curl(account, "INBOX;MAILINDEX=1;SECTION=TEXT") == \
        b"Four o'clock.\n"
    assert curl(account, "INBOX;MAILINDEX=2") == CAKE
    assert curl(account, "INBOX;UID=3") == FIRST[2]
    assert curl(account, "INBOX;UID=3;SECTION=TEXT;PARTIAL=3.9") == \
        b"the start"
    assert curl(account, "INBOX;MAILINDEX=9", want=78) == b""
    assert account.state() == [("tea", {SEEN}), ("cake", {SEEN}),
                               ("long", {SEEN})]


def change(account):
    upload = account.write("upload", crlf(note("up")))
    curl(account, "one", "-T", str(upload))
    assert account.mail("one")[0].body == note("up").partition(b"\n\n")[2]
    curl(account, "INBOX", "-X", r"STORE 1 +FLAGS (\Flagged)")
    assert rb"\Flagged" in curl(
        account, "INBOX", "-X", r"STORE 2 +FLAGS (\Answered work)")\
        .replace(rb"\Answered", rb"\Flagged")
    curl(account, "INBOX", "-X", "COPY 1:2 one")
    curl(account, "INBOX", "-X", r"STORE 2 +FLAGS (\Deleted)")
    assert account.state() == [
        ("tea", {SEEN, FLAGGED}), ("cake", {SEEN, ANSWERED, "work", DELETED}),
        ("long", {SEEN})]
    assert account.state("one") == [
        ("up", {SEEN}), ("tea", {SEEN, FLAGGED}),
        ("cake", {SEEN, ANSWERED, "work"})]
    assert curl(account, "INBOX?FLAGGED") == b"* SEARCH 1\n"
    assert curl(account, "INBOX?BODY%20Kuchen") == b"* SEARCH 3\n"
    assert curl(account, "INBOX?SUBJECT%20none") == b"* SEARCH\n"
    curl(account, "INBOX", "-X", "EXPUNGE")
    assert account.subjects() == ["tea", "long"]
    assert curl(account, "INBOX;UID=1") == TEA


def two_at_once(account):
    """One run waits in IDLE; what another run and procmail do reaches it."""
    log = account.dir / "idle.log"
    with open(log, "wb") as out:
        idle = account.start(
            "curl", "-sSv", "--max-time", "100", "--cacert", "ca.pem",
            "--ssl-reqd", "--user",
            "%s:%s" % (account.name, account.password), "-X", "IDLE",
            url(account, "INBOX"), stdout=out, stderr=subprocess.STDOUT)
    try:
        wait_for("IDLE", lambda: b"\n< + " in log.read_bytes())
        account.deliver(note("new"))
        wait_for("EXISTS", lambda: b"* 3 EXISTS" in log.read_bytes())
    finally:
        idle.terminate()
        idle.wait()


def round_trip(account):
    account.deliver(*FIRST)
    folders(account)
    read(account)
    change(account)
    two_at_once(account)
