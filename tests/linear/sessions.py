"""Whole sessions of imapd, of which callgrind counts the instructions.

A family is what a client does n times, or with n messages, or with n mailboxes.
One imapd does it for several n, one behind the other; NAMESPACE, which nothing
else asks for, stands before and behind each, and callgrind writes down what was
done between.
"""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

import abuse_rows
import wire

MARK = b"- NAMESPACE\r\n"
OCTETS = 8192       # of the smallest input of an abuse
MESSAGES = 32       # in the smallest mailbox, that is measured
TOTAL = re.compile(rb"^totals: (\d+)$", re.M)
FROM = "From a@b Tue Mar  5 09:01:02 2024 +0000\n"


class Failed(Exception):
    pass


def lines(*commands):
    return b"".join(b"x " + c.encode() + b"\r\n" for c in commands)


def literal(text):
    return "{%d+}\r\n%s" % (len(text), text)


# ------------------------------------------------------------------ mailboxes

def message(i, n):
    """The i-th of n: an answer to one before it, with an attachment."""
    return (FROM + "Date: Tue, %d Mar 2024 09:%02d:00 +0000\n"
            "From: \"Name %d\" <from%d@example.org>\nTo: a@b, c@d\n"
            "Subject: %s[list] subject %d\nMessage-ID: <%d@x>\n"
            "References: <%d@x> <%d@x>\n"
            "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
            "--b\n\ntext %d\n--b\nContent-Type: text/html\n"
            "Content-Transfer-Encoding: base64\n\nYWJjZGVm\n--b--\n\n" %
            (1 + i % 28, i * 7 % 60, i, n - i, "Re: " * (i % 3), i // 2, i,
             i // 3, i // 2, i))


def mailbox(n):
    return "".join(message(i, n) for i in range(1, n + 1))


def odd(n):
    return ",".join(str(i) for i in range(1, n, 2))


def back(n):
    return ",".join(str(i) for i in range(n, 0, -1))


def small(i):
    return literal("Subject: a%d\r\n\r\ntext\r\n" % i)


# What is asked of a mailbox of n messages, which is selected. "Again and
# again" is the number of times a command is given, one for each message.
QUESTIONS = {
    "FETCH FULL": lambda n: ["FETCH 1:* FULL"],
    "FETCH BODYSTRUCTURE": lambda n: ["FETCH 1:* BODYSTRUCTURE"],
    "FETCH texts": lambda n: ["FETCH 1:* (BODY.PEEK[] BODY.PEEK[2])"],
    "FETCH fields": lambda n: [
        "FETCH 1:* BODY.PEEK[HEADER.FIELDS (FROM TO SUBJECT)]"],
    "FETCH a list": lambda n: ["FETCH %s (UID FLAGS)" % odd(n)],
    "FETCH from the end": lambda n: ["FETCH %s RFC822.SIZE" % back(n)],
    "FETCH texts from the end": lambda n: ["FETCH %s BODY.PEEK[]" % back(n)],
    "FETCH UIDs": lambda n: ["UID FETCH %s UID" % odd(n)],
    "FETCH again and again": lambda n: [
        "FETCH %d (ENVELOPE BODY.PEEK[TEXT])" % i for i in range(1, n + 1)],
    "UID FETCH again and again": lambda n: [
        "UID FETCH %d FLAGS" % i for i in range(n, 0, -1)],
    "FETCH and CHECK again and again": lambda n: [
        c for i in range(1, n + 1) for c in ("FETCH %d FLAGS" % i, "CHECK")],
    "SEARCH text": lambda n: ["SEARCH TEXT absent", "SEARCH BODY text"],
    "SEARCH fields": lambda n: ["SEARCH OR FROM example SUBJECT absent",
                                "SEARCH CHARSET UTF-8 SUBJECT Re"],
    "SEARCH dates": lambda n: ["SEARCH SENTSINCE 9-Mar-2024 NOT BEFORE "
                               "1-Jan-2020"],
    "SEARCH a list": lambda n: ["SEARCH OR %s NOT %s" % (odd(n), back(n))],
    "SEARCH UIDs": lambda n: ["UID SEARCH UID %s" % odd(n)],
    "SORT": lambda n: ["SORT (SUBJECT) UTF-8 ALL", "SORT (REVERSE DATE) "
                       "UTF-8 ALL", "SORT (SIZE ARRIVAL FROM) UTF-8 ALL"],
    "THREAD REFERENCES": lambda n: ["THREAD REFERENCES UTF-8 ALL"],
    "THREAD ORDEREDSUBJECT": lambda n: ["THREAD ORDEREDSUBJECT UTF-8 ALL"],
    "STORE": lambda n: ["STORE 1:* +FLAGS (\\Seen)", "STORE 1:* FLAGS ()"],
    "STORE keywords": lambda n: ["STORE %s +FLAGS (one two)" % odd(n),
                                 "CHECK"],
    "STORE again and again": lambda n: [
        "STORE %d +FLAGS.SILENT (\\Answered)" % i for i in range(1, n + 1)],
    "COPY": lambda n: ["CREATE copy", "COPY 1:* copy", "DELETE copy"],
    "COPY a list": lambda n: ["CREATE copy", "COPY %s copy" % odd(n),
                              "DELETE copy"],
    "APPEND many": lambda n: ["CREATE more"] + [
        "APPEND more " + small(i) for i in range(n)] + ["DELETE more"],
    "EXPUNGE half": lambda n: ["STORE %s +FLAGS.SILENT (\\Deleted)" % odd(n),
                               "EXPUNGE"],
    "EXPUNGE all": lambda n: ["STORE 1:* +FLAGS.SILENT (\\Deleted)",
                              "EXPUNGE"],
}


# ---------------------------------------------------------------- one message

def text_of(n):
    return FROM + "Subject: x\n\n" + "0123456789abcde\n" * (n // 16) + "\n"


def parts_of(n):
    return (FROM + "Content-Type: multipart/mixed; boundary=b\n\n" +
            "--b\nContent-Type: text/plain; name=x\n\ntext\n" * (n // 48) +
            "--b--\n\n")


def addresses_of(n):
    return FROM + "To: " + "Name <local@host>,\n " * (n // 20) + "a@b\n\n\n"


# What is asked of a mailbox with one message of n octets.
MESSAGE = {
    "pieces of a text": (text_of, lambda n: [
        "FETCH 1 BODY.PEEK[]<%d.256>" % i for i in range(0, n, 256)]),
    # each is looked for from the last place that is known, 64 KiB before
    "pieces from the end": (lambda n: text_of(64 * n), lambda n: [
        "FETCH 1 BODY.PEEK[TEXT]<%d.4096>" % i
        for i in range(64 * n, 0, -4096)]),
    "parts at once": (parts_of, lambda n: [
        "FETCH 1 (%s)" % " ".join("BODY.PEEK[%d]" % (i + 1)
                                  for i in range(n // 480))]),
    "structure of parts": (parts_of, lambda n: ["FETCH 1 BODYSTRUCTURE"]),
    "ENVELOPE of addresses": (addresses_of, lambda n: ["FETCH 1 ENVELOPE",
                                                       "SEARCH TO absent"]),
    "flags of a large message": (text_of, lambda n: [
        "STORE 1 +FLAGS (\\Seen)", "CHECK"]),
}


# --------------------------------------------------------------------- names

# What is done with a directory d of n mailboxes, and one inside the other.
NAMES = {
    "LIST": lambda n: ["LIST \"\" flat%d/%%" % n, "LIST flat%d/ *" % n],
    "LIST stars": lambda n: ["LIST \"\" flat%d/*m*b*x*" % n],
    "LIST deep": lambda n: ["LIST \"\" deep%d/*" % n],
    "LIST nothing": lambda n: ["LIST \"\" flat%d/*absent" % n],
    "LSUB": lambda n: [
        "LSUB \"\" *", "LSUB \"\" flat%d/%%" % n, "SUBSCRIBE one",
        "UNSUBSCRIBE one"],
    "STATUS": lambda n: ["STATUS flat%d/mailbox%d (MESSAGES UIDNEXT UNSEEN)" %
                         (n, i) for i in range(n)],
    "SELECT": lambda n: ["SELECT flat%d/mailbox%d" % (n, i)
                         for i in range(n)] + ["UNSELECT"],
    "CREATE and DELETE": lambda n: [
        c for i in range(n)
        for c in ("CREATE new%d" % i, "RENAME new%d old%d" % (i, i),
                  "DELETE old%d" % i)],
}


# --------------------------------------------------------------------- families

class Part:
    """One family with one n: what comes before, and what is measured."""

    def __init__(self, name, n, before, octets, fine):
        self.name, self.n, self.before = name, n, before
        self.octets, self.fine = octets, fine


def sizes(first):
    """The smallest is done once in vain, for what is made at its first use."""
    return [first // 2, first, 2 * first, 4 * first]


def of_mailboxes(home, first):
    for name, make in QUESTIONS.items():
        for n in sizes(first):
            box = "%s%d" % (name.replace(" ", ""), n)
            home.write(box, mailbox(n))
            yield Part(name, n, lines("SELECT " + box), lines(*make(n)), True)
    for n in sizes(first):
        home.write("open%d" % n, mailbox(n))
        yield Part("SELECT and CLOSE", n, b"",
                   lines("SELECT open%d" % n, "STATUS open%d (UNSEEN)" % n,
                         "CLOSE"), True)


def of_one(home, first):
    for name, (make, ask) in MESSAGE.items():
        for n in sizes(first):
            box = "%s%d" % (name.replace(" ", ""), n)
            home.write(box, make(n))
            yield Part(name, n, lines("SELECT " + box), lines(*ask(n)), True)


def of_names(home, first):
    home.write("one", "")
    for n in sizes(first):
        for i in range(n):
            home.write("flat%d/mailbox%d" % (n, i), "")
        home.write("deep%d/" % n + "d/" * (n // 2) + "mailbox", "")
    for name, make in NAMES.items():
        for n in sizes(first):
            # there are as many subscriptions as mailboxes in the directory
            before = lines(*("SUBSCRIBE flat%d/mailbox%d" % (n, i)
                             for i in range(n) if name == "LSUB"))
            yield Part(name, n, before, lines(*make(n)), True)


def of_abuse(home, first):
    home.write("box", abuse_rows.BOX.decode())
    for name, make in sorted(abuse_rows.ROWS.items()):
        for n in sizes(first):
            yield Part(name, n, lines("EXAMINE box"),
                       make(n) + b"\r\nDONE\r\n", False)


GROUPS = ((of_mailboxes, MESSAGES), (of_one, OCTETS), (of_names, MESSAGES),
          (of_abuse, OCTETS))


# ---------------------------------------------------------------------- counting

def talk(home, octets):
    """What imapd says to that, and callgrind's counts from mark to mark."""
    out = os.path.join(home.path, "callgrind.out")
    done = wire.whole_session(home, octets, (
        "valgrind", "--quiet", "--tool=callgrind", "--combine-dumps=yes",
        "--dump-before=cmd_namespace", "--callgrind-out-file=" + out))
    with open(out, "rb") as f:
        return done.stdout, [int(n) for n in TOTAL.findall(f.read())]


def check(parts, said):
    """Was everything done? Otherwise refusals would be counted."""
    said = said.split(b"- OK NAMESPACE completed")
    if len(said) != 2 * len(parts) + 1:
        raise Failed("%d marks instead of %d, the last words: %r" %
                     (len(said) - 1, 2 * len(parts), said[-1][-200:]))
    for part, answer in zip(parts, said[1::2]):
        bad = re.search(rb"^x (?:NO|BAD).*", answer, re.M)
        if part.fine and bad:
            raise Failed("%s %d: %r" % (part.name, part.n, bad.group(0)))


def measure_group(make, first):
    home = wire.Home()
    home.config.append("set sandbox 0")
    try:
        parts = list(make(home, first))
        said, counts = talk(home, b"".join(
            p.before + MARK + p.octets + MARK for p in parts) +
            b"x LOGOUT\r\n")
    finally:
        home.remove()
    check(parts, said)
    # The first count ends at the first mark, the last one with the program.
    if len(counts) < 2 * len(parts) + 1:
        raise Failed("callgrind wrote %d counts" % len(counts))
    found = {}
    for part, count in zip(parts, counts[1::2]):
        if part.n >= first:
            found.setdefault(part.name, {})[part.n] = count
    return found
