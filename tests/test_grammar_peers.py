"""ENVELOPE and BODYSTRUCTURE against what Python's email package makes of the
same octets: the messages of the benchmark's corpus, and messages built at
random by that package. tests/realmail has mail that we did not write.

What is compared is what both know: types, parameters, encodings, octets and
lines of the parts, addresses and texts of the envelope.
"""
import email
import email.encoders
import email.header
import email.mime.base
import email.mime.message
import email.mime.multipart
import email.mime.text
import email.utils
import os
import random
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(TOP, os.environ.get("BUILD", "build"))
SHOWMSG = os.path.join(BUILD, "test", "tools", "showmsg")
sys.path.insert(0, os.path.join(TOP, "tools", "bench"))

import corpus  # noqa: E402


# ------------------------------------------------------------ our side

def value(text, at):
    """One IMAP value: list, octets, number or None, and where it ends."""
    first = text[at:at + 1]
    if first == b"(":
        items, at = [], at + 1
        while text[at:at + 1] != b")":
            at += text[at:at + 1] == b" "
            item, at = value(text, at)
            items.append(item)
        return items, at + 1
    if first == b'"':
        end = text.index(b'"', at + 1)
        return text[at + 1:end], end + 1
    if first == b"{":
        end = text.index(b"}", at)
        start = end + 3
        return (text[start:start + int(text[at + 1:end])],
                start + int(text[at + 1:end]))
    end = at
    while text[end:end + 1] not in (b" ", b")", b"\n", b"("):
        end += 1
    word = text[at:end]
    return (None if word == b"NIL" else int(word)), end


def shown(paths, *options):
    """(envelope, bodystructure) of each file."""
    out = subprocess.run([SHOWMSG, *options, *paths], check=True,
                         stdout=subprocess.PIPE).stdout
    at, rows = 0, []
    for _ in paths:
        envelope, at = value(out, at)
        body, at = value(out, at + 1)
        rows.append((envelope, body))
        at += 1
    assert at == len(out)
    return rows


def text(octets):
    return octets.decode("ascii", "surrogateescape")


def our_params(params):
    pairs = zip(params[::2], params[1::2]) if params else []
    return sorted((text(name).lower(),
                   text(val).replace("MISSING_PARAMETER_VALUE", ""))
                  for name, val in pairs)


def our_parts(body, rows):
    """The leaves and knots of a BODYSTRUCTURE, in order."""
    if isinstance(body[0], list):
        kids = [item for item in body if isinstance(item, list)]
        kids = body[:next(i for i, item in enumerate(body)
                          if not isinstance(item, list))]
        rest = body[len(kids):]
        rows.append(("multipart/" + text(rest[0]).lower(),
                     our_params(rest[1])))
        for kid in kids:
            our_parts(kid, rows)
        return rows
    kind = (text(body[0]) + "/" + text(body[1])).lower()
    row = [kind, our_params(body[2]), text(body[5]).lower()]
    if kind == "message/rfc822":
        rows.append(tuple(row))
        return our_parts(body[8], rows)
    rows.append(tuple(row + [body[6]]))
    if kind.startswith("text/"):
        rows[-1] += (body[7],)
    return rows


def our_addresses(items):
    rows = []
    for name, _, mailbox, host in items or []:
        if host is not None:
            where = "" if host == b".MISSING-HOST-NAME." else \
                "@" + text(host)
            rows.append((text(name or b""), text(mailbox) + where))
    return rows


# ------------------------------------------------------- Python's side

def unfolded(octets):
    return octets.replace("\r", "").replace("\n", "").strip(" \t")


def their_params(msg):
    """Content-Type's parameters; None if RFC 2231 is in them, which we hand
    on as it was written."""
    header = msg.get("Content-Type")
    if header is not None and "*" in str(header):
        return None
    pairs = [(name.lower(), unfolded(val)) for name, val in
             (msg.get_params() or [])[1:]]
    if msg.get_content_maintype() == "text" and \
            "charset" not in [name for name, _ in pairs]:
        pairs.append(("charset", "US-ASCII"))
    return sorted(pairs)


def their_parts(msg, rows):
    kind, params = msg.get_content_type(), their_params(msg)
    coding = str(msg.get("Content-Transfer-Encoding", "7bit")).strip().lower()
    if msg.get_content_maintype() == "multipart":
        rows.append((kind, params))
        if isinstance(msg._payload, str):
            # No part was found: to us all of the body is one.
            rows.append(("text/plain", [("charset", "US-ASCII")], "7bit"))
            return rows
    elif kind == "message/rfc822":
        rows.append((kind, params, coding))
    elif not isinstance(msg._payload, str):
        # Other messages, which Python takes apart, are leaves in IMAP.
        rows.append((kind, params, coding))
        return rows
    else:
        octets = msg._payload  # get_payload() would decode it
        lines = octets.count("\n")
        size = len(octets.encode("ascii", "surrogateescape")) + lines
        rows.append((kind, params, coding, size))
        if kind.startswith("text/"):
            rows[-1] += (lines,)
        return rows
    for part in msg.get_payload():
        their_parts(part, rows)
    return rows


