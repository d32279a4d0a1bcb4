"""Messages put together at random from what structure is made of, with CR and
NUL wherever: what FETCH says of a message is what its octets, as FETCH sends
them, say when they are read alone. A client that parses them itself, or hands
them on, is not shown another message than one that believes the server."""
import os
import random
import sys

import collect
import imap
import readings
import servers

sys.path.insert(0, os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
import test_grammar_peers  # noqa: E402

MESSAGES = 500
HEAD = b"X: y\nContent-Type: multipart/mixed; boundary=b\n"
PIECES = (
    b"--b", b"--b--", b"--c", b"--c--", b"\n", b"\n", b"\n\n", b"\r\n",
    b"\r\r\n", b"\r", b"\r\n\r\n", b"\0", b" ", b"\t", b"x", b"--",
    b"\n\n--b\n", b"\n--c\n", b"\n--b--\n",
    b"Content-Type: multipart/mixed; boundary=b\n",
    b"Content-Type: multipart/digest; boundary=c\n",
    b"Content-Type: message/rfc822\n", b"Content-Type: text/html\n",
    b"Subject: a\n", b"Subject: x\r y\n", b"Sub\rject: q\n",
    b"From: g:a@b;\n", b"To: \"\r\\\" \\\\\r\" <a\r@b>\n")


def hostile():
    chance = random.Random(1)
    out = []
    for number in range(MESSAGES):
        text = HEAD + b"".join(chance.choice(PIECES)
                               for _ in range(chance.randint(1, 25)))
        if not text.endswith(b"\n"):
            text += b"\n"
        out.append(collect.Mail("hostile", str(number), text))
    return out


def test_what_is_said_is_what_is_sent(tmp_path):
    mails = hostile()
    peer = servers.Ours(mails)
    try:
        tables = readings.tables(peer.structures())
        sections = [sorted(set(imap.sections(table))) for table in tables]
        texts = peer.texts(sections)
    finally:
        peer.close()
    paths = []
    for number, text in enumerate(texts):
        paths.append(str(tmp_path / str(number)))
        with open(paths[-1], "wb") as f:
            f.write(text[""])
    alone = test_grammar_peers.shown(paths, "-c")
    for mail, table, text, row in zip(mails, tables, texts, alone):
        assert table.pop(("", "size")) == len(text[""]), mail.octets
        assert text["HEADER"] + text["TEXT"] == text[""], mail.octets
        assert table == imap.flat(*row), mail.octets
        for section, item in table:
            if item == "octets" and section in text:
                assert table[section, item] == len(text[section]), mail.octets
