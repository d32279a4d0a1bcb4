"""Why ours and Python's readings differ. Values are those of imap.flat(), with
address lists as (name, address)."""
import re

import compare
import judging
import python_reader
import readings

CAUSES = judging.Causes("python")
LISTS = readings.ADDRESSES
FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")


def defects(d):
    """{section: what Python found wrong}"""
    return python_reader.read(d.mail.octets)[2]


def all_defects(d):
    return set().union(*defects(d).values())


def agrees_on(d, octets):
    """Would Python agree on this item if the mail were these octets?"""
    rows, texts, _ = python_reader.read(octets)
    if d.item == "tree":
        return compare.knots(rows) == d.ours
    if d.item == "text":
        return texts.get(d.section) == d.ours
    return rows.get((d.section, d.item)) == d.ours


# ------------------------------------------------------------- envelopes

@CAUSES.add(
    "no-address", "api",
    "an empty address, or none",
    "INVALID_ADDRESS@.SYNTAX-ERROR., with the text as name",
    "mail.h, ERRHOST: programs compare host with it")
def no_address(d):
    if d.item not in LISTS or not d.ours:
        return False
    valid = [pair for pair in d.ours
             if pair[1] != b"INVALID_ADDRESS@.SYNTAX-ERROR."]
    names = [(name, b"") if address == b"INVALID_ADDRESS@.SYNTAX-ERROR."
             else (name, address) for name, address in d.ours]
    return d.theirs == names or not valid and (
        d.theirs == [] or b"[" in d.ours[0][0])


@CAUSES.add(
    "text-behind-address", "api",
    "reads on without a comma",
    "adds UNEXPECTED_DATA_AFTER_ADDRESS@.SYNTAX-ERROR.",
    "mail.h, ERRHOST; RFC 5322 section 3.4 wants a comma there")
def text_behind_address(d):
    return d.item in LISTS and bool(d.ours) and d.ours[-1] == (
        b"", b"UNEXPECTED_DATA_AFTER_ADDRESS@.SYNTAX-ERROR.") and \
        d.ours[:-1] == (d.theirs or [])[:len(d.ours) - 1]


@CAUSES.add(
    "local-at-domain", "free",
    "ends the address at \" at \"",
    "reads it as RFC 733 wrote addresses, which archives still do",
    "the mail breaks RFC 5322 section 3.4.1: addr-spec = local-part \"@\" "
    "domain; RFC 733 section III.B allowed \" at \"")
def local_at_domain(d):
    return d.item in LISTS and bool(d.ours) and d.theirs == [
        (name, address.partition(b"@")[0]) for name, address in d.ours] and \
        all(address.replace(b"@", b" at ") in d.mail.octets
            for _, address in d.ours)


@CAUSES.add(
    "backslash-in-local-part", "free",
    "begins the address anew behind a backslash outside quotes",
    "takes the backslash as the quoting it is elsewhere",
    "the mail breaks RFC 5322 section 3.2.3, whose atext has no backslash; "
    "section 3.2.1: the only places where quoted-pair appears are ccontent, "
    "qcontent and obs-dtext")
def backslash_in_local_part(d):
    return d.item in LISTS and bool(d.ours) and len(d.ours) == 1 and \
        bool(d.theirs) and d.ours[0][1].replace(b"@", b"\\@", 1) in d.mail.octets and \
        d.ours[0][1].endswith(b"@" + d.theirs[0][1])


@CAUSES.add(
    "quoted-local-part", "rfc",
    "keeps the quotes around a local part",
    "takes them off",
    "RFC 5322 section 3.2.4: the quotes are no part of the quoted-string's "
    "value; RFC 3501 section 7.4.2 has the local part itself")
def quoted_local_part(d):
    return d.item in LISTS and bool(d.theirs) and d.ours == [
        (name, address.replace(b'"', b"")) for name, address in d.theirs]


@CAUSES.add(
    "empty-field", "rfc",
    "tells a field without addresses from one that is not there",
    "NIL for both",
    "RFC 3501 section 7.4.2: NIL if the lines are absent; an address list "
    "has no other form for none, as \"()\" is no env-from")
def empty_field(d):
    return d.item in LISTS and d.ours is None and d.theirs == []