def their_text(msg, name):
    val = msg.get(name)
    return None if val is None else unfolded(raw(val))


def raw(val):
    """A field with octets above 7F comes as a Header."""
    if not isinstance(val, email.header.Header):
        return val
    return "".join(chunk for chunk, _ in val._chunks)


def their_addresses(msg, name):
    found = email.utils.getaddresses([unfolded(raw(val)) for val in
                                      msg.get_all(name, [])])
    return [pair for pair in found if pair != ("", "")]


# ------------------------------------------------------------ comparing

def same_parts(ours, theirs, what):
    assert len(ours) == len(theirs), what
    for our, their in zip(ours, theirs):
        if their[1] is None:
            our, their = our[:1] + our[2:], their[:1] + their[2:]
        assert our[:len(their)] == their, what


def same_envelope(envelope, msg, what):
    for index, name in ((0, "Date"), (1, "Subject"), (8, "In-Reply-To"),
                        (9, "Message-ID")):
        ours = envelope[index]
        assert (None if ours is None else text(ours)) == \
            their_text(msg, name), (what, name)
    for index, name in ((2, "From"), (5, "To"), (6, "Cc"), (7, "Bcc")):
        assert our_addresses(envelope[index]) == \
            their_addresses(msg, name), (what, name)


def same(messages, tmp_path, options=()):
    paths = []
    for i, octets in enumerate(messages):
        paths.append(str(tmp_path / str(i)))
        with open(paths[-1], "wb") as f:
            f.write(octets)
    for i, (envelope, body) in enumerate(shown(paths, *options)):
        what = "message %d" % i
        msg = email.message_from_bytes(messages[i].replace(b"\r\n", b"\n"))
        same_envelope(envelope, msg, what)
        same_parts(our_parts(body, []), their_parts(msg, []), what)


# ---------------------------------------------------------------- tests

def test_corpus(tmp_path):
    made = corpus.Corpus(1)
    same([made.message(i).data for i in range(400)], tmp_path)


def test_corpus_crlf(tmp_path):
    made = corpus.Corpus(2)
    same([made.message(i).crlf() for i in range(100)], tmp_path, ("-c",))


WORDS = "alpha Beta gamma-1 d.e f_g 7 \u00e9t\u00e9".split()


def words(rng, most):
    return " ".join(rng.choice(WORDS[:-1])
                    for _ in range(rng.randrange(most + 1)))


def leaf(rng):
    kind = rng.randrange(4)
    if kind == 0:
        return email.mime.text.MIMEText(
            "\n".join(words(rng, 9) for _ in range(rng.randrange(9))), "plain",
            rng.choice(["us-ascii", "utf-8", "iso-8859-1"]))
    if kind == 1:
        part = email.mime.base.MIMEBase("application", "x-" + WORDS[0])
        part.set_payload(rng.randbytes(rng.randrange(300)))
        email.encoders.encode_base64(part)
        part.set_param("name", words(rng, 3) + rng.choice('";\\,()'))
        return part
    if kind == 2:
        return email.mime.text.MIMEText("--\n-- \n--x\n\n" + words(rng, 3),
                                        "html")
    return email.mime.message.MIMEMessage(tree(rng, 2))


def tree(rng, depth):
    if depth == 0 or rng.random() < 0.3:
        msg = leaf(rng)
    else:
        msg = email.mime.multipart.MIMEMultipart(
            rng.choice(["mixed", "alternative", "related"]))
        for _ in range(rng.randrange(1, 4)):
            msg.attach(tree(rng, depth - 1))
        if rng.random() < 0.3:
            msg.preamble = words(rng, 5)
            msg.epilogue = words(rng, 5)
    for name in ("From", "To", "Cc"):
        msg[name] = ", ".join(
            email.utils.formataddr((words(rng, 3), "%s@%s.example" %
                                    (rng.choice(WORDS[:3]), WORDS[0])))
            for _ in range(rng.randrange(1, 5)))
    msg["Subject"] = words(rng, 30)
    return msg


def test_random_messages(tmp_path):
    rng = random.Random(20)
    same([tree(rng, 4).as_bytes() for _ in range(300)], tmp_path)


def test_pieces(tmp_path):
    """The tree does not depend on how the message came."""
    rng = random.Random(21)
    paths = []
    for i in range(50):
        paths.append(str(tmp_path / str(i)))
        with open(paths[-1], "wb") as f:
            f.write(tree(rng, 4).as_bytes())
    whole = shown(paths)
    for piece in ("1", "7", "4096"):
        assert shown(paths, "-p", piece) == whole
