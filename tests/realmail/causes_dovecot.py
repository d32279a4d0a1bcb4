"""Why ours and Dovecot's answers differ. Values are those of imap.flat()."""
import re

import judging
import python_reader

CAUSES = judging.Causes("dovecot")
LISTS = ("from", "sender", "reply-to", "to", "cc", "bcc")
NOBODY = [None, None, b"MISSING_MAILBOX", b"MISSING_DOMAIN"]


def squeezed(value):
    return re.sub(rb"[ \t]+", b" ", value) if value is not None else None


def pairwise(fits):
    """A predicate for address lists: members are equal or fit, and one
    fits."""
    def holds(d):
        if d.item not in LISTS or not d.ours or not d.theirs or \
                len(d.ours) != len(d.theirs):
            return False
        pairs = [pair for pair in zip(d.ours, d.theirs)
                 if pair[0] != pair[1]]
        return bool(pairs) and all(fits(d, *pair) for pair in pairs)
    return holds


# ------------------------------------------------------------- envelopes

@CAUSES.add(
    "blanks-squeezed", "rfc",
    "makes one space of several blanks, and of a tab at a fold",
    "hands on the blanks as they were written",
    "RFC 5322 section 2.2.3: unfolding is simply removing any CRLF that is "
    "immediately followed by WSP; the WSP stays")
def blanks_squeezed(d):
    if d.item in ("subject", "description", "in-reply-to"):
        return squeezed(d.ours) == d.theirs
    return d.item in LISTS and bool(d.ours) and \
        [[squeezed(text) for text in row] for row in d.ours] == d.theirs


@CAUSES.add(
    "outer-blanks", "rfc",
    "keeps blanks at the ends of a field's body (behind a fold, or before "
    "the line end)",
    "has none at the ends",
    "RFC 5322 sections 3.3, 3.6.4: the blanks are the CFWS around date-time "
    "and msg-id, no part of them; RFC 2045 section 8 leaves those of a "
    "description open")
def outer_blanks(d):
    return d.item in ("date", "message-id", "in-reply-to", "description") \
        and bool(d.ours) and bool(d.theirs) and \
        d.theirs.strip(b" \t") == d.ours


@CAUSES.add(
    "no-host", "api",
    "names the missing domain of an address MISSING_DOMAIN",
    ".MISSING-HOST-NAME.",
    "mail.h, BADHOST: programs compare host with it. RFC 3501 section 7.4.2 "
    "knows no address without a host")
@pairwise
def no_host(d, ours, theirs):
    return ours[3] == b".MISSING-HOST-NAME." and \
        theirs == ours[:3] + [b"MISSING_DOMAIN"]


@CAUSES.add(
    "no-address", "api",
    "names what is no address MISSING_MAILBOX@MISSING_DOMAIN",
    "INVALID_ADDRESS@.SYNTAX-ERROR., with the text as name",
    "mail.h, ERRHOST: programs compare host with it")
@pairwise
def no_address(d, ours, theirs):
    return ours[2:] == [b"INVALID_ADDRESS", b".SYNTAX-ERROR."] and \
        theirs in (NOBODY, ours[:1] + NOBODY[1:])


@CAUSES.add(
    "local-at-domain", "free",
    "takes \"local at domain\" for no address",
    "reads it as RFC 733 wrote addresses, which archives still do",
    "the mail breaks RFC 5322 section 3.4.1: addr-spec = local-part \"@\" "
    "domain; RFC 733 section III.B allowed \" at \"")
@pairwise
def local_at_domain(d, ours, theirs):
    local = ours[2] + b" at " + ours[3]
    return theirs in ([local] + NOBODY[1:], NOBODY) and \
        local in d.mail.octets


@CAUSES.add(
    "dot-in-name", "rfc",
    "takes a display name that is a dot for no address",
    "has it as name",
    "RFC 5322 section 4.1: obs-phrase = word *(word / \".\" / CFWS), and "
    "3.1: implementations must accept and parse obs- forms")
@pairwise
def dot_in_name(d, ours, theirs):
    return ours[0] == b"." and theirs == NOBODY


@CAUSES.add(
    "backslash-in-local-part", "free",
    "ends the address at a backslash outside quotes, host SYNTAX_ERROR",
    "takes the backslash as the quoting it is elsewhere",
    "the mail breaks RFC 5322 section 3.2.3, whose atext has no backslash; "
    "section 3.2.1: the only places where quoted-pair appears are ccontent, "
    "qcontent and obs-dtext")
@pairwise
def backslash_in_local_part(d, ours, theirs):
    return theirs[3] == b"SYNTAX_ERROR" and \
        ours[2].startswith(theirs[2] + b"@") and \
        theirs[2] + b"\\@" in d.mail.octets


@CAUSES.add(
    "text-behind-address", "api",
    "says nothing of text behind an address, and loses what follows",
    "adds UNEXPECTED_DATA_AFTER_ADDRESS@.SYNTAX-ERROR.",
    "mail.h, ERRHOST; RFC 5322 section 3.4 wants a comma there")
