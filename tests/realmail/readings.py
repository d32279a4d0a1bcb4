"""The samples as ours, Dovecot and Python read them, each read once."""
import functools
import os
import subprocess

import compare
import corpora
import imap
import python_reader
import ripmime_reader
import servers
from servers import wire


def mails():
    return corpora.load()[0]


def tables(rows):
    out = []
    for row in rows:
        table = imap.flat(row["ENVELOPE"], row["BODYSTRUCTURE"])
        table["", "size"] = row["RFC822.SIZE"]
        out.append(table)
    return out


class Reading:
    """[table], [{section: text}] of all mails, from one server."""

    def __init__(self, kind, sections=None):
        peer = kind(mails())
        try:
            self.tables = tables(peer.structures())
            self.sections = sections or [imap.sections(table)
                                         for table in self.tables]
            self.texts = peer.texts(self.sections)
        finally:
            peer.close()


@functools.lru_cache(None)
def ours():
    return Reading(servers.Ours)


@functools.lru_cache(None)
def dovecot():
    return Reading(servers.Dovecot, ours().sections)


@functools.lru_cache(None)
def python():
    return [python_reader.read(mail.octets) for mail in mails()]


# ---------------------------------------------------------- as Python has it

ADDRESSES = ("from", "sender", "reply-to", "to", "cc", "bcc")


def pairs(items):
    """(name, address) of an ENVELOPE's list, as Python gives them: without
    the marks of groups."""
    if items is None:
        return None
    out = []
    for name, _, mailbox, host in items:
        if host is not None:
            where = b"" if host == b".MISSING-HOST-NAME." else b"@" + host
            out.append((name or b"", mailbox + where))
    return out


def for_python(table):
    return {key: pairs(value) if key[1] in ADDRESSES else value
            for key, value in table.items()}


def from_dovecot():
    """(differences, items compared)"""
    found, count = [], 0
    for i, mail in enumerate(mails()):
        a, b = ours().tables[i], dovecot().tables[i]
        count += len(set(a).intersection(b)) + len(ours().texts[i])
        found += compare.of_tables(mail, a, b) + \
            compare.of_texts(mail, ours().texts[i], dovecot().texts[i])
    return compare.without_counts(found), count


def from_python():
    found, count = [], 0
    for i, mail in enumerate(mails()):
        rows, texts, _ = python()[i]
        table = for_python(ours().tables[i])
        mine = compare.of_tables(mail, table, rows)
        count += len(set(table).intersection(rows))
        if all(d.item != "tree" for d in mine):
            leaves = {key: text for key, text in texts.items()
                      if isinstance(key, str)}
            mine += compare.of_texts(mail, ours().texts[i], leaves)
            count += len(leaves)
        found += mine
    return compare.without_counts(found), count


# ------------------------------------------------------------ decoded parts

DECODE = os.path.join(wire.BUILD, "test", "tools", "decode")


def decoded(parts):
    """Our decoding of [(encoding, text)]."""
    text = b"".join(b"%s %d\n" % (coding, len(octets)) + octets
                    for coding, octets in parts)
    out = subprocess.run([DECODE], input=text, stdout=subprocess.PIPE,
                         check=True).stdout
    rows, at = [], 0
    for _ in parts:
        end = out.index(b"\n", at)
        at = end + 1 + int(out[at:end])
        rows.append(out[end + 1:at])
    assert at == len(out)
    return rows


def from_decoding():
    places, parts, theirs = [], [], []
    for i, mail in enumerate(mails()):
        rows, texts, _ = python()[i]
        for key, value in texts.items():
            if isinstance(key, tuple):
                places.append((mail, key[0]))
                parts.append((rows[key[0], "encoding"], texts[key[0]]))
                theirs.append(value)
    found = [compare.Difference(*place, "decoded", a, b)
             for place, a, b in zip(places, decoded(parts), theirs)
             if a != b]
    return found, len(parts)


# ------------------------------------------------- the leaves, a third time

