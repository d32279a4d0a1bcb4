"""Abuse before login, in clear and under TLS: an answer or a clean end, little
memory in each process; and large messages through the relay."""
import os
import random
import re

import pytest

from login_help import gate_of, session_of
from machine import Client, wait_for

CHANNELS = ((143, False), (993, True))
BUDGET = 1500       # KiB that abuse may add to a gate; TLS has its records
SIZE = 200 << 20


def noise(n):
    rng = random.Random(3)
    return bytes(rng.randrange(256) for _ in range(n))


ROWS = {
    "unknown": b"a XYZZY\r\n" * 1000,
    "wrong state": b"a SELECT INBOX\r\na FETCH 1 ALL\r\n" * 1000,
    "one long line": b"a " + b"x" * 1000000 + b"\r\n",
    "line without end": b"x" * 1000000,
    "empty lines": b"\r\n" * 10000,
    "NUL": b"a LOGIN \"a\0b\" x\r\n" + b"\0" * 10000,
    "bare CR": b"a NOOP\r" * 10000,
    "bare LF": b"a NOOP\n" * 1000,
    "HTTP": b"POST / HTTP/1.1\r\nHost: x\r\n\r\na LOGIN a b\r\n" * 100,
    "binary noise": noise(200000),
    "parentheses": b"a ID " + b"(" * 60000 + b"\r\n",
    "literals": b"a LOGIN " + b"{9000+}\r\n" * 100 + b"x" * 900000,
    "huge literal": b"a LOGIN {4294967295+}\r\n" + b"x" * 500000,
    "wildcards": b"a LIST \"\" " + b"*%" * 30000 + b"\r\n",
    "SASL answer": b"a AUTHENTICATE PLAIN\r\n" + b"QUJD" * 100000 + b"\r\n",
}


def high_water(pid, key="VmHWM"):
    """In KiB; 0 of a process that has ended."""
    try:
        with open("/proc/%d/status" % pid) as f:
            found = re.search(key + r":\s+(\d+)", f.read())
    except OSError:
        return 0
    return int(found.group(1)) if found else 0


@pytest.mark.parametrize("port,tls", CHANNELS)
@pytest.mark.parametrize("name", sorted(ROWS))
def test_abuse_before_login(served, name, port, tls):
    client = Client(port, tls)
    gate = gate_of(client)
    before = high_water(gate)
    peak = before
    client.sock.settimeout(0.3)
    said = b""
    try:
        data = ROWS[name]
        for i in range(0, len(data), 16384):
            client.send(data[i:i + 16384])
            peak = max(peak, high_water(gate))
        while True:
            more = client.sock.recv(65536)
            if not more:
                break
            said += more
    except (OSError, EOFError):
        pass            # the server ended it, or waits for more
    peak = max(peak, high_water(gate))
    client.close()
    print("%-16s %5d KiB" % (name, peak - before))
    assert peak - before < BUDGET, (before, peak)
    for line in said.split(b"\r\n")[:-1]:
        assert re.match(rb"\* |\+|[!-~]+ (OK|NO|BAD) ", line), line
        assert b" OK LOGIN" not in line
    wait_for("the end of the gate",
             lambda: not os.path.exists("/proc/%d" % gate))


@pytest.mark.parametrize("port,tls", CHANNELS)
def test_large_message_through_the_relay(served, port, tls):
    """200 MB appended and fetched: no process holds more than a few MB."""
    client = Client(port, tls)
    client.login()
    client.ok(b"CREATE large")
    client.ok(b"SELECT large")
    pids = [session_of(client)] + ([gate_of(client)] if tls else [])
    idle = {pid: high_water(pid, "VmRSS") for pid in pids}
    block = b"\r\n" + (b"x" * 76 + b"\r\n") * 20000
    times = SIZE // len(block)
    client.send(b"l1 APPEND large {%d+}\r\n" % (len(block) * times))
    client.sock.settimeout(120)
    for _ in range(times):
        client.send(block)
    client.send(b"\r\n")
    while not client.line().startswith(b"l1 OK"):
        pass
    client.send(b"l2 FETCH 1 BODY.PEEK[]\r\n")
    found = None
    while not found:
        found = re.search(rb"BODY\[\] \{(\d+)\}", client.line())
    assert int(found.group(1)) == len(block) * times
    left = int(found.group(1)) - len(client.buf)
    client.buf = b""
    while left > 0:
        left -= len(client.sock.recv(min(left, 1 << 20)))
    assert client.line() == b")"
    assert client.line().startswith(b"l2 OK")
    for pid in pids:
        assert high_water(pid) - idle[pid] < 8000
    client.ok(b"LOGOUT")
