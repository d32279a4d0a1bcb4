"""What servers say of messages: answers of FETCH as values, ENVELOPE and
BODYSTRUCTURE as flat tables whose keys name the section and the item.
"""
import re

ENVELOPE = ("date", "subject", "from", "sender", "reply-to", "to", "cc",
            "bcc", "in-reply-to", "message-id")
ATOM = re.compile(rb"(?:[^][\s()]|\[[^]]*\])+")
NUMBER = re.compile(rb"\d+\Z")
ESCAPE = re.compile(rb"\\(.)", re.S)


# -------------------------------------------------------------- answers

class Reader:
    """The values of an answer, one after the other."""

    def __init__(self, octets):
        self.octets, self.at = octets, 0

    def peek(self):
        return self.octets[self.at:self.at + 1]

    def expect(self, octets):
        end = self.at + len(octets)
        assert self.octets[self.at:end] == octets, \
            self.octets[max(0, self.at - 99):end + 99]
        self.at = end

    def items(self):
        """A list, without recursion: NIL is None, atoms are str."""
        self.expect(b"(")
        top, open_lists = [], []
        while True:
            first = self.peek()
            if first == b"(":
                self.at += 1
                open_lists.append(top)
                top = []
            elif first == b")":
                self.at += 1
                if not open_lists:
                    return top
                open_lists[-1].append(top)
                top = open_lists.pop()
            elif first == b" ":
                self.at += 1
            else:
                top.append(self.single())

    def single(self):
        if self.peek() == b'"':
            return self.quoted()
        if self.peek() == b"{":
            return self.literal()
        m = ATOM.match(self.octets, self.at)
        assert m, self.octets[self.at:self.at + 99]
        self.at = m.end()
        word = m.group()
        if word == b"NIL":
            return None
        return int(word) if NUMBER.match(word) else word.decode("ascii")

    def quoted(self):
        end = self.at + 1
        while self.octets[end:end + 1] != b'"':
            end += 2 if self.octets[end:end + 1] == b"\\" else 1
        text = self.octets[self.at + 1:end]
        assert b"\r" not in text and b"\n" not in text, text
        self.at = end + 1
        return ESCAPE.sub(rb"\1", text)

    def literal(self):
        end = self.octets.index(b"}\r\n", self.at)
        start = end + 3
        self.at = start + int(self.octets[self.at + 1:end])
        assert self.at <= len(self.octets)
        return self.octets[start:self.at]


def fetched(octets):
    """{msgno: {item: value}} of all FETCH answers in what a server said; any
    tagged answer but OK is a fault."""
    rows, reader = {}, Reader(octets)
    while reader.at < len(octets):
        m = re.compile(rb"\* (\d+) FETCH ").match(octets, reader.at)
        if m:
            reader.at = m.end()
            items = reader.items()
            rows.setdefault(int(m.group(1)), {}).update(
                zip(items[::2], items[1::2]))
            reader.expect(b"\r\n")
            continue
        end = octets.index(b"\n", reader.at)
        line = octets[reader.at:end]
        assert line.startswith((b"* ", b"+ ")) or b" OK" in line, line
        reader.at = end + 1
    return rows


# ------------------------------------------------------------ structures

def lower(octets):
    return octets.lower() if octets is not None else None


def params(items):
    items = items or []
    return [(lower(name), value)
            for name, value in zip(items[::2], items[1::2])]


def disposition(item):
    return [lower(item[0]), params(item[1])] if item else None


def put_envelope(rows, section, items):
    for name, value in zip(ENVELOPE, items):
        rows[section, name] = value


def multipart(body):
    return isinstance(body[0], list)


def kids_of(body):
    return body[:next(i for i, item in enumerate(body)
                      if not isinstance(item, list))]


def is_message(body):
    return not multipart(body) and lower(body[0]) == b"message" and \
        lower(body[1]) == b"rfc822" and len(body) > 8 and \
        isinstance(body[7], list)


def flat(envelope, body):
    """{(section, item): value}; section "" is the message. "shape" of it is
    the tree with nothing but its knots."""
    rows = {}
    put_envelope(rows, "", envelope)
    ahead = [("" if multipart(body) else "1", body)]
    while ahead:
        section, body = ahead.pop()
        put_part(rows, section, body)
        if multipart(body):
            base = section + "." if section else ""
            ahead += [(base + str(i + 1), kid)
                     for i, kid in enumerate(kids_of(body))]
        elif is_message(body):
            put_envelope(rows, section, body[7])
            inner = body[8]
            ahead.append((section if multipart(inner) else section + ".1",
                         inner))
    return rows


def put_part(rows, section, body):
    if multipart(body):
        kids = len(kids_of(body))
        kind, rest = b"multipart/" + lower(body[kids]), body[kids + 1:]
        names = ("params", "disposition", "language", "location")
        section = section + "[]"
    else:
        kind = lower(body[0]) + b"/" + lower(body[1])
        names = ["params", "id", "description", "encoding", "octets"]
        rest = body[2:]
        if is_message(body):
            rest = rest[:5] + rest[7:]
            names += ["lines"]
        elif kind.startswith(b"text/"):
            names += ["lines"]
        names += ["md5", "disposition", "language", "location"]
    rows[section, "type"] = kind
    for name, value in zip(names, list(rest) + [None] * 4):
        if name == "params":
            value = params(value)
        elif name == "disposition":
            value = disposition(value)
        elif name == "encoding":
            value = lower(value)
        rows[section, name] = value


def sections(rows):
    """The sections whose texts a FETCH can ask for, of flat()'s table."""
    out = ["", "HEADER", "TEXT"]
    for section, item in rows:
        if item != "type" or section in ("", "[]"):
            continue
        number = section.replace("[]", "")
        if (number, "from") in rows and section.endswith("[]"):
            continue    # the multipart in a message: the message's number
        out += [number, number + ".MIME"]
        if (number, "from") in rows:
            out += [number + ".HEADER", number + ".TEXT"]
    return sorted(set(out))
