"""What a conversation cannot show: slow clients, signals in the middle of an
answer, a mailbox that changes under a FETCH, memory, every way to cut a text.
"""
import base64
import os
import random
import re
import signal
import time

import pytest

import wire

SEED = int(os.environ.get("SEED", "1"))


class Session:
    """A server with mailboxes, and what a client does with it."""

    def __init__(self, mailboxes, beside=None):
        self.home = beside.home if beside else wire.Home()
        self.guest = beside is not None
        for name, octets in mailboxes.items():
            self.home.write(name, octets.decode("latin-1"))
        self.server = wire.Server("imapd", self.home, True)
        assert self.server.line().startswith(b"* PREAUTH ")
        self.tags = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        err = self.server.end()
        if not self.guest:
            self.home.remove()
        assert "Sanitizer" not in err, err

    def octets(self, n):
        """n octets from the server, or fewer at its end."""
        s = self.server
        while len(s.buffer) < n and s._more():
            pass
        out, s.buffer = s.buffer[:n], s.buffer[n:]
        return out

    def send(self, command):
        self.tags += 1
        self.server.send(b"t%d %s\r\n" % (self.tags, command))

    def command(self, command):
        """The untagged lines; literals are put in their place."""
        self.send(command)
        lines = []
        while True:
            line = self.server.line()
            assert line is not None, "closed after %r" % lines[-3:]
            m = re.search(rb"\{(\d+)\}\Z", line)
            while m:
                text = self.octets(int(m.group(1)))
                rest = self.server.line()
                line = line[:m.start()] + b"<<" + text + b">>" + rest
                m = re.search(rb"\{(\d+)\}\Z", rest) and None
            if line.startswith(b"t%d " % self.tags):
                assert line.startswith(b"t%d OK" % self.tags), line
                return lines
            lines.append(line)

    def fetch(self, msgno, section):
        """The text of one section."""
        lines = self.command(b"FETCH %d BODY.PEEK%s" % (msgno, section))
        m = re.search(rb"<<(.*)>>\)\Z", lines[0], re.S)
        return m.group(1)

    def memory(self, key="VmHWM"):
        with open("/proc/%d/status" % self.server.process.pid) as f:
            return int(re.search(key + r":\s+(\d+)", f.read()).group(1))


FROM = b"From a@b Tue Mar  5 09:01:02 2024 +0000\n"


def as_sent(octets):
    """Native text of an mbox as clients see it."""
    return octets.replace(b"\r", b"").replace(b"\n", b"\r\n").replace(
        b"\0", b"\x80")


def odd_text(rng, size):
    """Lines of any length, with CRs, NULs and octets above 7F in them."""
    out = bytearray()
    while len(out) < size:
        n = rng.choice((0, 1, 5, 77, 1023, 1024, 8191, 70000))
        out += bytes(rng.choice(b"abc \r\0\xe4>") for _ in range(min(n, 300)))
        out += b"x" * max(n - 300, 0)
        out += b"\n"
    return bytes(out).replace(b"\nFrom ", b"\nfrom ")


def test_partial_fetches_make_the_whole():
    """RFC 3501 6.4.5: the pieces of a text, however cut, are the text."""
    rng = random.Random(SEED)
    header = b"Subject: x\nX-Odd: a\r\0b\n c\n\n"
    body = odd_text(rng, 300000)
    with Session({"box": FROM + header + body + b"\n"}) as s:
        s.command(b"EXAMINE box")
        want = as_sent(header + body)
        split = len(as_sent(header))
        assert s.fetch(1, b"[]") == want
        assert s.fetch(1, b"[HEADER]") == want[:split]
        assert s.fetch(1, b"[TEXT]") == want[split:]
        size = s.command(b"FETCH 1 RFC822.SIZE")[0]
        assert size.endswith(b"RFC822.SIZE %d)" % len(want))
        for section, text in ((b"[]", want), (b"[TEXT]", want[split:])):
            pos = 0
            while pos < len(text):      # as clients do: one behind the other
                n = rng.choice((1, 2, 7, 4096, 65536))
                piece = s.fetch(1, section + b"<%d.%d>" % (pos, n))
                assert piece == text[pos:pos + n], (section, pos, n, SEED)
                pos += n
            for _ in range(60):         # and anywhere
                pos = rng.randrange(len(text) + 10)
                n = rng.choice((1, 3, 100, 100000))
                piece = s.fetch(1, section + b"<%d.%d>" % (pos, n))
                assert piece == text[pos:pos + n], (section, pos, n, SEED)


