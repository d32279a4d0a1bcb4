"""Finds mails among the files of a package, and makes of them what every
server can be given.

A file holds mail if it begins with header fields of which two are those of
mail. An mbox is taken apart. What mailbox formats would change is changed for
all readers alike beforehand (see wire()), so that differences are those of
the readers.
"""
import hashlib
import os
import re
import zlib

LARGEST = 4 << 20       # octets of a file that is looked at
KNOWN = (b"from", b"to", b"cc", b"subject", b"date", b"message-id",
         b"received", b"mime-version", b"content-type", b"return-path",
         b"content-transfer-encoding", b"x-mailer", b"user-agent",
         b"delivered-to", b"in-reply-to", b"reply-to", b"sender")
FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")
# RFC 4155: a line "From SENDER DATE" at the beginning or behind a blank line.
FROM_LINE = re.compile(
    rb"From [^\n]*\d\d:\d\d[^\n]* (?:19|20)\d\d[^\n]*\n")
QUOTED = re.compile(rb"(?m)^From (?=.*\d:\d\d)")
# What a mailbox file keeps in headers for itself.
INTERNAL = re.compile(
    rb"(?:status|x-status|x-keywords|x-uid|x-imap|x-imapbase|"
    rb"content-length)[ \t]*:", re.I)


class Mail:
    """One message: where it comes from and its octets, LF line ends."""

    def __init__(self, package, path, octets):
        self.package, self.path, self.octets = package, path, octets
        self.digest = hashlib.sha256(octets).hexdigest()[:12]

    def __str__(self):
        return "%s %s (%s)" % (self.digest, self.path, self.package)


def is_mail(octets):
    names = set()
    lines = octets[:65536].split(b"\n")
    for number, line in enumerate(lines):
        line = line.rstrip(b"\r")
        if number == 0 and line.startswith(b"From "):
            continue
        if line[:1] in (b" ", b"\t") and names:
            continue
        m = FIELD.match(line)
        if not m:
            break
        names.add(m.group(1).lower())
    return len(names.intersection(KNOWN)) >= 2


def messages(octets):
    """The messages of a file, one unless it is an mbox."""
    starts = [m.start() for m in FROM_LINE.finditer(octets)
              if m.start() == 0 or
              octets[:m.start()].endswith((b"\n\n", b"\n\r\n"))]
    if not starts or starts[0] != 0:
        if octets.startswith((b"From ", b">From ")):
            octets = octets.partition(b"\n")[2]
        return [octets]
    out = []
    for start, end in zip(starts, starts[1:] + [len(octets)]):
        text = octets[start:end].partition(b"\n")[2]
        if end != len(octets):
            text = text[:-2] if text.endswith(b"\r\n") else text[:-1]
        out.append(text)
    return out


def wire(octets):
    """LF line ends and no CR, as a mailbox file has them; what looks like the
    beginning of a message quoted, as a delivery agent does; no fields that
    belong to the mailbox; a last line end, and an empty line if there is none
    at all, which in an mbox file every header has."""
    octets = octets.replace(b"\r", b"")
    header, empty, body = octets.partition(b"\n\n")
    if octets.startswith(b"\n"):
        header, empty, body = b"", b"", octets
    kept, hidden = [], False
    for line in header.split(b"\n"):
        if not line.startswith((b" ", b"\t")):
            hidden = INTERNAL.match(line) is not None
        if not hidden:
            kept.append(line)
    octets = QUOTED.sub(b">From ", b"\n".join(kept) + empty + body)
    if not octets.endswith(b"\n"):
        octets += b"\n"
    return octets if b"\n\n" in octets else octets + b"\n"


def plain(name, octets):
    """What is in a file, unpacked."""
    if not name.endswith(".gz"):
        return octets
    try:
        return zlib.decompressobj(31).decompress(octets, LARGEST)
    except zlib.error:
        return b""


def text_of(path):
    with open(path, "rb") as f:
        return plain(path, f.read(LARGEST))


def mails(package, root, paths):
    """The mails in files below root, in the order of their names."""
    out = []
    for path in sorted(paths):
        octets = text_of(os.path.join(root, path))
        if not is_mail(octets):
            continue
        found = messages(octets)
        for number, message in enumerate(found):
            name = path if len(found) == 1 else "%s#%d" % (path, number + 1)
            if is_mail(message):
                out.append(Mail(package, name, wire(message)))
    return out