@CAUSES.add(
    "route-of-address", "rfc",
    "takes the route before an address for an address of its own",
    "has it as source route",
    "RFC 5322 section 4.4: obs-angle-addr, obs-route")
def route_of_address(d):
    return d.item in LISTS and bool(d.ours) and bool(d.theirs) and [
        pair for pair in d.theirs if not pair[1].startswith(b"@")] == d.ours


@CAUSES.add(
    "blank-before-colon", "rfc",
    "does not know a field with a blank before the colon",
    "does",
    "RFC 5322 section 4.5: obs-from = \"From\" *WSP \":\" mailbox-list")
def blank_before_colon(d):
    octets = re.sub(rb"(?m)^(From)[ \t]+:", rb"\1:", d.mail.octets)
    return octets != d.mail.octets and agrees_on(d, octets)


# ------------------------------------------------------------ body fields

@CAUSES.add(
    "empty-id", "rfc",
    "an empty string for a Content-ID without text",
    "NIL",
    "RFC 2045 section 7: id := \"Content-ID\" \":\" msg-id, which is never "
    "empty")
def empty_id(d):
    return d.item == "id" and d.ours is None and d.theirs == b""


@CAUSES.add(
    "semicolon-at-the-end", "free",
    "a parameter without a name behind the last \";\"",
    "none",
    "the mail breaks RFC 2045 section 5.1: *(\";\" parameter), so that no \";\" "
    "is without a parameter, and attribute := token is never empty")
def semicolon_at_the_end(d):
    return d.item == "params" and d.ours == [
        pair for pair in d.theirs if pair != (b"", b"")]


@CAUSES.add(
    "bad-parameter", "free",
    "looks for \";\" only: what is no parameter stays in the type or the "
    "value, an open quote too",
    "reads type and subtype as tokens, and what follows as parameters even "
    "if the \";\" is missing; an open quote ends with the field; an empty "
    "field is as if missing",
    "the mail breaks RFC 2045 section 5.1: parameter := attribute \"=\" "
    "value, value := token / quoted-string, each behind a \";\", and what has "
    "tspecials must be in quoted-string")
def bad_parameter(d):
    if d.item == "type":
        return d.theirs.startswith(d.ours + b" ") or \
            d.theirs.startswith(d.ours.partition(b"/")[0] + b'"')
    if d.item != "params":
        return False
    if d.theirs == []:
        return len(d.ours) > 0 and (
            b"Content-Type: application/pdf name=" in d.mail.octets or
            b'Content-Type: %22' in d.mail.octets)
    if d.theirs[0] == (b"name", b"") and \
            d.ours == [python_reader.CHARSET]:
        return True
    name, value = d.theirs[0]
    return d.ours[0][0] == name and value != d.ours[0][1] and (
        value.strip(b'"').startswith(d.ours[0][1]))


# ------------------------------------------------------------- parts, texts

NO_PARTS = {"NoBoundaryInMultipartDefect", "StartBoundaryNotFoundDefect"}


@CAUSES.add(
    "multipart-without-delimiter", "free",
    "no part, but a text, for a multipart in which no delimiter was found",
    "one part with all of the multipart's body, so that it can be read",
    "the mail breaks RFC 2046 section 5.1: the body must then contain one "
    "or more body parts, each preceded by a boundary delimiter line; RFC "
    "3501 section 9, body-type-mpart = 1*body, wants one all the same")
def multipart_without_delimiter(d):
    if d.item != "tree" or NO_PARTS.isdisjoint(all_defects(d)):
        return False
    return with_implied_parts(d.theirs) == d.ours


def with_implied_parts(knots):
    out = list(knots)
    for knot in knots:
        base = knot[:-2] + "." if knot != "[]" else ""
        if knot.endswith("[]") and base + "1" not in knots and \
                base + "1[]" not in knots:
            out.append(base + "1")
    return sorted(out)


def without_other_lines(octets):
    """The mail without the lines of its header that are no fields."""
    header, empty, body = octets.partition(b"\n\n")
    return b"\n".join(
        line for number, line in enumerate(header.split(b"\n"))
        if FIELD.match(line) or line[:1] in (b" ", b"\t") and line.strip()
    ) + empty + body


@CAUSES.add(
    "header-to-empty-line", "rfc",
    "ends the header before a line that is no field",
    "ends it at the empty line; the line is passed over",
    "RFC 5322 section 2.1: the body is separated from the header section by "
    "an empty line; section 4.2: a line of blanks is a fold")