def test_partial_fetches_anywhere_in_a_large_text():
    """More places than are kept of a text: from the end, and anywhere."""
    rng = random.Random(SEED)
    header = b"Subject: x\n\n"
    body = b"".join(b"%d%s\r\n" % (i, b"x" * (i % 97))
                    for i in range(600000)) + b"\r\nend"
    with Session({"box": FROM + header + body + b"\n\n"}) as s:
        s.command(b"EXAMINE box")
        want = as_sent(header + body + b"\n")
        text = want[len(as_sent(header)):]
        assert len(text) > 300 * 65536
        for section, whole in ((b"[TEXT]", text), (b"[]", want)):
            places = [rng.randrange(len(whole)) for _ in range(200)]
            for pos in sorted(places, reverse=True) + places:
                n = rng.choice((1, 1000, 70000))
                piece = s.fetch(1, section + b"<%d.%d>" % (pos, n))
                assert piece == whole[pos:pos + n], (section, pos, n, SEED)


def octets_read(s):
    """What the server read from files and its client so far."""
    with open("/proc/%d/io" % s.server.process.pid) as f:
        return int(re.search(r"rchar: (\d+)", f.read()).group(1))


@pytest.mark.parametrize("section", (b"[]", b"[TEXT]", b"[1]"))
def test_partial_fetches_read_a_message_once(section):
    """Pieces that follow each other cost as much as the whole, not its
    square; a long header, too."""
    if "ASAN_OPTIONS" in os.environ:
        pytest.skip("nothing to be learnt, and slow")
    header = b"X-Pad: " + b"h" * 60 + b"\n"
    body = b"0123456789abcde\n" * 250000
    box = FROM + header * 30000 + b"\n" + body + b"\n"
    with Session({"box": box}) as s:
        s.command(b"EXAMINE box")
        size = 30000 * 69 + 2 + 17 * 250000 if section == b"[]" \
            else 17 * 250000
        s.fetch(1, section + b"<0.1>")
        before = octets_read(s)
        for pos in range(0, size, 65536):
            piece = s.fetch(1, section + b"<%d.65536>" % pos)
            assert len(piece) == min(65536, size - pos)
        # the header is looked through again for each [TEXT] and [1]
        again = 0 if section == b"[]" else 70 * 30000 * 68
        assert octets_read(s) - before < 4 * len(box) + 2 * again


def test_text_behind_a_long_header():
    """A header may be longer than what is parsed of it."""
    header = b"X-Pad: " + b"h" * 1000 + b"\n"
    with Session({"box": FROM + header * 12000 + b"\nbody\n\n"}) as s:
        s.command(b"EXAMINE box")
        assert s.fetch(1, b"[TEXT]") == b"body\r\n"
        assert s.fetch(1, b"[TEXT]<2.3>") == b"dy\r"
        assert s.fetch(1, b"[]")[-8:] == b"\r\nbody\r\n"


def test_slow_reader_gets_everything():
    body = b"0123456789abcde\n" * 100000
    with Session({"box": FROM + b"S: x\n\n" + body + b"\n"}) as s:
        s.command(b"EXAMINE box")
        for _ in range(3):
            s.send(b"FETCH 1 BODY.PEEK[TEXT]")
        time.sleep(0.2)                 # the server is stuck by now
        for tag in (2, 3, 4):
            assert s.server.line() == b"* 1 FETCH (BODY[TEXT] {1700000}"
            assert s.octets(1700000) == as_sent(body)
            assert s.server.line() == b")"
            assert s.server.line() == b"t%d OK FETCH completed" % tag
        # What waits for a client is one buffer, not an answer.
        assert s.memory() < 16000 or "ASAN_OPTIONS" in os.environ


