"""Messages of 200 MB, and sessions on 10,000 messages: what they take of memory
and how often the octets are read."""
import base64
import os
import re
import tempfile
import time

import pytest

from test_imapd import FROM, Session, octets_read

MB = 1 << 20
SIZE = 200 * MB
LINE = b"0123456789 abcdefghijklmnopqrstuvwxyz 0123456789 ABCDEFGHIJKLM\n"
BUDGET = 8000       # KiB above the idle session
SANITIZED = "ASAN_OPTIONS" in os.environ


@pytest.fixture(autouse=True)
def in_memory(monkeypatch):
    """Files of 200 MB go where no disk has to be waited for."""
    if os.path.isdir("/dev/shm"):
        monkeypatch.setattr(tempfile, "tempdir", "/dev/shm")


def answer(s, command, keep=400):
    """Octets of the whole answer, and its end; it is not kept."""
    s.send(command)
    tag = b"t%d " % s.tags
    end = re.compile(rb"(?:\A|\n)" + tag + rb"[^\n]*\n\Z")
    os.set_blocking(s.server.fd_in, True)
    tail, s.server.buffer = s.server.buffer, b""
    count = len(tail)
    while not end.search(tail):
        data = os.read(s.server.fd_in, MB)
        assert data, "closed after %r" % tail[-100:]
        count += len(data)
        tail = (tail + data)[-keep:]
    assert b"\n" + tag + b"OK" in b"\n" + tail, tail
    return count, tail


def append(s, box, pieces):
    """APPEND of a message that comes in pieces."""
    s.tags += 1
    s.server.send(b"t%d APPEND %s {%d+}\r\n" % (
        s.tags, box, sum(len(p) * n for p, n in pieces)))
    os.set_blocking(s.server.fd_out, True)
    for piece, times in pieces:
        for _ in range(times):
            view = memoryview(piece)
            while view:
                view = view[os.write(s.server.fd_out, view):]
    s.server.send(b"\r\n")
    while True:
        line = s.server.line()
        if line.startswith(b"t%d " % s.tags):
            break
    assert b" OK [APPENDUID " in line, line


def test_streaming_of_200_mb():
    """APPEND, FETCH, its pieces, SEARCH and COPY: less than 8 MB each, and the
    pieces read the message once."""
    if SANITIZED:
        pytest.skip("nothing to be learnt, and slow")
    block = LINE.replace(b"\n", b"\r\n") * (4 * MB // (len(LINE) + 1))
    header = b"Subject: large\r\n\r\n"
    size = len(header) + len(block) * (SIZE // len(block))
    with Session({"box": b"", "other": b""}) as s:
        answer(s, b"SELECT box")
        idle = s.memory("VmRSS")

        def cost():
            return s.memory() - idle

        append(s, b"box", [(header, 1), (block, SIZE // len(block))])
        assert cost() < BUDGET, "APPEND"
        answer(s, b"NOOP")
        count, _ = answer(s, b"FETCH 1 BODY.PEEK[]")
        assert size < count < size + 200
        assert cost() < BUDGET, "FETCH"
        answer(s, b"FETCH 1 BODY.PEEK[]<0.1>")
        before = octets_read(s)
        for pos in range(0, size, MB):
            count, _ = answer(s, b"FETCH 1 BODY.PEEK[]<%d.%d>" % (pos, MB))
            assert count > min(MB, size - pos)
        assert octets_read(s) - before < size * 3 // 2
        assert cost() < BUDGET, "pieces"
        assert b"* SEARCH 1\r\n" in answer(s, b"SEARCH BODY abcdef")[1]
        assert b"* SEARCH\r\n" in answer(s, b"SEARCH BODY nowhere")[1]
        assert cost() < BUDGET, "SEARCH"
        assert b"COPYUID" in answer(s, b"COPY 1 other")[1]
        assert cost() < BUDGET, "COPY"
        assert os.path.getsize(s.home.file("other")) > SIZE * 95 // 100


def test_decoding_of_a_part_of_100_mb():
    """BINARY[] of base64, its size and structure: as they are read."""
    if SANITIZED:
        pytest.skip("nothing to be learnt, and slow")
    line = base64.b64encode(bytes(range(57))) + b"\n"
    lines = 100 * MB // len(line)
    box = (FROM + b"Subject: coded\nMIME-Version: 1.0\n"
           b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\ntext\n--x\n"
           b"Content-Type: application/octet-stream\n"
           b"Content-Transfer-Encoding: base64\n\n" + line * lines +
           b"--x--\n\n")
    with Session({"box": box}) as s:
        answer(s, b"EXAMINE box")
        idle = s.memory("VmRSS")
        want = 57 * lines
        tail = answer(s, b"FETCH 1 BODYSTRUCTURE")[1]
        assert b'"base64" %d ' % (78 * lines - 2) in tail.replace(
            b"BASE64", b"base64"), tail
        assert b"BINARY.SIZE[2] %d)" % want in answer(
            s, b"FETCH 1 BINARY.SIZE[2]")[1]
        count, _ = answer(s, b"FETCH 1 BINARY.PEEK[2]")
        assert want < count < want + 200
        before = octets_read(s)
        for pos in range(0, want, MB):
            answer(s, b"FETCH 1 BINARY.PEEK[2]<%d.%d>" % (pos, MB))
        assert octets_read(s) - before < 3 * len(box)
        assert s.memory() - idle < BUDGET


WORK = {
    "SELECT": [],
    "FETCH of structures": [b"FETCH 1:* (ENVELOPE BODYSTRUCTURE)"],
    "FETCH of all text": [b"FETCH 1:* BODY.PEEK[]"],
    "SEARCH": [b"SEARCH BODY nowhere"],
    "SORT": [b"SORT (SUBJECT DATE FROM) UTF-8 ALL"],
    "THREAD": [b"THREAD REFERENCES UTF-8 ALL"],
    "STORE and CHECK": [b"STORE 1:* +FLAGS.SILENT (\\Seen)", b"CHECK"],
    "COPY": [b"COPY 1:* other"],
    "IDLE": [b"FETCH 1:* (ENVELOPE BODYSTRUCTURE)"],
}


def mails(count):
    return b"".join(
        FROM + b"From: A <a%d@b.example>\nSubject: number %d\n"
        b"Message-ID: <%d@x>\nReferences: <%d@x>\n\n" % (i, i, i, i // 2) +
        LINE * 10 + b"\n" for i in range(count))


def own_memory(s):
    """KiB that no other process shares; binary and libraries left out."""
    with open("/proc/%d/smaps_rollup" % s.server.process.pid) as f:
        return int(re.search(r"Anonymous:\s+(\d+)", f.read()).group(1))


@pytest.mark.parametrize("work", sorted(WORK))
def test_an_idle_session_gives_memory_back(work):
    """Whatever it did with 10,000 messages, what is left of it is small."""
    if SANITIZED:
        pytest.skip("the sanitizer keeps what is freed")
    with Session({"box": mails(10000), "other": b""}) as s:
        answer(s, b"SELECT box")
        for command in WORK[work]:
            answer(s, command)
        if work == "IDLE":
            s.send(b"IDLE")
            assert s.server.line().startswith(b"+ ")
        end = time.monotonic() + 30
        while own_memory(s) > 800:      # the records are 240 of them
            assert time.monotonic() < end, own_memory(s)
            time.sleep(0.05)
