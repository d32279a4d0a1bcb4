"""Differences between two readings of one message."""
import collections

Difference = collections.namedtuple(
    "Difference", "mail section item ours theirs")


def comparable(item, value):
    """Charset names are the same in any case (RFC 2046 section 4.1.2)."""
    if item == "params" and value is not None:
        return [(name, text.lower() if name == b"charset" else text)
                for name, text in value]
    return value


def knots(rows):
    return sorted({section for section, item in rows if item == "type"})


def of_tables(mail, ours, theirs):
    """Where the trees differ, their parts are not compared, and the tree is
    the one difference; envelope and size of the message still are."""
    out = []
    same_tree = knots(ours) == knots(theirs)
    if not same_tree:
        out.append(Difference(mail, "", "tree", knots(ours), knots(theirs)))
    for key in sorted(set(ours).intersection(theirs)):
        if (key[0] == "" or same_tree) and \
                comparable(key[1], ours[key]) != \
                comparable(key[1], theirs[key]):
            out.append(Difference(mail, *key, ours[key], theirs[key]))
    return out


def of_texts(mail, ours, theirs):
    return [Difference(mail, section, "text", ours[section], theirs[section])
            for section in sorted(set(ours).intersection(theirs), key=str)
            if ours[section] != theirs[section]]


COUNTS = {"octets": len, "lines": lambda text: text.count(b"\r\n")}


def without_counts(found):
    """Octets and lines that differ because the text does, and are right for
    it on both sides, are no differences of their own."""
    texts = {(d.mail, d.section): d for d in found if d.item == "text"}

    def follows(d):
        text = texts.get((d.mail, d.section))
        return text is not None and d.item in COUNTS and \
            COUNTS[d.item](text.ours) == d.ours and \
            COUNTS[d.item](text.theirs) == d.theirs
    return [d for d in found if not follows(d)]
