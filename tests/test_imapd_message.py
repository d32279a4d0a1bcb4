"""Messages that are decoded, sent and received in pieces."""
import base64
import os
import quopri
import random
import re

import pytest

from test_imapd import FROM, SEED, Session, octets_read


def part(encoding, text):
    return (b"--xx\nContent-Type: application/octet-stream\n"
            b"Content-Transfer-Encoding: " + encoding + b"\n\n" + text +
            b"\n")


def binary(s, section):
    lines = s.command(b"FETCH 1 BINARY.PEEK" + section)
    return re.search(rb"<<(.*)>>\)\Z", lines[0], re.S).group(1)


def test_decoded_pieces_make_the_whole():
    """RFC 3516 4.2: pieces of a decoded part, however cut, are the part."""
    rng = random.Random(SEED)
    data = bytes(rng.randrange(256) for _ in range(200000))
    text = b"".join(
        bytes(rng.randrange(33, 250) for _ in range(rng.randrange(90))) +
        rng.choice((b"", b" ", b"\t")) + b"\r\n" for _ in range(2000))
    quoted = quopri.encodestring(text.replace(b"\r\n", b"\n"))
    box = (FROM + b"Content-Type: multipart/mixed; boundary=xx\n\n" +
           part(b"base64", base64.encodebytes(data)) +
           part(b"quoted-printable", quoted) + b"--xx--\n\n")
    with Session({"box": box}) as s:
        s.command(b"EXAMINE box")
        # the line end before a delimiter is not the part's
        assert quoted.endswith(b"\n")
        for section, want in ((b"[1]", data), (b"[2]", text)):
            assert binary(s, section) == want
            size = s.command(b"FETCH 1 BINARY.SIZE" + section)[0]
            assert size.endswith(b" %d)" % len(want)), size
            pos = 0
            while pos < len(want):
                n = rng.choice((1, 3, 500, 4096, 16384, 65536))
                piece = binary(s, section + b"<%d.%d>" % (pos, n))
                assert piece == want[pos:pos + n], (section, pos, n, SEED)
                pos += n
            for _ in range(60):
                pos = rng.randrange(len(want) + 10)
                n = rng.choice((1, 3, 100, 100000))
                piece = binary(s, section + b"<%d.%d>" % (pos, n))
                assert piece == want[pos:pos + n], (section, pos, n, SEED)


@pytest.mark.parametrize("step", [1, -1])
def test_decoded_pieces_read_a_part_twice(step):
    """Pieces that follow each other, forwards or backwards, cost as much as
    measuring the part and sending it, not the square of it."""
    if "ASAN_OPTIONS" in os.environ:
        pytest.skip("nothing to be learnt, and slow")
    data = b"0123456789abcdef\0" * 300000
    box = (FROM + b"Content-Transfer-Encoding: base64\n\n" +
           base64.encodebytes(data) + b"\n")
    with Session({"box": box}) as s:
        s.command(b"EXAMINE box")
        before = octets_read(s)
        pieces = list(range(0, len(data), 65536))
        for pos in pieces[::step]:
            piece = binary(s, b"[1]<%d.65536>" % pos)
            assert piece == data[pos:pos + 65536]
        # the window may be filled anew for each piece
        assert octets_read(s) - before < \
            4 * len(box) + len(pieces) * 2 * 256 * 1024


def append_large(s, size, literal=b"{%d}"):
    """APPENDs a message of that size, piece by piece, and what was said."""
    head = b"Subject: large\r\n\r\n"
    line = b"0123456789abcdefghijklmnopqrstuvwxyz" * 2 + b"\r\n"
    piece = line * 8192
    s.send(b"APPEND box " + literal % size)
    if b"+" not in literal:
        assert s.server.line().startswith(b"+ ")
    s.server.send(head)
    left = size - len(head)
    while left > 0:
        s.server.send(piece[:left])
        left -= len(piece)
    s.server.send(b"\r\n")
    while True:
        said = s.server.line()
        if said.startswith(b"t%d " % s.tags):
            return said


def test_large_messages_cost_no_memory():
    """A message of 200 MB is appended, copied and fetched in pieces, in less
    than 8 MB above an idle session."""
    if "ASAN_OPTIONS" in os.environ:
        pytest.skip("the sanitizer's own memory")
    size = 18 + 2834000 * 74        # whole lines
    with Session({"box": b"", "other": b""}) as s:
        s.command(b"EXAMINE other")
        s.command(b"NOOP")
        idle = s.memory()
        assert b" OK [APPENDUID " in append_large(s, size)
        assert s.memory() - idle < 8 * 1024
        s.command(b"SELECT box")
        answer = s.command(b"FETCH 1 RFC822.SIZE")[0]
        assert answer == b"* 1 FETCH (RFC822.SIZE %d)" % size
        s.send(b"COPY 1 other")
        assert b" OK [COPYUID " in s.server.line()
        assert s.memory() - idle < 8 * 1024
        for at in (0, 100 << 20, size - 1000):
            want = min(1 << 20, size - at)
            assert len(s.fetch(1, b"[]<%d.1048576>" % at)) == want
        assert s.memory() - idle < 8 * 1024
        lines = s.command(b"STATUS other (MESSAGES)")
        assert lines[0] == b"* STATUS other (MESSAGES 1)"
        assert os.path.getsize(s.home.file("other")) > size * 0.9


def test_refused_large_message():
    """What is refused before its literal is read away, not kept."""
    with Session({"box": b""}) as s:
        s.command(b"NOOP")
        idle = s.memory()
        said = append_large(s, 50 * 1024 * 1024, b"(x {%d+}")
        assert b" BAD Missing or invalid argument" in said
        assert s.memory() - idle < 8 * 1024
        s.command(b"NOOP")


def test_killed_while_a_message_comes():
    """Nothing of it is in the mailbox, and nothing is left elsewhere."""
    with Session({"box": b""}) as s:
        before = set(os.listdir("/tmp"))
        s.send(b"APPEND box {10000000}")
        assert s.server.line().startswith(b"+ ")
        s.server.send(b"Subject: lost\r\n" * 100000)
        s.server.process.kill()
        s.server.process.wait()
        assert os.path.getsize(s.home.file("box")) == 0
        left = set(os.listdir("/tmp")) - before
        assert not [name for name in left if name.startswith("imapd")]