def text_behind_address(d):
    return d.item in LISTS and d.ours == (d.theirs or []) + [
        [None, None, b"UNEXPECTED_DATA_AFTER_ADDRESS", b".SYNTAX-ERROR."]]


@CAUSES.add(
    "blank-in-quoted-name", "rfc",
    "cuts blanks off the ends of a name in quotes",
    "hands on what is quoted",
    "RFC 5322 section 3.2.4: the blanks inside the quotes are part of the "
    "quoted-string")
@pairwise
def blank_in_quoted_name(d, ours, theirs):
    return ours[1:] == theirs[1:] and ours[0].strip() == theirs[0] and \
        b'"' + ours[0] + b'"' in d.mail.octets


# ------------------------------------------------------------ body fields

@CAUSES.add(
    "parameter-continuations", "rfc",
    "joins the pieces of a parameter (name*0, name*1) into one",
    "hands on each piece as it was written",
    "RFC 3501 section 7.4.2: attribute/value pairs as defined in [MIME-IMB], "
    "that is RFC 2045, which has no pieces; RFC 2231 section 3 leaves the "
    "joining to the client")
def parameter_continuations(d):
    if d.item == "params":
        ours, theirs = d.ours, d.theirs
    elif d.item == "disposition" and d.ours[0] == d.theirs[0]:
        ours, theirs = d.ours[1], d.theirs[1]
    else:
        return False
    joined = []
    for name, value in ours:
        m = re.match(rb"(.*?)\*(\d+)(\*?)\Z", name)
        if m and m.group(2) != b"0":
            joined[-1][1] += value
        else:
            joined.append([m.group(1) + m.group(3) if m else name, value])
    return ours != theirs and [tuple(row) for row in joined] == theirs


@CAUSES.add(
    "first-field-counts", "free",
    "takes the last of two fields of one name",
    "takes the first, as in the header of a message",
    "RFC 5322 section 4.5: the interpretation of multiple occurrences of "
    "fields is unspecified; RFC 3501 section 7.4.2 has room for one "
    "disposition")
def first_field_counts(d):
    return d.item == "disposition" and re.search(
        rb"(?im)^content-disposition:.*\n(?:.+\n)*?content-disposition:",
        d.mail.octets) is not None


VALID_TYPE = re.compile(
    rb"[ \t\n]*[^][()<>@,;:\\\"/?=\s]+/[^][()<>@,;:\\\"/?=\s]+[ \t]*(?:;|$|\()")


def bad_types(octets):
    """The bodies of Content-Type fields that follow RFC 2045 not even up to
    their parameters."""
    fields = re.findall(rb"(?im)^content-type:(.*(?:\n[ \t].*)*)", octets)
    return [body for body in fields if not VALID_TYPE.match(body)]


@CAUSES.add(
    "bad-content-type", "rfc",
    "gives an empty type or subtype, and no parameters, for a Content-Type "
    "that does not follow the grammar",
    "text/plain for what has no type, the default subtype of the API "
    "(rfc822_default_subtype) for a type alone, and what can be read where "
    "only the \";\" is missing",
    "RFC 2045 section 5.2: it is recommended that the default be assumed "
    "when a syntactically invalid Content-Type is encountered")
def bad_content_type(d):
    if d.item == "type":
        return d.theirs.endswith(b"/") and bool(bad_types(d.mail.octets))
    return d.item == "params" and d.theirs == [] and \
        bool(bad_types(d.mail.octets))


@CAUSES.add(
    "bad-parameter", "free",
    "ends the parameters, or a value, at the first octet that does not "
    "follow the grammar",
    "goes on: an unquoted value may hold parentheses, a quote may be open, "
    "\",\" may stand for \";\", a value may be missing "
    "(MISSING_PARAMETER_VALUE)",
    "the mail breaks RFC 2045 section 5.1: parameter := attribute \"=\" "
    "value, value := token / quoted-string, each behind a \";\", and what has "
    "tspecials must be in quoted-string")
def bad_parameter(d):
    if d.item != "params":
        return False
    ours, theirs = d.ours, d.theirs
    if not theirs or ours[:len(theirs)] == theirs:
        return len(ours) > len(theirs) and (
            ours[-1][1] == b"MISSING_PARAMETER_VALUE" or
            re.search(rb'", *' + re.escape(ours[-1][0]) + rb"=",
                      d.mail.octets) is not None)
    if len(ours) != len(theirs):
        return False
    name, value = ours[-1]
    return ours[:-1] == theirs[:-1] and theirs[-1][0] == name and (
        value.startswith(theirs[-1][1] + b"(") or
        b'="' + value + b"\n" in d.mail.octets)


@CAUSES.add(
    "missing-value", "free",
    "an empty string for a parameter with \"=\" but no value",
    "MISSING_PARAMETER_VALUE",
    "the mail breaks RFC 2045 section 5.1: value := token / quoted-string, "
    "and token := 1*<...> is never empty")
