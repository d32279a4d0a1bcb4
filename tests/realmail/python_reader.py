"""What Python's email package (policy compat32) says of a message, in the
table that imap.flat() makes of a server's answer. Items that it does not know
as IMAP does are left out.
"""
import email
import email.message
import email.utils
import inspect
import quopri

# Newer ones give up on a list with one fault, unless they are told not to.
LENIENT = {"strict": False} if "strict" in inspect.signature(
    email.utils.getaddresses).parameters else {}
CHARSET = (b"charset", b"US-ASCII")


def octets_of(text):
    return text.encode("ascii", "surrogateescape")


def sent(octets):
    """As on the wire: CRLF line ends, and 80 hex for a NUL, which no text of
    IMAP can carry (RFC 3501 section 9, CHAR8)."""
    return octets.replace(b"\n", b"\r\n").replace(b"\0", b"\x80")


def values(msg, name):
    """The bodies of fields as they were read: get() would make text of
    octets above 7F."""
    return [unfolded(value) for key, value in msg.raw_items()
            if key.lower() == name.lower()]


def unfolded(value):
    return value.replace("\r", "").replace("\n", "").strip(" \t")


def field(msg, name):
    found = values(msg, name)
    return sent(octets_of(found[0])) if found else None


def addresses(msg, name):
    """[(display name, address)], None for a field that is not there."""
    found = values(msg, name)
    if not found:
        return None
    pairs = email.utils.getaddresses(found, **LENIENT)
    return [(sent(octets_of(name)), sent(octets_of(address)))
            for name, address in pairs if (name, address) != ("", "")]


def put_envelope(rows, section, msg):
    for name in ("date", "subject", "in-reply-to", "message-id"):
        rows[section, name] = field(msg, name)
    for name in ("from", "to", "cc", "bcc"):
        rows[section, name] = addresses(msg, name)
    # These default to From (RFC 3501 section 7.4.2).
    for name in ("sender", "reply-to"):
        if addresses(msg, name):
            rows[section, name] = addresses(msg, name)


def parameters(header):
    """None where they are extended: Python joins and decodes what IMAP hands
    on (RFC 2231 section 4)."""
    if "*" in header:
        return None
    pairs = []
    for text in email.message._parseparam(header)[1:]:
        name, _, value = text.partition("=")
        pairs.append((octets_of(name.strip().lower()),
                      sent(octets_of(email.utils.unquote(value.strip())))))
    return pairs


def put_parameters(rows, section, msg):
    pairs = parameters((values(msg, "Content-Type") + [""])[0])
    if pairs is not None:
        if msg.get_content_maintype() == "text" and \
                b"charset" not in [name for name, _ in pairs]:
            pairs.append(CHARSET)
        rows[section, "params"] = pairs
    header = (values(msg, "Content-Disposition") + [""])[0]
    pairs = parameters(header)
    if pairs is not None:
        kind = octets_of(header.partition(";")[0].strip().lower())
        rows[section, "disposition"] = [kind, pairs] if kind else None


def coding_of(msg):
    found = values(msg, "Content-Transfer-Encoding")
    return octets_of(found[0].lower()) if found else b"7bit"


def put_part(rows, section, msg, texts):
    kind = msg.get_content_type().encode("ascii", "surrogateescape")
    rows[section, "type"] = kind
    put_parameters(rows, section, msg)
    if section.endswith("[]"):
        return
    rows[section, "encoding"] = coding_of(msg)
    rows[section, "description"] = field(msg, "Content-Description")
    rows[section, "id"] = field(msg, "Content-ID")
    if isinstance(msg._payload, str) or msg._payload is None:
        put_text(rows, section, msg, texts)


def put_text(rows, section, msg, texts):
    octets = sent(octets_of(msg._payload or ""))
    rows[section, "octets"] = len(octets)
    if msg.get_content_maintype() == "text":
        rows[section, "lines"] = octets.count(b"\r\n")
    coding = coding_of(msg)
    texts[section] = octets
    if coding == b"quoted-printable":
        texts[section, "decoded"] = quopri.decodestring(octets)
    elif coding == b"base64":
        texts[section, "decoded"] = msg.get_payload(decode=True)


def read(octets):
    """(rows, texts, defects): the table; the octets of the leaves, by section
    and by (section, "decoded"); the faults that Python noticed, by
    section."""
    msg = email.message_from_bytes(octets)
    rows, texts, defects = {}, {}, {}
    put_envelope(rows, "", msg)
    ahead = [("" if is_multipart(msg) else "1", msg)]
    while ahead:
        section, msg = ahead.pop()
        defects.setdefault(section, set()).update(
            type(defect).__name__ for defect in msg.defects)
        if is_multipart(msg):
            put_part(rows, section + "[]", msg, texts)
            base = section + "." if section else ""
            ahead += [(base + str(i + 1), kid)
                     for i, kid in enumerate(kids_of(msg))]
            continue
        put_part(rows, section, msg, texts)
        if is_message(msg):
            inner = msg._payload[0]
            put_envelope(rows, section, inner)
            ahead.append((section if is_multipart(inner) else section + ".1",
                         inner))
    return rows, texts, defects


def is_multipart(msg):
    return msg.get_content_maintype() == "multipart"


def kids_of(msg):
    return msg._payload if isinstance(msg._payload, list) else []


def is_message(msg):
    return msg.get_content_type() == "message/rfc822" and \
        isinstance(msg._payload, list) and len(msg._payload) == 1