def test_term_while_the_client_does_not_read():
    """No BYE in the middle of a literal; the output just stops."""
    body = b"0123456789abcde\n" * 200000
    with Session({"box": FROM + b"S: x\n\n" + body + b"\n"}) as s:
        s.command(b"EXAMINE box")
        s.send(b"FETCH 1 BODY.PEEK[TEXT]")
        assert s.server.line() == b"* 1 FETCH (BODY[TEXT] {3400000}"
        time.sleep(0.2)
        s.server.process.send_signal(signal.SIGTERM)
        got = s.octets(10000000)
        assert b"BYE" not in got and len(got) < 3400000
        assert s.server.status() == 1


def test_mailbox_shrinks_under_a_fetch():
    """A literal that cannot be completed is never filled up."""
    body = b"0123456789abcde\n" * 400000
    with Session({"box": FROM + b"S: x\n\n" + body + b"\n"}) as s:
        s.command(b"EXAMINE box")
        s.send(b"FETCH 1 BODY.PEEK[TEXT]")
        assert s.server.line() == b"* 1 FETCH (BODY[TEXT] {6800000}"
        time.sleep(0.2)
        os.truncate(s.home.file("box"), 1000)
        got = s.octets(10000000)
        assert len(got) < 6800000
        assert got == as_sent(body)[:len(got)]
        assert s.server.status() == 1


def test_client_that_vanishes_while_it_is_sent_to():
    body = b"0123456789abcde\n" * 400000
    with Session({"box": FROM + b"S: x\n\n" + body + b"\n"}) as s:
        s.command(b"EXAMINE box")
        s.send(b"FETCH 1 BODY.PEEK[TEXT]")
        assert s.server.line()
        os.close(s.server.fd_in)
        s.server.fd_in = s.server.fd_out = -1
        assert s.server.status() == 1


ABUSE = {
    "CVE-2024-34055 literals": b"a ID (" + b" ".join(
        [b"\"a\" {10000+}\r\n" + b"x" * 10000] * 200) + b")\r\n",
    "a long line": b"a " + b"x" * 2000000 + b"\r\n",
    "a long literal": b"a STATUS {5000000+}\r\n" + b"x" * 5000000 + b"\r\n",
    "many sections": b"a FETCH 1 (" + b" ".join(
        [b"BODY[HEADER.FIELDS (" + b" ".join([b"x"] * 300) + b")]"] * 100) +
    b")\r\n",
    "many numbers": b"a FETCH " + b",".join([b"1"] * 32000) + b" UID\r\n",
    "many commands": b"a XYZZY\r\n" * 20000,
    "no commands": b"\r\n" * 20000,
    "deep section": b"a FETCH 1 BODY[" + b"1." * 30000 + b"1]\r\n",
    "parentheses": b"a FETCH 1 " + b"(" * 60000 + b"\r\n",
    "patterns": b"a LIST \"\" " + b"*%" * 30000 + b"\r\n",
}


@pytest.mark.parametrize("name", sorted(ABUSE))
def test_abuse_costs_little_memory(name):
    """What one client sends, whatever it is, stays in a few megabytes."""
    with Session({"box": FROM + b"S: x\n\ny\n\n"}) as s:
        s.command(b"SELECT box")
        before = s.memory()
        s.server.send(ABUSE[name])
        s.server.send(b"\r\nend NOOP\r\n")
        while s.server.line() != b"end OK NOOP completed":
            pass
        if "ASAN_OPTIONS" not in os.environ:
            assert s.memory() - before < 6000


