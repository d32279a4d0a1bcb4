"""Other programs that rewrite a mailbox which sessions have selected: the real
mutt, formail, sed and truncate, and files put in place by rename.

What can be recognised keeps its UID, the rest is expunged or new, and each
session shows what the file has.
"""
import os
import pty
import random
import re
import select
import subprocess
import time

import pytest

from test_imapd import FROM, SEED, Session, flags_of, kept_mail, mail

PATIENCE = 60


def as_user(s):
    """How to start a program as the user of the mailbox."""
    if os.geteuid() != 0:
        return {}
    return {"user": s.home.uid, "group": s.home.gid, "extra_groups": []}


def run(s, *argv, **kw):
    subprocess.run(argv, check=True, timeout=PATIENCE, cwd=s.home.path,
                   env={"HOME": s.home.path, "PATH": "/usr/bin:/bin"},
                   **as_user(s), **kw)


MUTT = ("set folder=~ header_cache='' delete=yes quit=yes move=no "
        "mark_old=no confirmappend=no confirmcreate=no wait_key=no "
        "sleep_time=0 sort=mailbox-order; push ")


def mutt(s, keys):
    """Mutt on a terminal of its own, typing keys."""
    mine, theirs = pty.openpty()
    process = subprocess.Popen(
        ["mutt", "-n", "-F", "/dev/null", "-e", MUTT + keys, "-f",
         s.home.file("box")], stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True, cwd=s.home.path,
        env={"HOME": s.home.path, "PATH": "/usr/bin:/bin", "TERM": "vt100",
             "LINES": "24", "COLUMNS": "80", "EDITOR": "true"}, **as_user(s))
    os.close(theirs)
    said, end = b"", time.monotonic() + PATIENCE
    try:
        while process.poll() is None and time.monotonic() < end:
            if select.select([mine], [], [], 0.1)[0]:
                said += os.read(mine, 65536)
    except OSError:
        pass                            # the terminal's end
    finally:
        os.close(mine)
    try:
        assert process.wait(PATIENCE) == 0, said
    except subprocess.TimeoutExpired:
        process.kill()
        raise AssertionError(said) from None


def picture(s):
    """(UID, flags, subject, text's first octets) of all messages."""
    lines = s.command(b"FETCH 1:* (UID FLAGS BODY.PEEK[HEADER.FIELDS "
                      b"(SUBJECT)])") if exists(s) else []
    out = []
    for line in lines:
        m = re.match(rb"\* (\d+) FETCH \(UID (\d+) FLAGS \(([^)]*)\) ", line)
        if not m:
            continue
        subject = re.search(rb"Subject: (\S*)", line).group(1)
        flags = frozenset(m.group(3).split()) - {b"\\Recent"}
        out.append((int(m.group(2)), flags, subject,
                    s.fetch(int(m.group(1)), b"[TEXT]<0.40>")))
    return out


def exists(s):
    return bool(s.command(b"SEARCH ALL")[-1].split()[2:])


def uids(s):
    return [row[0] for row in picture(s)]


def look(s):
    """What a NOOP tells, without what came since."""
    return [line for line in s.command(b"NOOP")
            if b"FETCH" not in line and b" FLAGS " not in line]


def fresh(s):
    """What a session shows that comes now."""
    with Session({}, s) as other:
        other.command(b"EXAMINE box")
        return picture(other)


THREE = b"".join(kept_mail(n, b"text %d\n" % n) for n in (1, 2, 3))

# What mutt does; the UIDs that stay, and the flags of the last message.
BY_MUTT = {
    "flag": ("<last-entry><flag-message><sync-mailbox><exit>", [1, 2, 3],
             {b"\\Flagged"}),
    "delete-first": ("<first-entry><delete-message><sync-mailbox><exit>",
                     [2, 3], set()),
    "delete-middle": ("2<enter><delete-message><sync-mailbox><exit>", [1, 3],
                      set()),
    "delete-first-flag-last": (
        "<first-entry><delete-message><last-entry><flag-message>"
        "<sync-mailbox><exit>", [2, 3], {b"\\Flagged"}),
    "delete-all": ("<tag-pattern>~A<enter><tag-prefix><delete-message>"
                   "<sync-mailbox><exit>", [], set()),
    "copy-to-itself": ("<first-entry><copy-message>=box<enter>"
                       "<exit>", [1, 2, 3, 100], set()),
}