MIMETOOLS = ["/usr/bin/perl", os.path.join(corpora.HERE, "mimetools.pl")]


def has_mimetools():
    try:
        return subprocess.run(["/usr/bin/perl", "-MMIME::Parser", "-e", "0"],
                              stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def mimetools():
    """[{section: text}] of the leaves, as MIME::Parser has them."""
    text = b"".join(b"%d\n" % len(mail.octets) + mail.octets
                    for mail in mails())
    out = subprocess.run(MIMETOOLS, input=text, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, check=True).stdout
    rows, at = [{}], 0
    while at < len(out):
        end = out.index(b"\n", at)
        words = out[at:end].split()
        at = end + 1
        if words == [b"."]:
            rows.append({})
        else:
            rows[-1][words[0].decode()] = out[at:at + int(words[1])]
            at += int(words[1])
    return rows[:-1]


def from_mimetools():
    found, count = [], 0
    for mail, table, texts, theirs in zip(
            mails(), ours().tables, ours().texts, mimetools()):
        leaves = sorted(section for section, item in table
                        if item == "octets" and
                        (section, "from") not in table)
        count += 1 + len(leaves)
        if leaves != sorted(theirs):
            found.append(compare.Difference(mail, "", "tree", leaves,
                                            sorted(theirs)))
            continue
        found += compare.of_texts(
            mail, texts, {section: python_reader.sent(text)
                          for section, text in theirs.items()})
    return found, count


# ------------------------------------------- decoded parts, a second opinion

def leaves_of(table):
    """The sections of parts that hold no others, as they stand in the mail."""
    return sorted((section for section, item in table if item == "octets" and
                   (section, "from") not in table),
                  key=lambda section: [int(n) for n in section.split(".")])


def has_ripmime():
    return ripmime_reader.PROGRAM is not None


def paired(mail, table, texts, leaves):
    """Differences of the leaves [(section, octets)] from ripmime's files: each
    leaf is to be one of them. Of one that is not, "theirs" is what it is with
    one more line end, if that is there, or else all files that no leaf is; and
    if all have theirs, what is left is a difference of the mail."""
    left = ripmime_reader.read(mail.octets)
    found, alone = [], []
    for section, octets in leaves:
        more = octets + b"\r\n"
        if more in left:
            left.remove(more)
            found.append(compare.Difference(mail, section, "decoded", octets,
                                            (more,)))
        elif octets in left:
            left.remove(octets)
        elif octets:    # of an empty part it makes no file
            alone.append((section, octets))
    boundaries = [value for (section, item), pairs in table.items()
                  if item == "params" and section.endswith("[]")
                  for name, value in pairs if name == b"boundary"]
    octets = ripmime_reader.wire(mail.octets)
    # it also writes each message/rfc822 as it is
    messages = {texts[section].rstrip(b"\r\n") for section, item in table
                if item == "from" and section}
    left = tuple(text for text in left if not ripmime_reader.is_preamble(
        text, octets, boundaries) and text.rstrip(b"\r\n") not in messages)
    found += [compare.Difference(mail, section, "decoded", text, left)
              for section, text in alone]
    if left and not alone:
        found.append(compare.Difference(
            mail, "", "files", tuple(text for _, text in leaves), left))
    return found


def from_ripmime():
    places, parts = [], []
    for i, table in enumerate(ours().tables):
        for section in leaves_of(table):
            coding = table[section, "encoding"].lower()
            places.append((i, section))
            parts.append((coding if coding in (
                b"base64", b"quoted-printable") else b"7bit",
                ours().texts[i][section]))
    leaves = {}
    for (i, section), octets in zip(places, decoded(parts)):
        leaves.setdefault(i, []).append((section,
                                         ripmime_reader.wire(octets)))
    found = []
    for i, mail in enumerate(mails()):
        found += paired(mail, ours().tables[i], ours().texts[i],
                        leaves.get(i, []))
    return found, len(places)