def test_search_of_a_large_message_takes_little_memory():
    """Texts of 200 MB, plain and encoded, are searched as they are read."""
    plain = b"0123456789 abcdefghijklmnopqrstuvwxyz 0123456789 ABCDEFG\n"
    coded = base64.b64encode(plain) + b"\n"
    size = 200 << 20
    box = (FROM + b"Subject: plain\n\n" + plain * (size // len(plain)) +
           b"last wo\nlast word\n\n" + FROM +
           b"Subject: coded\nContent-Transfer-Encoding: base64\n\n" +
           coded * (size // 8 // len(coded)) +
           base64.b64encode(b"last word") + b"\n\n")
    with Session({"box": box}) as s:
        s.command(b"EXAMINE box")
        before = s.memory()
        assert s.command(b'SEARCH BODY "last word"') == [b"* SEARCH 1 2"]
        assert s.command(b"SEARCH TEXT nowhere") == [b"* SEARCH"]
        if "ASAN_OPTIONS" not in os.environ:
            assert s.memory() - before < 8000


def test_search_of_many_messages_is_compact():
    """100,000 hits, and what they are to ESEARCH."""
    count = 100000
    box = b"".join(FROM + b"Subject: %d\n\n\n" % i for i in range(count))
    with Session({"box": box}) as s:
        s.command(b"EXAMINE box")
        before = s.memory()
        want = b"* SEARCH " + b" ".join(b"%d" % (i + 1) for i in range(count))
        assert s.command(b"SEARCH ALL") == [want]
        assert s.command(b"SEARCH RETURN (ALL COUNT) NOT 7") == [
            b'* ESEARCH (TAG "t%d") ALL 1:6,8:100000 COUNT 99999' % s.tags]
        if "ASAN_OPTIONS" not in os.environ:
            assert s.memory() - before < 2000


def test_status_file():
    """SIGUSR1: a file for the administrator, which follows no link."""
    with Session({"box": FROM + b"S: x\n\ny\n\n"}) as s:
        s.command(b"EXAMINE box")
        path = "/tmp/imapd-status.%d.%s" % (s.server.process.pid,
                                           s.home.user)
        victim = s.home.file("victim")
        s.home.write("victim", "precious")
        os.symlink(victim, path)
        if os.geteuid() == 0:
            os.chown(path, s.home.uid, s.home.gid, follow_symlinks=False)
        try:
            s.server.process.send_signal(signal.SIGUSR1)
            end = time.monotonic() + wire.WAIT
            while os.path.islink(path) or not os.path.exists(path):
                assert time.monotonic() < end
                time.sleep(0.01)
            s.command(b"NOOP")
            with open(path) as f:
                text = f.read()
        finally:
            os.unlink(path)
        assert text.startswith("PID=%d, mailbox open\nuser=%s\n" % (
            s.server.process.pid, s.home.user))
        assert "(read-only)\n" in text
        assert text.endswith("last command=EXAMINE\n")
        with open(victim) as f:
            assert f.read() == "precious"


def kept():
    path = os.path.join(wire.TOP, "tests", "mail", "kept.mbox")
    with open(path, "rb") as f:
        return f.read()


def test_two_sessions_tell_each_other():
    """RFC 3501 5.2, 7.4.2: what another session changed is told; a flag that
    was set twice is told once."""
    with Session({"box": kept()}) as one, Session({}, one) as two:
        one.command(b"SELECT box")
        two.command(b"SELECT box")
        one.command(b"STORE 2 +FLAGS.SILENT (\\Seen)")
        one.command(b"STORE 2 +FLAGS.SILENT (\\Flagged)")
        assert one.command(b"NOOP") == []
        assert two.command(b"NOOP") == [
            b"* 2 FETCH (FLAGS (\\Seen \\Flagged))"]
        assert two.command(b"NOOP") == []
        two.command(b"UID STORE 3 +FLAGS.SILENT (Work)")
        news = one.command(b"UID FETCH 1 UID")
        assert news[0] == b"* 1 FETCH (UID 1)"
        assert news[1] == \
            b"* FLAGS (Work \\Answered \\Flagged \\Deleted \\Draft \\Seen)"
        assert news[-1] == b"* 3 FETCH (FLAGS (Work) UID 3)"


def test_idle_tells_of_another_session():
    with Session({"box": kept()}) as one, Session({}, one) as two:
        one.command(b"SELECT box")
        two.command(b"SELECT box")
        one.send(b"IDLE")
        assert one.server.line() == b"+ Waiting for DONE"
        two.command(b"STORE 1 +FLAGS.SILENT (\\Answered)")
        assert one.server.line() == b"* 1 FETCH (FLAGS (\\Answered))"
        one.server.send(b"DONE\r\n")
        assert one.server.line() == b"t2 OK IDLE completed"


def test_flags_survive_a_kill():
    """What STORE answered is in the file."""
    with Session({"box": kept()}) as one:
        one.command(b"SELECT box")
        one.command(b"STORE 1:3 +FLAGS.SILENT (\\Deleted)")
        one.server.process.kill()
        with Session({}, one) as two:
            two.command(b"SELECT box")
            assert two.command(b"FETCH 1:* FLAGS") == [
                b"* %d FETCH (FLAGS (\\Deleted))" % n for n in (1, 2, 3)]


def test_idle_session_is_small():
    """A message costs an idle session at most 24 octets."""
    one = FROM + b"Subject: x\n\nbody\n\n"
    with Session({"small": one * 10, "large": one * 100010}) as s:
        s.command(b"EXAMINE small")
        small = s.memory("RssAnon")
        s.command(b"EXAMINE large")
        s.command(b"FETCH 1:* (UID FLAGS RFC822.SIZE)")
        s.command(b"NOOP")
        large = s.memory("RssAnon")
        if "ASAN_OPTIONS" not in os.environ:
            assert (large - small) * 1024 < 100000 * 24 + 600000


def mail(subject, body, internal=b""):
    return FROM + b"Subject: " + subject + b"\n" + internal + b"\n" + body + \
        b"\n"


def test_structure_of_a_message_that_was_moved():
    """Another program took lines out of the message before: the positions of
    the parts known so far are those of other octets now."""
    status = b"Status: RO\nX-Status: \n"
    rest = mail(b"two", b"y" * 50 + b"\n") + mail(b"three", b"secret\n" * 9)
    with Session({"box": mail(b"one", b"x\n", status) + rest}) as s:
        s.command(b"SELECT box")
        assert s.fetch(2, b"[1]") == b"y" * 50 + b"\r\n"
        s.home.write("box", (mail(b"one", b"x\n") + rest).decode())
        s.command(b"NOOP")
        assert s.fetch(2, b"[1]") == b"y" * 50 + b"\r\n"


KEPT = b"Status: O\nX-Status: \nX-Keywords:%s\nX-UID: %d\n"


def kept_mail(uid, body=b"text\n"):
    """As a rewrite leaves it: with room for flags."""
    base = b"X-IMAPbase: 1700000000 99\n" if uid == 1 else b""
    return mail(b"m%d" % uid, body, base + KEPT % (b" " * 30, uid))


def flags_of(s, msgno):
    line = s.command(b"FETCH %d FLAGS" % msgno)[0]
    return set(re.search(rb"FLAGS \((.*)\)\)", line).group(1).split())


def test_flags_of_two_sessions_add_up():
    """Flags that two sessions give one message without a look in between."""
    box = b"".join(kept_mail(n) for n in (1, 2, 3))
    both = {b"\\Answered", b"\\Seen"}
    with Session({"box": box}) as one, Session({}, one) as two:
        one.command(b"SELECT box")
        two.command(b"SELECT box")
        one.command(b"STORE 2 +FLAGS (\\Answered)")
        news = two.command(b"STORE 2 +FLAGS (\\Seen)")
        assert news[-1] == b"* 2 FETCH (FLAGS (\\Seen \\Answered))"
        assert flags_of(two, 2) == both
        one.command(b"NOOP")
        assert flags_of(one, 2) == both
        one.command(b"STORE 2 -FLAGS (\\Answered)")
        two.command(b"STORE 2 +FLAGS (Later)")
        one.command(b"NOOP")
        assert flags_of(one, 2) == {b"\\Seen", b"Later"}


def test_flags_of_another_session_in_a_large_mailbox():
    """Mail that arrives at the same time does not hide them, and they are not
    overwritten."""
    box = b"".join(kept_mail(n, b"x" * 60000 + b"\n") for n in range(1, 91))
    with Session({"box": box}) as one, Session({}, one) as two:
        one.command(b"SELECT box")
        two.command(b"SELECT box")
        for late in (False, True):
            one.command(b"NOOP")
            one.command(b"STORE 1 +FLAGS (\\Answered)")
            with open(one.home.file("box"), "ab") as f:
                f.write(mail(b"new", b"text\n"))
            if late:                    # two writes without having looked
                two.command(b"STORE 1 +FLAGS (\\Flagged)")
            else:
                assert b" EXISTS" in two.command(b"NOOP")[0]
                two.command(b"STORE 1 +FLAGS (\\Seen)")
            one.command(b"NOOP")
            one.command(b"NOOP")
            want = {b"\\Answered", b"\\Seen"} | ({b"\\Flagged"} if late
                                                 else set())
            assert flags_of(one, 1) == want
            assert flags_of(two, 1) == want
            one.command(b"STORE 1 -FLAGS (\\Answered)")


def test_flags_of_another_session_outlive_a_close():
    """What a session marks at its end, so that it is \\Recent to nobody any
    more, keeps the flags that others gave it."""
    box = b"".join(kept_mail(n).replace(b"Status: O", b"Status: ")
                   for n in (1, 2))
    with Session({"box": box}) as one, Session({}, one) as two:
        one.command(b"SELECT box")
        two.command(b"SELECT box")
        one.command(b"STORE 2 +FLAGS (\\Flagged)")
        two.command(b"UNSELECT")
        two.command(b"SELECT box")
        assert flags_of(two, 2) == {b"\\Flagged"}


def test_store_beside_a_message_that_is_gone():
    """RFC 2180 4.2.1: the others get their flags."""
    with Session({"box": b"".join(kept_mail(n) for n in (1, 2, 3))}) as s:
        s.command(b"SELECT box")
        s.home.write("box", (kept_mail(1) + kept_mail(3)).decode())
        s.command(b"FETCH 1:3 FLAGS")  # it is known but not told
        s.command(b"STORE 1:3 +FLAGS (\\Seen)")
        assert b"* 2 EXPUNGE" in s.command(b"NOOP")
        assert flags_of(s, 1) == flags_of(s, 2) == {b"\\Seen"}


def test_select_of_a_file_that_may_not_be_written():
    with Session({"box": kept_mail(1)}) as s:
        os.chmod(s.home.file("box"), 0o444)
        said = s.command(b"SELECT box")
        assert said[-1] == b"* NO Can't get write access to mailbox, " \
            b"access is readonly"
        assert b"* OK [PERMANENTFLAGS ()] Permanent flags" in said
        s.command(b"STORE 1 +FLAGS (\\Seen)")
        assert flags_of(s, 1) == {b"\\Seen"}
        assert b" NO " not in b"".join(s.command(b"EXAMINE box"))


def test_mailbox_replaced_by_a_fifo():
    """It is gone then, and not an empty mailbox."""
    with Session({"box": kept_mail(1)}) as s:
        s.command(b"SELECT box")
        os.remove(s.home.file("box"))
        os.mkfifo(s.home.file("box"))
        s.home.own(s.home.file("box"))
        s.send(b"NOOP")
        assert b"Fatal mailbox error: Mailbox was removed" in s.server.line()


def test_messages_of_one_size_and_second_are_not_mixed_up():
    """Another program removes a message that has no UID in the file yet: what
    follows it must not come under its UID."""
    box = [mail(b"one", b"x\n"), mail(b"two", b"y\n"), mail(b"six", b"z\n")]
    subject = b"UID FETCH 1:* BODY.PEEK[HEADER.FIELDS (SUBJECT)]"
    for again in (False, True):         # the session, or the next one
        with Session({"box": b"".join(box)}) as s:
            was = s.command(b"EXAMINE box")[2]
            old = s.command(subject)
            s.home.write("box", (box[0] + box[2]).decode())
            if again:
                now = s.command(b"EXAMINE box")[2]
                assert b"[UIDVALIDITY " in now and now != was
            else:
                news = s.command(b"NOOP")
                assert news[:2] == [b"* 2 EXPUNGE", b"* 2 EXISTS"]
            new = s.command(subject)
            if not again:
                assert new[0] == old[0] and b"UID 3 " in new[1]
            assert [b"six" in line for line in new] == [False, True]


def test_reading_while_mail_is_delivered():
    """RFC 3501 7.4.1: the new mail waits for the end of the FETCH; what is
    read ahead of a message that may have moved is not read for nothing."""
    box = b"".join(mail(b"m%d" % n, b"x" * 400 + b"\n") for n in range(2000))
    with Session({"box": box}) as s:
        s.command(b"EXAMINE box")
        with open(s.home.file("box"), "ab") as f:
            f.write(mail(b"new", b"text\n"))
        before = octets_read(s)
        lines = s.command(b"FETCH 1:2000 BODY.PEEK[HEADER]")
        assert b"Subject: m1999\r\n" in lines[1999]
        assert octets_read(s) - before < 2000 * 40000


@pytest.mark.parametrize("replaced", (False, True))
def test_uid_told_to_another_session_is_not_given_again(replaced):
    """Two is behind: it has not seen the mail that came and went, and must
    not give its UID to what came then. No UID is in the file."""
    one, gone, new = (mail(x, b"x\n") for x in (b"one", b"gone", b"new"))

    def write(s, octets):
        if replaced:
            s.home.write("box.new", octets.decode())
            os.rename(s.home.file("box.new"), s.home.file("box"))
        else:
            s.home.write("box", octets.decode())

    with Session({"box": one}) as a, Session({}, a) as b:
        a.command(b"EXAMINE box")
        b.command(b"EXAMINE box")
        write(a, one + gone)
        a.command(b"NOOP")
        assert a.command(b"FETCH 2 UID") == [b"* 2 FETCH (UID 2)"]
        write(a, one + new)
        b.command(b"NOOP")
        assert b.command(b"FETCH 2 UID") == [b"* 2 FETCH (UID 3)"]
        assert b"* 2 EXPUNGE" in a.command(b"NOOP")
        assert a.command(b"FETCH 2 UID") == [b"* 2 FETCH (UID 3)"]


def test_next_message_of_one_size_is_not_read_as_this():
    """Another program removed a message, and the session has not looked yet:
    where two was lies three, and where three was lies four, which are alike
    in all that a from-line and a size tell."""
    box = [mail(n, n * 20 + b"\n") for n in (b"a", b"b", b"c", b"d", b"e")]
    with Session({"box": b"".join(box)}) as s:
        s.command(b"EXAMINE box")
        s.home.write("box", b"".join(box[:1] + box[2:]).decode())
        s.send(b"FETCH 2:4 (BODY.PEEK[] BODY.PEEK[TEXT] BODY.PEEK[1])")
        lines = []
        while not lines or not lines[-1].startswith(b"t2 "):
            lines.append(s.server.line())
        assert lines[-1].startswith(b"t2 NO ")
        for n, letter in ((2, b"b"), (3, b"c"), (4, b"d")):
            start = [i for i, line in enumerate(lines)
                     if line.startswith(b"* %d FETCH (BODY[] " % n)]
            assert len(start) == (n != 2)           # two is gone
            if start:                               # all three of them
                body = lines[start[0]:start[0] + 9]
                assert body.count(letter * 20) == 3
        assert b"* 2 EXPUNGE" in s.command(b"NOOP")
        assert s.fetch(2, b"[1]") == b"c" * 20 + b"\r\n"


def test_check_tells_what_others_removed():
    with Session({"box": kept_mail(1) + kept_mail(2) + kept_mail(3)}) as s:
        s.command(b"SELECT box")
        s.command(b"NOOP")
        s.home.write("box", (kept_mail(1) + kept_mail(3)).decode())
        assert s.command(b"CHECK")[:2] == [b"* 2 EXPUNGE", b"* 2 EXISTS"]


def letter(n, references, extra=b""):
    return (b"From a@b Tue Mar  5 09:01:02 2024 +0000\nMessage-ID: <%d@x>\n"
            b"References: %s\n%s\nx\n\n"
            % (n, b" ".join(b"<%d@x>" % r for r in references), extra))


def test_threads_as_deep_as_the_mailbox():
    """RFC 5256: there is no limit to the nesting of threads. The stack is
    smaller than what a frame for each message would take."""
    count = 30000
    chain = b"".join(letter(i, [i - 1]) for i in range(count))
    back = b"".join(letter(i, [i + 1]) for i in range(count))
    fork = b"".join(letter(i, [i - 1 - i % 2]) for i in range(count))
    numbers = [b"%d" % i for i in range(1, count + 1)]
    with Session({"chain": chain, "back": back, "fork": fork}) as s:
        s.command(b"EXAMINE chain")
        before = s.memory()
        assert s.command(b"THREAD REFERENCES UTF-8 ALL") == [
            b"* THREAD (" + b" ".join(numbers) + b")"]
        s.command(b"EXAMINE back")
        assert s.command(b"THREAD REFERENCES UTF-8 ALL") == [
            b"* THREAD (" + b" ".join(reversed(numbers)) + b")"]
        s.command(b"EXAMINE fork")
        answer = s.command(b"THREAD REFERENCES UTF-8 ALL")[0]
        # each other message branches: (1 2 (3)... and so deeper and deeper
        assert answer.count(b"(") == answer.count(b")") > count // 2
        depth = most = 0
        for ch in answer:
            depth += (ch == 0x28) - (ch == 0x29)
            most = max(most, depth)
        assert most > count // 3
        assert s.memory() - before < 16000 or "ASAN_OPTIONS" in os.environ


def test_a_message_that_refers_to_all():
    """100,000 references in one message, and keys as long as a header."""
    many = letter(1, range(2, 100002)) + letter(100001, [])
    long = letter(3, [], b"Subject: " + b"a" * 200000 + b"b\n")
    with Session({"box": many + long + letter(4, [], b"Subject: a\n")}) as s:
        s.command(b"EXAMINE box")
        assert s.command(b"THREAD REFERENCES UTF-8 ALL") == [
            b"* THREAD (2 1)(3)(4)"]
        assert s.command(b"SORT (SUBJECT) UTF-8 ALL") == [b"* SORT 1 2 4 3"]
        assert s.memory() < 40000 or "ASAN_OPTIONS" in os.environ


def test_sort_and_thread_leave_nothing_behind():
    """A message costs an idle session nothing for having been sorted."""
    box = b"".join(letter(i, [i // 2], b"Subject: %d\nTo: %d@x\n" % (i, i))
                   for i in range(20000))
    with Session({"box": box}) as s:
        s.command(b"EXAMINE box")
        s.command(b"NOOP")
        before = s.memory("RssAnon")
        for _ in range(3):
            s.command(b"SORT (SUBJECT TO DATE SIZE) UTF-8 ALL")
            s.command(b"THREAD REFERENCES UTF-8 ALL")
            s.command(b"THREAD ORDEREDSUBJECT UTF-8 ALL")
        s.command(b"NOOP")
        assert s.memory("RssAnon") - before < 1000 or \
            "ASAN_OPTIONS" in os.environ
