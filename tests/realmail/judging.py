"""Differences, each judged: a cause says what the peer makes of the mail, what
ours does, and which sentence decides; its predicate holds for nothing else.
A table (judged/PEER) lists every difference under its cause.

Kinds of causes:

    rfc     a sentence of an RFC makes ours right
    api     the toolkit's API and what programs know it to give demand it
    free    no sentence decides, most often as the mail breaks the RFC: both
            recover, ours with what a person can read
"""
import collections
import os

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = ("rfc", "api", "free")
Cause = collections.namedtuple("Cause", "name kind holds peer ours why")


class Causes:
    """The causes of differences from one peer, first match counts."""

    def __init__(self, peer):
        self.peer, self.rows = peer, []

    def add(self, name, kind, peer, ours, why):
        assert kind in KINDS

        def keep(holds):
            self.rows.append(Cause(name, kind, holds, peer, ours, why))
            return holds
        return keep

    def of(self, difference):
        for row in self.rows:
            if row.holds(difference):
                return row.name
        return None


def key(difference):
    return (difference.mail.digest, difference.section or "-",
            difference.item)


def path(peer):
    return os.path.join(HERE, "judged", peer)


def read(peer):
    """{(digest, section, item): cause}"""
    rows, cause = {}, None
    with open(path(peer)) as f:
        for line in f:
            fields = line.split()
            if line.startswith("["):
                cause = line.strip()[1:-1]
            elif fields and not line.startswith("#"):
                section, item = fields[1].rsplit(":", 1)
                rows[fields[0], section, item] = cause
    return rows


def write(peer, judged):
    """judged: [(cause, difference)]"""
    groups = {}
    for cause, d in judged:
        groups.setdefault(cause, []).append(d)
    os.makedirs(os.path.dirname(path(peer)), exist_ok=True)
    with open(path(peer), "w") as f:
        f.write("# Differences from %s under their causes (causes_%s.py): "
                "digest of the mail,\n# section:item, where it is from.\n"
                % (peer, peer))
        for cause in sorted(groups):
            f.write("\n[%s]\n" % cause)
            for d in sorted(groups[cause], key=lambda d: (
                    d.mail.package, d.mail.path, d.section, d.item)):
                f.write("%s\t%s:%s\t%s %s\n" % (
                    d.mail.digest, d.section or "-", d.item, d.mail.package,
                    os.path.basename(d.mail.path)))


def shorten(value, other):
    text = repr(value)
    if isinstance(value, bytes) and isinstance(other, bytes):
        same = os.path.commonprefix([value, other])
        if len(same) > 60:
            text = "%d octets, behind %d: %r" % (
                len(value), len(same), value[len(same) - 20:len(same) + 80])
    return text[:300]


def show(d):
    return "%s [%s] %s\n    ours:   %s\n    theirs: %s" % (
        d.mail, d.section, d.item, shorten(d.ours, d.theirs),
        shorten(d.theirs, d.ours))


def faults(causes, differences, mails):
    """What is wrong with the table, as texts for a person."""
    table, out = read(causes.peer), []
    here = {mail.digest for mail in mails}
    seen = set()
    for d in differences:
        want, found = table.get(key(d)), causes.of(d)
        seen.add(key(d))
        if found is None:
            out.append("not judged: " + show(d))
        elif want != found:
            out.append("judged as %s, but it is %s: %s"
                       % (want, found, show(d)))
    for row in sorted(set(table) - seen):
        if row[0] in here:
            out.append("occurs no more (%s): %s %s:%s"
                       % ((table[row],) + row))
    for name in sorted(set(table.values()) -
                       {row.name for row in causes.rows}):
        out.append("no such cause: " + name)
    return out
