"""What a session keeps of its own will: flags of new mail, which reach the
file some seconds after they were set, whatever becomes of the session; the
UIDVALIDITY of an INBOX that has no file.
"""
import re
import signal
import time

from test_imapd import Session

FROM = b"From a@b Tue Mar  5 09:01:02 2024 +0000\n"
KEPT = (FROM + b"Subject: kept\nX-IMAPbase: 1709629200 7\nStatus: O\n"
        b"X-Status: \nX-Keywords:                             \n"
        b"X-UID: 7\n\nkept\n\n")
NEW = FROM + b"Subject: new\n\nnew\n\n"


def flags(session, msgno):
    line = session.command(b"FETCH %d FLAGS" % msgno)[-1]
    return set(re.search(rb"FLAGS \((.*?)\)", line).group(1).split())


def wait_for(seen, what):
    end = time.monotonic() + 60
    while not seen():
        assert time.monotonic() < end, what
        time.sleep(0.2)


def test_flags_of_new_mail_outlive_a_kill():
    with Session({"box": KEPT + NEW}) as s, Session({}, s) as other:
        s.command(b"SELECT box")
        other.command(b"SELECT box")
        s.command(b"STORE 2 +FLAGS.SILENT (\\Flagged \\Answered)")
        s.fetch(2, b"[TEXT]")
        s.command(b"FETCH 2 BODY[]")
        # the client says nothing more
        wait_for(lambda: b"\\Flagged" in b" ".join(
            other.command(b"NOOP")), "not told to the other session")
        assert flags(other, 2) >= {b"\\Flagged", b"\\Answered", b"\\Seen"}
        s.server.process.send_signal(signal.SIGKILL)
        s.server.process.wait()
        with Session({}, s) as after:
            after.command(b"SELECT box")
            assert flags(after, 2) >= {b"\\Flagged", b"\\Answered",
                                       b"\\Seen"}
            assert b"* 2 FETCH (UID 8)" in after.command(b"FETCH 2 UID")


def saved_in(path):
    """Is \\Seen of the new message in the file?"""
    with open(path, "rb") as f:
        return b"Subject: new\nStatus: RO\n" in f.read()


def test_seen_of_a_fetch_is_saved():
    """A client that only reads, and then says nothing more."""
    with Session({"box": KEPT + NEW}) as s:
        s.command(b"SELECT box")
        s.command(b"FETCH 2 BODY[]")
        wait_for(lambda: saved_in(s.home.file("box")), "not saved")
        s.command(b"NOOP")


def test_idle_saves_flags_of_new_mail():
    with Session({"box": KEPT + NEW}) as s:
        path = s.home.file("box")
        s.command(b"SELECT box")
        s.command(b"STORE 2 +FLAGS.SILENT (\\Seen)")
        s.send(b"IDLE")
        assert s.server.line().startswith(b"+ ")
        wait_for(lambda: saved_in(path), "not saved")
        s.server.send(b"DONE\r\n")
        assert s.server.line().startswith(b"t%d OK" % s.tags)
