"""What no honest client sends: each row makes an input of about n octets."""
import random

FROM = b"From a@b Tue Mar  5 09:01:02 2024 +0000\n"
BOX = b"".join(FROM + b"From: a@b\nSubject: m%d\n\ntext %d\n\n" % (i, i)
               for i in range(20))


def many(begin, piece, end, line=60000):
    """Commands of at most `line` octets, full of pieces, n octets in all."""
    def make(n):
        out = b""
        while len(out) < n:
            times = max(1, min(n - len(out), line) // len(piece))
            out += b"a " + begin + piece * times + end + b"\r\n"
        return out
    return make


def repeat(octets):
    return lambda n: octets * (n // len(octets) + 1)


def noise(n):
    rng = random.Random(7)
    return bytes(rng.randrange(256) for _ in range(n))


HTTP = (b"POST / HTTP/1.1\r\nHost: mail.example:143\r\nCookie: a=b\r\n"
        b"Content-Length: 20\r\n\r\na1 LOGIN user pass\r\n")

ROWS = {
    "unknown commands": repeat(b"a XYZZY plugh\r\n"),
    "no commands": repeat(b"\r\n"),
    "tags without command": repeat(b"tag\r\na \r\n"),
    "bad tags": repeat(b"(*) NOOP\r\n\"a\" NOOP\r\n"),
    "wrong state": repeat(b"a LOGIN x y\r\na STARTTLS\r\na AUTHENTICATE X\r\n"),
    "one long line": lambda n: b"a " + b"x" * n + b"\r\n",
    "long lines": many(b"NOOP ", b"x", b"", 70000),
    "long tag": lambda n: b"a" * n + b" NOOP\r\n",
    "long mailbox name": many(b"STATUS ", b"x", b" (MESSAGES)"),
    "long quoted string": many(b"STATUS \"", b"\\\"", b"\" (MESSAGES)"),
    "quoted string without end": many(b"STATUS \"", b"x", b""),
    "NUL": many(b"SEARCH SUBJECT \"", b"a\0", b"\""),
    "bare CR": many(b"SEARCH SUBJECT ", b"a\r", b""),
    "bare LF": repeat(b"a NOOP\n"),
    "CR CR LF": repeat(b"a NOOP\r\r\n"),
    "HTTP": repeat(HTTP),
    "binary noise": noise,
    "TLS hello": repeat(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" +
                        b"\0" * 500 + b"\r\n"),
    "parentheses of FETCH": many(b"FETCH 1 ", b"(", b""),
    "parentheses of SEARCH": many(b"SEARCH ", b"(", b"ALL"),
    "NOT NOT NOT": many(b"SEARCH ", b"NOT ", b"ALL"),
    "OR OR OR": many(b"SEARCH ", b"OR ALL ", b"ALL", 10000),
    "keys of SEARCH": many(b"SEARCH ", b"SUBJECT m ", b"ALL", 30000),
    "parentheses of ID": many(b"ID ", b"(", b""),
    "pairs of ID": many(b"ID (", b"\"a\" \"b\" ", b"NIL NIL)"),
    "flags": many(b"STORE 1 FLAGS.SILENT (", b"\\Seen ", b"\\Seen)"),
    "keywords": many(b"STORE 1 FLAGS.SILENT (", b"kw ", b"kw)"),
    "wildcards": many(b"LIST \"\" ", b"*%", b"b"),
    "wildcards and letters": many(b"LIST \"\" ", b"*a", b""),
    "numbers of a set": many(b"FETCH ", b"1,", b"2 UID"),
    "ranges of a set": many(b"FETCH ", b"1:*,", b"2 UID"),
    "UIDs of a set": many(b"UID FETCH ", b"7:4294967295,", b"2 UID"),
    "large numbers": many(b"FETCH ", b"9", b" UID"),
    "deep sections": many(b"FETCH 1 BODY.PEEK[", b"1.", b"1]"),
    "fields": many(b"FETCH 1 BODY.PEEK[HEADER.FIELDS (", b"x ", b"x)]"),
    "items": many(b"FETCH 1 (", b"UID ", b"UID)"),
    "SORT programs": many(b"SORT (", b"REVERSE DATE ", b"DATE) UTF-8 ALL"),
    "literals that are read": repeat(
        b"a SEARCH SUBJECT {1000+}\r\n" + b"x" * 1000 + b"\r\n"),
    "literals that are too long": repeat(
        b"a STATUS {20000+}\r\n" + b"x" * 20000 + b"\r\n"),
    "literals without end": lambda n: b"a ID (" + b" ".join(
        [b"\"a\" {100+}\r\n" + b"x" * 100] * (n // 111)) + b")\r\n",
    "literals of nobody": repeat(b"a XYZZY {9+}\r\na b c d e\r\n"),
    "announcements": repeat(b"a STATUS {100000}\r\na STATUS {9\r\n"),
    "IDLE without DONE": repeat(b"a IDLE\r\nwell\r\n"),
    "APPEND without mailbox": repeat(
        b"a APPEND none {500+}\r\n" + b"x" * 500 + b"\r\n"),
    "APPEND of a wrong date": repeat(
        b"a APPEND box \"99-Xyz-2024\" {500+}\r\n" + b"x" * 500 + b"\r\n"),
}
