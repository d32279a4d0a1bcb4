"""Why decoded parts differ from Python's: they do not follow their encoding.
The text is mended as RFC 2045 says it is to be read; then Python must agree."""
import base64
import quopri
import re

import judging
import python_reader

CAUSES = judging.Causes("decoding")


def part(d):
    """(encoding, text)"""
    rows, texts, _ = python_reader.read(d.mail.octets)
    return rows[d.section, "encoding"], texts[d.section]


def without_blanks(text):
    return re.sub(rb"[ \t]+(?=\r\n|\Z)", b"", text)


def with_equals(text):
    return re.sub(rb"=(?![0-9A-Fa-f]{2}|\r\n|\Z)", b"=3D", text)


@CAUSES.add(
    "blanks-at-line-end", "rfc",
    "keeps blanks at the end of a quoted-printable line",
    "deletes them",
    "RFC 2045 section 6.7, rule 3: any trailing white space on a line must "
    "be deleted, as it will necessarily have been added by intermediate "
    "transport agents")
def blanks_at_line_end(d):
    coding, text = part(d)
    return coding == b"quoted-printable" and d.theirs != d.ours and \
        quopri.decodestring(without_blanks(text)) == d.ours


@CAUSES.add(
    "equals-before-soft-break", "rfc",
    "makes one \"=\" of \"==\", and loses the soft line break",
    "leaves \"=\" that begins nothing; one before the line end is a soft line "
    "break",
    "RFC 2045 section 6.7, rule 5 and the advice under (2) of what a decoder "
    "does with an \"=\" that two hexadecimal digits do not follow")
def equals_before_soft_break(d):
    coding, text = part(d)
    return coding == b"quoted-printable" and b"==" in text and \
        quopri.decodestring(with_equals(without_blanks(text))) == d.ours


@CAUSES.add(
    "no-base64", "rfc",
    "hands on the text when it is no base64",
    "decodes the characters that are",
    "RFC 2045 section 6.8: all line breaks or other characters not found in "
    "Table 1 must be ignored by decoding software")
def no_base64(d):
    coding, text = part(d)
    digits = re.sub(rb"[^A-Za-z0-9+/]", b"", text)
    whole = digits[:len(digits) - (len(digits) % 4 == 1)]
    return coding == b"base64" and b"=" not in text and \
        base64.b64decode(whole + b"=" * (-len(whole) % 4)) == d.ours and \
        d.theirs.replace(b"\r\n", b"").replace(b"\n", b"") == \
        text.replace(b"\r\n", b"")
