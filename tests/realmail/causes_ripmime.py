"""Why our decoded parts differ from ripmime's files."""
import binascii
import re

import judging
import readings
import ripmime_reader

CAUSES = judging.Causes("ripmime")


def place(d):
    """(table, {section: text}) of the mail, as ours reads it."""
    i = readings.mails().index(d.mail)
    return readings.ours().tables[i], readings.ours().texts[i]


def is_part(d):
    return d.item == "decoded"


def raw(d):
    return ripmime_reader.wire(d.mail.octets)


@CAUSES.add(
    "line-end-of-delimiter", "rfc",
    "counts the line end before a delimiter to the part",
    "does not",
    "RFC 2046 section 5.1.1: the CRLF preceding the boundary delimiter line "
    "is conceptually attached to the boundary")
def line_end_of_delimiter(d):
    return is_part(d) and d.theirs == (d.ours + b"\r\n",) and \
        place(d)[1][d.section] + b"\r\n--" in place(d)[1][""]


@CAUSES.add(
    "encoded-cr", "rfc",
    "drops the CR that is encoded before a line end",
    "keeps it",
    "RFC 2045 section 6.7, rule 1: =0D stands for the octet 13, as any "
    "other")
def encoded_cr(d):
    coding = is_part(d) and place(d)[0][d.section, "encoding"].lower()
    return coding == b"quoted-printable" and \
        b"=0D" in place(d)[1][d.section] and any(
            text.replace(b"\r", b"").rstrip(b"\n") ==
            d.ours.replace(b"\r", b"").rstrip(b"\n") for text in d.theirs)


@CAUSES.add(
    "blanks-at-line-end", "rfc",
    "keeps blanks at the end of a quoted-printable line",
    "deletes them",
    "RFC 2045 section 6.7, rule 3: any trailing white space on a line must "
    "be deleted")
def blanks_at_line_end(d):
    coding = is_part(d) and place(d)[0][d.section, "encoding"].lower()
    return coding == b"quoted-printable" and any(
        re.sub(rb"[ \t]+(?=\r\n|\Z)", b"", text).rstrip(b"\r\n") ==
        d.ours.rstrip(b"\r\n") for text in d.theirs)


@CAUSES.add(
    "part-without-type", "rfc",
    "writes no file for a part, or a multipart with all that is in it, whose "
    "header has no Content-Type, or which has no header",
    "takes it for text/plain",
    "RFC 2045 section 5.2: default is text/plain; charset=us-ascii for "
    "messages without a Content-Type field; RFC 2046 section 5.1: NO header "
    "fields are actually required in body parts")
def part_without_type(d):
    if not is_part(d):
        return False
    return not re.search(rb"(?im)^content-type[ \t]*:",
                         place(d)[1].get(d.section + ".MIME", b"")) and \
        not any(d.ours.rstrip(b"\r\n") in text for text in d.theirs)


@CAUSES.add(
    "uuencode", "free",
    "decodes x-uuencode",
    "leaves it to the program",
    "RFC 2045 section 6.3: private values begin with x-; only 7bit, 8bit, "
    "binary, quoted-printable and base64 are of the standard")
def uuencode(d):
    if not is_part(d) or b"uu" not in place(d)[0][d.section, "encoding"]:
        return False
    lines = d.ours.partition(b"begin ")[2].split(b"\r\n")[1:]
    octets = b"".join(binascii.a2b_uu(line) for line in
                      lines[:lines.index(b"end")])
    return d.theirs == (ripmime_reader.wire(octets),)


def coding_of(d):
    return place(d)[0][d.section, "encoding"].lower() if is_part(d) else None


@CAUSES.add(
    "end-of-base64", "rfc",
    "loses up to three octets at the end of base64 that is not padded, or "
    "has one character too many",
    "decodes what there is",
    "RFC 2045 section 6.8: special processing is performed if fewer than 24 "
    "bits are available at the end of the data being encoded")
def end_of_base64(d):
    return coding_of(d) == b"base64" and any(
        d.ours.startswith(text) and len(d.ours) - len(text) <= 3
        for text in d.theirs + (b"",))


@CAUSES.add(
    "line-in-base64", "rfc",
    "ends base64 at a line that is none",
    "passes over what is none",
    "RFC 2045 section 6.8: all line breaks or other characters not found in "
    "Table 1 must be ignored by decoding software")