def header_to_empty_line(d):
    octets = without_other_lines(d.mail.octets)
    if agrees_on(d, octets):
        return True
    # What was taken for a part is in the header; the rest has no parts.
    if d.section == "1" and octets != d.mail.octets and \
            not NO_PARTS.isdisjoint(python_reader.read(octets)[2][""]):
        return True
    if d.theirs is None and "MissingHeaderBodySeparatorDefect" in \
            defects(d).get(d.section, ()):
        return True
    line = d.theirs[:1000].partition(b"\r\n")[0] if d.item == "text" else b""
    return d.item == "text" and not FIELD.match(line) and \
        d.theirs.endswith(d.ours) and \
        "MissingHeaderBodySeparatorDefect" in all_defects(d)


@CAUSES.add(
    "line-end-at-the-end", "rfc",
    "takes the last line end off a multipart that is not closed",
    "leaves it to the part",
    "RFC 2046 section 5.1.1: a line end belongs to a delimiter that follows, "
    "and none follows")
def line_end_at_the_end(d):
    return d.item == "text" and d.ours == d.theirs + b"\r\n" and \
        "CloseBoundaryNotFoundDefect" in all_defects(d) and \
        d.mail.octets.endswith(d.ours.replace(b"\r\n", b"\n"))


@CAUSES.add(
    "delimiter-and-more", "rfc",
    "takes a delimiter with text behind it for text",
    "for a delimiter",
    "RFC 2046 section 5.1.1: an exact match of the entire candidate line is "
    "not required; it is sufficient that the boundary appear in its entirety "
    "following the CRLF")
def delimiter_and_more(d):
    return d.item == "text" and d.theirs.startswith(d.ours + b"\r\n--") and \
        any(d.theirs[len(d.ours) + 4:].startswith(name)
            for name in boundaries(d))


def boundaries(d):
    return re.findall(rb'(?i)boundary="?([^"\n;]+)', d.mail.octets)


@CAUSES.add(
    "boundary-begins-with-another", "free",
    "takes a line for the delimiter of the outer multipart if it begins with "
    "its boundary",
    "for that of the longest boundary that fits",
    "RFC 2046 section 5.1.1: the boundary value is compared with the "
    "beginning of each candidate line; both fit, and no sentence says which "
    "is meant")
def boundary_begins_with_another(d):
    names = set(boundaries(d))
    return d.item == "tree" and any(
        a != b and b.startswith(a) for a in names for b in names)


@CAUSES.add(
    "equal-boundaries", "free",
    "looks for the outer multipart's delimiters first",
    "gives a delimiter to the innermost multipart that is not closed",
    "the mail breaks RFC 2046 section 5.1.1: care must be taken to ensure "
    "that each nested multipart entity uses a different boundary delimiter")
def equal_boundaries(d):
    return d.item == "tree" and \
        len(set(boundaries(d))) < len(boundaries(d)) and \
        b"message/rfc822" not in d.mail.octets


@CAUSES.add(
    "folded-boundary", "rfc",
    "leaves the line end in a boundary that is folded",
    "unfolds it",
    "RFC 5322 section 2.2.3: unfolding is part of reading a field")
def folded_boundary(d):
    octets = re.sub(rb'(boundary="[^"\n]*)\n([ \t])', rb"\1\2",
                    d.mail.octets)
    return octets != d.mail.octets and agrees_on(d, octets)


@CAUSES.add(
    "text-behind-boundary", "free",
    "takes what stands behind the quotes of a boundary into it",
    "ends it with the quotes",
    "the mail breaks RFC 2045 section 5.1: behind value := token / quoted- "
    "string comes a \";\" or the end")
def text_behind_boundary(d):
    octets = re.sub(rb'(boundary="[^"\n]*")[^;\n]+', rb"\1",
                    d.mail.octets)
    return octets != d.mail.octets and agrees_on(d, octets)


@CAUSES.add(
    "depth", "free",
    "takes any depth apart",
    "100 multiparts inside each other",
    "no sentence limits depth; RFC 2046 section 5.1.2 is kept: outer level "
    "boundary markers are recognized at any level of inner nesting")
def depth(d):
    return d.item == "tree" and d.mail.octets.count(b"boundary=") > 100