@pytest.mark.parametrize("what", BY_MUTT)
def test_mutt(what):
    """Two idle sessions, one of which looks only after all is done."""
    keys, want, flags = BY_MUTT[what]
    with Session({"box": THREE}) as one, Session({}, one) as two:
        validity = [x for x in one.command(b"SELECT box")
                    if b"UIDVALIDITY" in x]
        two.command(b"SELECT box")
        mutt(one, keys)
        look(one)
        assert uids(one) == want
        if want:
            assert picture(one)[-1][1] == flags
            assert fresh(one) == picture(one)
        look(two)
        assert picture(two) == picture(one)
        for n, (_, _, subject, text) in zip(want, picture(one)):
            if n < 100:
                assert (subject, text) == (b"m%d" % n, b"text %d\r\n" % n)
        one.command(b"CHECK")
        if want:
            one.command(b"CLOSE")
            assert validity == [x for x in one.command(b"SELECT box")
                                if b"UIDVALIDITY" in x]
            assert uids(one) == want


def test_mutt_while_idle():
    with Session({"box": THREE}) as one:
        one.command(b"SELECT box")
        one.send(b"IDLE")
        assert one.server.line() == b"+ Waiting for DONE"
        mutt(one, "2<enter><delete-message><sync-mailbox><exit>")
        assert one.server.line() == b"* 2 EXPUNGE"
        assert one.server.line() == b"* 2 EXISTS"


def test_structure_after_mutt():
    """Header lines that mutt added move the text of a message whose structure
    is known already."""
    parts = (b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n"
             b"\n--b\n\none\n--b\n\ntwo\n--b--\n")
    box = kept_mail(1) + FROM + b"Subject: m2\nX-UID: 2\n" + parts + b"\n"
    with Session({"box": box}) as s:
        s.command(b"SELECT box")
        assert s.fetch(2, b"[2]") == b"two"
        mutt(s, "<last-entry><flag-message><sync-mailbox><exit>")
        with open(s.home.file("box"), "rb") as f:
            assert b"Content-Length: " in f.read()
        assert s.fetch(2, b"[2]") == b"two"
        look(s)
        assert s.fetch(2, b"[2]") == b"two"
        whole = s.fetch(2, b"[]")
        size = s.command(b"FETCH 2 RFC822.SIZE")[0]
        assert size.endswith(b"SIZE %d)" % len(whole))


def formail_without_first(s):
    run(s, "sh", "-c", "formail -s <box >new && formail +1 -s <new >box")


BY_OTHERS = {
    "formail": (formail_without_first, [2, 3]),
    "formail-header": (lambda s: run(
        s, "sh", "-c", "formail -s formail -I 'X-Seen: yes' <box >new && "
        "cat new >box"), [1, 2, 3]),
    "sed-in-place": (lambda s: run(s, "sed", "-i", "/^Subject: m2/,/^From /d",
                                   s.home.file("box")), None),
    "sed-by-rename": (lambda s: run(
        s, "sh", "-c", "sed -n '/m3/,$!p' box | sed '$d' >new && mv new box"),
        [1, 2]),
    "truncate-to-nothing": (lambda s: run(s, "truncate", "-s", "0", "box"),
                            []),
    "without-internal-lines": (lambda s: run(
        s, "sh", "-c", "grep -v '^X-[UIK]' box >new; mv new box"), [1, 2, 3]),
}


@pytest.mark.parametrize("what", BY_OTHERS)
def test_other_programs(what):
    edit, want = BY_OTHERS[what]
    with Session({"box": THREE}) as one, Session({}, one) as two:
        one.command(b"SELECT box")
        two.command(b"SELECT box")
        edit(one)
        look(one)
        if want is not None:
            assert uids(one) == want
        if exists(one):
            assert fresh(one) == picture(one)
        look(two)
        assert picture(two) == picture(one)
        with open(one.home.file("box"), "ab") as f:
            f.write(mail(b"new", b"text\n"))
        look(one)
        look(two)
        assert picture(two) == picture(one) == fresh(one)
        assert picture(one)[-1][2] == b"new"


