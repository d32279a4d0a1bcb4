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


def test_decoded_pieces_read_a_part_twice():
    """Pieces that follow each other cost as much as measuring the part and
    sending it, not the square of it."""
    if "ASAN_OPTIONS" in os.environ:
        pytest.skip("nothing to be learnt, and slow")
    data = b"0123456789abcdef\0" * 250000
    box = (FROM + b"Content-Transfer-Encoding: base64\n\n" +
           base64.encodebytes(data) + b"\n")
    with Session({"box": box}) as s:
        s.command(b"EXAMINE box")
        before = octets_read(s)
        for pos in range(0, len(data), 65536):
            piece = binary(s, b"[1]<%d.65536>" % pos)
            assert piece == data[pos:pos + 65536]
        # the window may be filled anew for each piece
        assert octets_read(s) - before < \
            4 * len(box) + 65 * 2 * 256 * 1024
