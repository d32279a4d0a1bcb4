"""fetchmail: mail kept, deleted, flushed, limited, of other mailboxes, and
the program that waits in IDLE."""
import re
import subprocess

from accounts import CAKE, FIRST, LONG, SEEN, TEA, note
from machine import wait_for

CONFIG = """set no bouncemail
poll localhost protocol IMAP port %(port)d
    user "%(name)s" password "%(password)s" is "%(name)s" here
    %(ssl)s sslcertck sslcertfile "%(dir)s/ca.pem"
    mda "/bin/sh -c 'cat >>%(dir)s/got; echo ------ >>%(dir)s/got'"
    %(options)s
"""


def fetch(account, options, *argv, want=0):
    rc = account.write("rc", CONFIG % {
        "port": account.port, "name": account.name, "options": options,
        "password": account.password, "dir": account.dir,
        "ssl": "ssl" if account.tls else 'sslproto "TLS1.2+"'})
    return account.run("fetchmail", "-v", "-f", rc, "--pidfile",
                       account.dir / "pid", "-i", account.dir / "ids", *argv,
                       want=want)


def got(account):
    """The subjects of what was handed over since the last call."""
    path = account.dir / "got"
    if not path.exists():
        return []
    data = path.read_bytes()
    path.unlink()
    return re.findall(r"^Subject: (.*)$", data.decode("latin-1"), re.M)


def polls(account):
    account.deliver(*FIRST)
    text = fetch(account, "keep")
    data = (account.dir / "got").read_bytes()
    for message in FIRST:
        assert message.partition(b"\n\n")[2].rstrip(b"\n") in data
    assert got(account) == ["tea", "cake", "long"]
    assert account.state() == [("tea", {SEEN}), ("cake", {SEEN}),
                               ("long", {SEEN})], text
    text = fetch(account, "keep", want=1)  # 1: no new mail
    assert "3 seen" in text and got(account) == [], text
    account.deliver(note("new"))
    fetch(account, "nokeep")
    assert got(account) == ["new"]
    assert account.subjects() == ["tea", "cake", "long"]
    fetch(account, "keep fetchall limit 10000")
    assert got(account) == ["tea", "cake"]
    fetch(account, "flush", want=1)
    assert account.subjects() == []
    fetch(account, "keep", "--check", want=1)
    assert got(account) == []


def folders(account):
    other = account.connect()
    other.ok(b"CREATE dir/deep")
    for text in (TEA, CAKE):
        data = text.replace(b"\n", b"\r\n")
        other.ok(b"APPEND dir/deep {%d+}\r\n%s" % (len(data), data))
    other.ok(b"SELECT dir/deep")
    fetch(account, 'folder "dir/deep" nokeep fetchall fetchlimit 1',
          want=13)  # 13: there is more than the limit
    assert got(account) == ["tea"]
    assert b"* 1 EXPUNGE" in other.ok(b"NOOP")
    fetch(account, 'folder "dir/deep" INBOX nokeep fetchall expunge 1')
    assert got(account) == ["cake"]
    assert account.subjects("dir/deep") == []
    other.ok(b"LOGOUT")


def idle(account):
    rc = account.write("idle.rc", (account.dir / "rc").read_text().replace(
        'folder "dir/deep" INBOX nokeep fetchall expunge 1',
        "nokeep fetchall idle"))
    log = account.dir / "idle.log"
    with open(log, "wb") as out:
        run = account.start(
            "fetchmail", "-v", "-v", "-f", rc, "--pidfile",
            account.dir / "idle.pid", stdout=out, stderr=subprocess.STDOUT)
    try:
        wait_for("IDLE", lambda: b" IDLE\n" in log.read_bytes())
        for subject in ("idle one", "idle two"):
            account.deliver(note(subject))
            wait_for("its arrival", lambda: (account.dir / "got").exists())
            wait_for("its removal", lambda: account.subjects() == [])
            assert got(account) == [subject]
    except AssertionError as error:
        raise AssertionError(log.read_text()[-5000:]) from error
    finally:
        run.terminate()
        run.wait(60)


def round_trip(account):
    polls(account)
    folders(account)
    idle(account)
    assert LONG.partition(b"\n\n")[2] not in account.spool.read_bytes()