def test_cut_in_a_message():
    """Not to be matched: a message that lost octets under its UID."""
    with Session({"box": THREE}) as s:
        s.command(b"SELECT box")
        os.truncate(s.home.file("box"), len(THREE) - 4)
        s.send(b"NOOP")
        assert b"shrank" in s.server.line()


def test_octets_of_a_literal_that_are_gone():
    """The announced octets went while they were sent: the connection ends,
    and nothing of another message was sent in their place."""
    box = kept_mail(1, b"a" * 70 + b"\n") + \
        kept_mail(2, (b"b" * 70 + b"\n") * 200000) + \
        kept_mail(3, (b"c" * 70 + b"\n") * 200000)
    with Session({"box": box}) as s:
        s.command(b"SELECT box")
        s.send(b"FETCH 2 BODY.PEEK[TEXT]")
        head = s.octets(100000)         # the server waits for its client
        first = s.home.file("new")
        with open(first, "wb") as f:
            f.write(box[:len(kept_mail(1))] + box[-14200300:])
        s.home.own(first)
        # in place, as an editor of the same inode does
        run(s, "sh", "-c", "cat new >box")
        rest = b""
        while s.server._more() or s.server.buffer:
            rest += s.server.buffer
            s.server.buffer = b""
        text = (head + rest).split(b"}\r\n", 1)[1]
        assert set(text) <= set(b"b\r\n")
        assert len(text) < 72 * 200000


def small_edit(rng, parts):
    """One of the things that editors do to a list of messages."""
    what = rng.randrange(5)
    if what == 0 and parts:
        del parts[rng.randrange(len(parts))]
    elif what == 1 or not parts:
        name = b"new%d" % rng.randrange(10 ** 9)
        parts.append(mail(name, name + b"\n"))
    elif what == 2:
        del parts[:rng.randrange(len(parts))]
    elif what == 3:
        n = rng.randrange(len(parts))   # another message in its place
        name = b"edit%d" % rng.randrange(10 ** 9)
        parts[n] = mail(name, name + b"\n")
    else:
        rng.shuffle(parts)


def edit(rng, s):
    with open(s.home.file("box"), "rb") as f:
        octets = f.read()
    parts = re.findall(rb"(?ms)^From a@b.*?(?=^From a@b|\Z)", octets)
    small_edit(rng, parts)
    if rng.random() < 0.5:
        s.home.write("box.new", b"".join(parts).decode("latin-1"))
        os.rename(s.home.file("box.new"), s.home.file("box"))
    else:
        s.home.write("box", b"".join(parts).decode("latin-1"))


def validity_of(lines):
    return re.search(rb"UIDVALIDITY (\d+)", b" ".join(lines)).group(1)


def try_command(s, command):
    """False if the session says that it could not recognise the mailbox."""
    s.send(command)
    lines = []
    while True:
        line = s.server.line()
        if line is None or line.startswith(b"t%d " % s.tags):
            break
        lines.append(line)
    if line is not None and b" OK" in line:
        return True
    assert any(b"Unexpected changes" in x or b"shrank" in x
               for x in lines + [line or b""]), (lines, line)
    return False