def line_in_base64(d):
    return coding_of(d) == b"base64" and re.search(
        rb"[^A-Za-z0-9+/=\r\n]", place(d)[1][d.section]) is not None and any(
            text and d.ours.startswith(text[:-3]) for text in d.theirs)


@CAUSES.add(
    "other-messages", "rfc",
    "takes message/partial apart",
    "leaves it",
    "RFC 3501 section 7.4.2: a body of type MESSAGE and subtype RFC822 has "
    "the structure of what it holds; no other has")
def other_messages(d):
    return d.item == "files" and re.search(
        rb"(?im)^content-type: *message/partial", d.mail.octets) is not None


@CAUSES.add(
    "signed-data", "rfc",
    "looks for mail in application/pkcs7-mime",
    "leaves it to the program",
    "RFC 8551 section 3.1: what it holds is a CMS object, no body part")
def signed_data(d):
    return d.item == "files" and re.search(
        rb"(?im)^content-type: *application/(x-)?pkcs7-mime",
        d.mail.octets) is not None


@CAUSES.add(
    "resembling-delimiter", "rfc",
    "takes lines for delimiters that resemble them, or stand in no multipart",
    "only those of the multiparts around the part",
    "RFC 2046 section 5.1.1: the boundary delimiter MUST occur at the "
    "beginning of a line, and its parameter value follows the two hyphens")
def resembling_delimiter(d):
    return is_part(d) and any(
        text.rstrip(b"\r\n") and re.search(
            re.escape(text.rstrip(b"\r\n")) + rb"[\r\n ]*--", d.ours)
        for text in d.theirs)


@CAUSES.add(
    "line-of-blanks", "rfc",
    "ends the header at a line that holds blanks",
    "goes on with the field",
    "RFC 5322 section 2.1: the body is separated from the header by an empty "
    "line, that is a line with nothing preceding the CRLF; section 4.2, "
    "obs-FWS")
def line_of_blanks(d):
    return d.item == "files" and re.match(
        rb"(?s)(?:(?!\r\n\r\n).)*\r\n[ \t]+\r\n", raw(d)) is not None


@CAUSES.add(
    "headers-alone", "rfc",
    "writes an empty file for a part that is the header of another mail",
    "shows it",
    "RFC 6522 section 4: the body of text/rfc822-headers is the header of "
    "the returned mail; RFC 2046 section 5.2.1: a message/rfc822 need not be "
    "more than that")
def headers_alone(d):
    return is_part(d) and d.theirs == () and re.match(
        rb"(message|text)/rfc822-headers\Z",
        place(d)[0][d.section, "type"].lower()) is not None


@CAUSES.add(
    "header-without-end", "free",
    "ends the header at a delimiter",
    "goes on to the first empty line, and takes up parts behind it",
    "the mail breaks RFC 5322 section 2.1: an empty line is between header "
    "and body")
def header_without_end(d):
    return d.item == "files" and re.search(
        rb"(?m)^--", raw(d).partition(b"\r\n\r\n")[0]) is not None


@CAUSES.add(
    "behind-the-last-delimiter", "rfc",
    "takes apart what follows the closing delimiter",
    "ignores it",
    "RFC 2046 section 5.1.1: implementations must ignore text that appears "
    "after the last boundary delimiter line")
def behind_the_last_delimiter(d):
    return d.item == "files" and re.search(
        rb"(?s)\r\n--([^\r\n]+)--[ \t]*\r\n.*\r\n--\1\r\n",
        raw(d)) is not None


@CAUSES.add(
    "broken-encoded-word", "rfc",
    "finds no parts when a field of the header has an encoded-word with a "
    "blank in it",
    "takes that for text",
    "RFC 2047 section 2: white space characters are not permitted between "
    "components of an encoded-word; section 6.1: what is none is not decoded")
def broken_encoded_word(d):
    return is_part(d) and b"=?UTF-8? Q?" in raw(d) and \
        any(b"\r\n--" in text for text in d.theirs)


@CAUSES.add(
    "text-like-a-mail", "free",
    "takes a text that has lines like header fields for one more mail, and "
    "writes what follows its first empty line, or its parts, a second time",
    "a text is a text",
    "nothing is lost; RFC 2046 section 5.2: only the type message says that "
    "a body contains a mail")
def text_like_a_mail(d):
    return d.item == "files" and (all(
        any(b"\r\n\r\n" + octets.rstrip(b"\r\n") in text
            for text in d.ours) for octets in d.theirs) or any(
        re.search(rb"(?im)^content-type: *multipart/", text)
        for text in d.ours))