def missing_value(d):
    return d.item == "disposition" and d.ours[0] == d.theirs[0] and \
        [(name, b"" if value == b"MISSING_PARAMETER_VALUE" else value)
         for name, value in d.ours[1]] == d.theirs[1]


@CAUSES.add(
    "default-beside-extended-charset", "rfc",
    "adds charset us-ascii although there is a charset*",
    "has only what is written",
    "RFC 2231 section 4: charset* is the parameter charset in another "
    "writing")
def default_beside_extended_charset(d):
    return d.item == "params" and d.theirs == \
        d.ours + [(b"charset", b"us-ascii")] and \
        any(name.startswith(b"charset*") for name, _ in d.ours)


@CAUSES.add(
    "empty-id", "rfc",
    "an empty string for a Content-ID without text",
    "NIL",
    "RFC 2045 section 7: id := \"Content-ID\" \":\" msg-id, which is never "
    "empty")
def empty_id(d):
    return d.item == "id" and d.ours is None and d.theirs == b""


@CAUSES.add(
    "encoding-without-type", "rfc",
    "takes no notice of Content-Transfer-Encoding where there is no "
    "Content-Type",
    "has the encoding",
    "RFC 2045 sections 5.2 and 6.1: each field has its own default")
def encoding_without_type(d):
    header = d.mail.octets.partition(b"\n\n")[0].lower()
    return d.item == "encoding" and d.section == "1" and \
        b"\ncontent-transfer-encoding: " + d.ours in header and \
        b"\ncontent-type:" not in header


# ------------------------------------------------------------- parts, texts

def native(text):
    return text.replace(b"\r\n", b"\n")


@CAUSES.add(
    "line-end-of-delimiter", "rfc",
    "counts the line end before a delimiter to the part, when the part ends "
    "in a header or its empty line, or in a multipart that is closed",
    "does not",
    "RFC 2046 section 5.1.1: the CRLF preceding the boundary delimiter line "
    "is conceptually attached to the boundary; parts that end with a line "
    "break must have two before it")
def line_end_of_delimiter(d):
    return d.item == "text" and d.theirs == d.ours + b"\r\n" and \
        native(d.theirs) + b"--" in d.mail.octets


NO_PARTS = {"NoBoundaryInMultipartDefect", "StartBoundaryNotFoundDefect"}


def parent(section):
    return section.rpartition(".")[0]


@CAUSES.add(
    "multipart-without-delimiter", "free",
    "one empty part for a multipart in which no delimiter was found, or none "
    "but the closing one",
    "one part with all of the multipart's body, so that it can be read",
    "the mail breaks RFC 2046 section 5.1: the body must then contain one "
    "or more body parts, each preceded by a boundary delimiter line; RFC "
    "3501 section 9, body-type-mpart = 1*body, wants one all the same")
def multipart_without_delimiter(d):
    if d.item != "text" or d.theirs != b"" or not d.section.endswith("1"):
        return False
    if d.section == "1" and \
            native(d.ours) == d.mail.octets.partition(b"\n\n")[2]:
        return True
    defects = python_reader.read(d.mail.octets)[2].get(
        parent(d.section), ())
    return not NO_PARTS.isdisjoint(defects)


@CAUSES.add(
    "extended-boundary", "rfc",
    "finds no parts where the boundary is written as boundary*",
    "decodes it",
    "RFC 2231 section 4: any parameter may have the asterisk, and its value "
    "is then charset'language'text")
def extended_boundary(d):
    return b"\n\tboundary*=" in d.mail.octets and (
        d.item == "tree" or d.item == "text" and d.theirs == b"")


FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")


@CAUSES.add(
    "part-without-header", "free",
    "takes the first lines of a part up to an empty line for its header, "
    "even if they are no fields",
    "a part whose first line is no field has no header, and begins there",
    "the mail breaks RFC 2046 section 5.1: after its boundary delimiter "
    "line, each body part then consists of a header area, a blank line, and "
    "a body area; without header fields it starts with the blank line")
def part_without_header(d):
    if d.item != "text" or FIELD.match(d.ours):
        return False
    at = d.mail.octets.find(b"\n" + native(
        d.theirs if d.section.endswith(".MIME") else d.ours))
    line = d.mail.octets[:at].rpartition(b"\n")[2]
    if not line.startswith(b"--"):
        return False
    if d.section.endswith(".MIME"):
        return d.ours == b"" and not FIELD.match(d.theirs)
    return d.ours.endswith(d.theirs)


@CAUSES.add(
    "depth", "free",
    "takes multiparts apart that lie 99 deep in others",
    "100 deep",
    "no sentence limits depth; RFC 2046 section 5.1.2 is kept: outer level "
    "boundary markers are recognized at any level of inner nesting")
def depth(d):
    return d.mail.octets.count(b"boundary=") > 100 and (
        d.item == "tree" or d.section.count(".") > 97)