@pytest.mark.parametrize("size", (4, 60000))
@pytest.mark.parametrize("command", (b"SELECT box", b"EXAMINE box"))
def test_any_edits(command, size):
    """Whatever is done to the file: three sessions that look at different
    moments never show two messages under one UID, and agree at the end. One
    that recognises nothing may end, which is rare."""
    rng = random.Random(SEED)
    box = b"".join(mail(b"old%d" % n, b"old\n" * (size // 4))
                   for n in range(8))
    deaths, known = 0, {}
    with Session({"box": box}) as owner:
        sessions = []
        try:
            for _ in range(3):
                sessions.append(Session({}, owner))
                sessions[-1].validity = validity_of(
                    sessions[-1].command(command))
            for _ in range(80):
                edit(rng, owner)
                for n, s in enumerate(sessions):
                    if rng.random() < 0.6:
                        continue
                    ask = rng.choice((b"NOOP", b"NOOP", b"CHECK"))
                    if not try_command(s, ask):
                        deaths += 1
                        s.__exit__()
                        sessions[n] = s = Session({}, owner)
                        s.validity = validity_of(s.command(command))
                    for uid, _, subject, _ in picture(s):
                        assert known.setdefault((s.validity, uid),
                                                subject) == subject, SEED
            alive = [s for s in sessions if try_command(s, b"NOOP")]
            rows = {}
            for s in alive:
                rows.setdefault(s.validity, []).append(
                    [row[0:1] + row[2:] for row in picture(s)])
            for same in rows.values():
                assert all(row == same[0] for row in same), (SEED, same)
            assert deaths < 20, deaths
        finally:
            for s in sessions:
                s.__exit__()


ACTS = (b"STORE %d +FLAGS (\\Seen)", b"STORE %d -FLAGS (\\Seen)",
        b"STORE %d +FLAGS.SILENT (\\Deleted)", b"EXPUNGE", b"CHECK",
        b"STORE %d +FLAGS (%s)", b"NOOP", b"NOOP", b"COPY %d box",
        b"UID EXPUNGE 1:*", b"STORE 1:* +FLAGS (\\Answered)",
        b"STORE 1:* -FLAGS (\\Answered \\Deleted)")


def read_octets(s):
    with open("/proc/%d/io" % s.server.process.pid) as f:
        return int(re.search(r"rchar: (\d+)", f.read()).group(1))


def spoil(rng, home):
    """Damages a change list in one of many ways."""
    folder = os.path.join(home.path, ".cedar")
    precious = os.path.join(home.path, "precious")
    if os.path.exists(precious):
        with open(precious) as f:
            assert f.read() == "kept\n", "a link was followed"
    else:
        home.write("precious", "kept\n")
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if not name.startswith("changes.") or os.path.islink(path) or \
                not os.path.getsize(path):
            continue            # never through a link of our own
        what = rng.randrange(6)
        with open(path, "r+b") as f:
            size = os.path.getsize(path)
            if what == 0:               # as a full disk leaves it
                f.truncate(rng.randrange(size))
            elif what == 1:             # octets turned
                f.seek(rng.randrange(size))
                f.write(bytes(rng.randrange(256) for _ in range(3)))
            elif what == 2:
                f.seek(0, 2)
                f.write(bytes(rng.randrange(256) for _ in range(500)))
            elif what == 3:             # an older list in its place
                text = f.read()
                f.seek(0)
                f.write(text[size // 2:] + text[:size // 2])
        if what == 4:
            os.remove(path)
            os.symlink(precious, path)
        elif what == 5:
            os.remove(path)


@pytest.mark.parametrize("damage", (False, True))
def test_change_list(damage):
    """Sessions that do this and that to a mailbox of some size, beside mail
    that arrives: after a NOOP each shows what the file has, also when the list
    by which they learn it is damaged."""
    rng = random.Random(SEED)
    box = b"".join(kept_mail(n, b"%d\n" % n + b"x" * 70 * 100 + b"\n")
                   for n in range(1, 100))
    with Session({"box": box}) as owner:
        sessions = []
        try:
            for _ in range(4):
                sessions.append(Session({}, owner))
                sessions[-1].command(b"SELECT box")
            for turn in range(150):
                s = rng.choice(sessions)
                count = len(s.command(b"UID SEARCH ALL")[-1].split()) - 2
                act = rng.choice(ACTS)
                if b"%d" in act and count:
                    n = rng.randrange(count) + 1
                    act = act % ((n, b"Key%d" % rng.randrange(5))
                                 if b"%s" in act else n)
                elif b"%d" in act:
                    act = b"NOOP"
                s.send(act)
                while not s.server.line().startswith(b"t%d " % s.tags):
                    pass                # also NO, of a message that is gone
                if rng.random() < 0.2:
                    with open(owner.home.file("box"), "ab") as f:
                        f.write(mail(b"new%d" % turn, b"new\n"))
                if damage and rng.random() < 0.3:
                    spoil(rng, owner.home)
                if turn % 10:
                    continue
                want = None
                for s in sessions:      # flags that wait for a rewrite
                    s.command(b"CHECK")
                for s in sessions:
                    look(s)
                    look(s)             # what a first look left for later
                for s in sessions:
                    now = picture(s)
                    want = want or now
                    assert now == want, (SEED, turn)
                assert fresh(owner) == want, (SEED, turn)
        finally:
            for s in sessions:
                s.__exit__()


def test_change_list_saves_parsing():
    """One session parses what another did, at most: not all of them."""
    box = b"".join(kept_mail(n, b"x" * 70 * 100 + b"\n")
                   for n in range(1, 1000))
    with Session({"box": box}) as owner:
        sessions = []
        try:
            for _ in range(6):
                sessions.append(Session({}, owner))
                sessions[-1].command(b"SELECT box")

            def deliver():
                with open(owner.home.file("box"), "ab") as f:
                    f.write(mail(b"new", b"new\n"))
                time.sleep(0.05)        # more than a tick of the clock

            for act, parses in (
                    (lambda: sessions[0].command(b"STORE 7 +FLAGS (\\Seen)"),
                     0),
                    (deliver, 1),
                    (lambda: sessions[1].command(b"STORE 9 +FLAGS (New)"), 0),
                    (lambda: sessions[0].command(
                        b"STORE 3 +FLAGS.SILENT (\\Deleted)"), 0),
                    (lambda: sessions[0].command(b"EXPUNGE"), 0)):
                act()
                before = sum(read_octets(s) for s in sessions[1:])
                for s in sessions[1:]:
                    s.command(b"NOOP")
                    s.command(b"NOOP")
                read = sum(read_octets(s) for s in sessions[1:]) - before
                assert read < (parses + 0.9) * len(box), read / len(box)
            want = picture(sessions[0])
            for s in sessions[1:]:
                assert picture(s) == want
        finally:
            for s in sessions:
                s.__exit__()


@pytest.mark.parametrize("body", (b"text\n", b"x" * 70 * 2000 + b"\n"))
def test_numbers_stay_true(body):
    """RFC 3501 5.5, 7.4.1: three sessions, one of which expunges. FETCH, STORE
    and SEARCH by number mean what their client knows until it is told."""
    box = b"".join(kept_mail(n, body) for n in range(1, 7))
    with Session({"box": box}) as one, Session({}, one) as two, \
            Session({}, one) as three:
        for s in (one, two, three):
            s.command(b"SELECT box")
        one.command(b"STORE 2,4 +FLAGS.SILENT (\\Deleted)")
        one.command(b"EXPUNGE")
        one.command(b"STORE 1 +FLAGS.SILENT (Later)")

        def told(lines):
            return [line for line in lines if b"EXPUNGE" in line]

        for _ in range(2):
            lines = two.command(b"FETCH 3 (UID)")
            assert b"* 3 FETCH (UID 3)" in lines and not told(lines)
            lines = two.command(b"SEARCH UID 5")
            assert b"* SEARCH 5" in lines and not told(lines)
            lines = two.command(b"STORE 5 +FLAGS.SILENT (\\Flagged)")
            assert not told(lines)
            assert two.fetch(6, b"[HEADER.FIELDS (SUBJECT)]") == \
                b"Subject: m6\r\n\r\n"
        assert flags_of(two, 1) == {b"Later"}
        # what it did by its numbers, it did to the right messages
        one.command(b"NOOP")
        assert [row[0] for row in picture(one) if b"\\Flagged" in row[1]] == \
            [5]
        assert told(two.command(b"NOOP")) == [
            b"* 4 EXPUNGE", b"* 2 EXPUNGE"]
        assert uids(two) == [1, 3, 5, 6]
        # the third one learns all of it at once, and the keyword first
        lines = three.command(b"NOOP")
        assert told(lines) == [b"* 4 EXPUNGE", b"* 2 EXPUNGE"]
        keyword = [n for n, x in enumerate(lines)
                   if x.startswith(b"* FLAGS (") and b"Later" in x]
        used = [n for n, x in enumerate(lines) if b"FLAGS (Later" in x and
                b"FETCH" in x]
        assert keyword and used and keyword[0] < used[0], lines
        assert picture(three) == picture(two) == fresh(one)


def test_another_uidvalidity():
    """RFC 3501 2.3.1.1: it does not change in a session, which ends."""
    with Session({"box": THREE}) as one:
        one.command(b"SELECT box")
        one.home.write("box", THREE.replace(b"1700000000", b"1700000001")
                       .decode("latin-1"))
        one.send(b"NOOP")
        lines = []
        while not lines or lines[-1] is not None:
            lines.append(one.server.line())
        assert any(x and x.startswith(b"* BYE") for x in lines), lines
