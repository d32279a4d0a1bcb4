"""Why ours and MIME::Parser's leaves differ. A tree is the list of leaves."""
import re

import causes_python
import judging
import python_reader

CAUSES = judging.Causes("mimetools")


@CAUSES.add(
    "extended-boundary", "rfc",
    "finds no parts where the boundary is written as boundary*",
    "decodes it",
    "RFC 2231 section 4: any parameter may have the asterisk, and its value "
    "is then charset'language'text")
def extended_boundary(d):
    return d.item == "tree" and d.theirs == [] and \
        b"\n\tboundary*=" in d.mail.octets


@CAUSES.add(
    "multipart-without-delimiter", "free",
    "no part for a multipart in which no delimiter was found",
    "one part with all of the multipart's body, so that it can be read",
    "the mail breaks RFC 2046 section 5.1: the body must then contain one "
    "or more body parts, each preceded by a boundary delimiter line; RFC "
    "3501 section 9, body-type-mpart = 1*body, wants one all the same")
def multipart_without_delimiter(d):
    if d.item != "tree":
        return False
    implied = set(d.ours) - set(d.theirs)
    found = python_reader.read(
        causes_python.without_other_lines(d.mail.octets))[2]
    return set(d.theirs) < set(d.ours) and \
        all(section.endswith("1") for section in implied) and not \
        causes_python.NO_PARTS.isdisjoint(set().union(*found.values()))


@CAUSES.add(
    "other-messages", "rfc",
    "takes message/partial and message/external-body apart",
    "leaves them",
    "RFC 3501 section 7.4.2: a body of type MESSAGE and subtype RFC822 has "
    "the structure of what it holds; no other has")
def other_messages(d):
    return d.item == "tree" and re.search(
        rb"(?im)^content-type: *message/(?:partial|external-body)",
        d.mail.octets) is not None and \
        {re.sub(r"(\.\d+)\Z", "", section) for section in
         set(d.theirs) - set(d.ours)} == set(d.ours) - set(d.theirs)


@CAUSES.add(
    "delimiters-in-text", "free",
    "takes a part without a header to its first empty line for a header, "
    "and loses the last part of this mail",
    "a part whose first line is no field has no header",
    "the mail breaks RFC 2046 section 5.1.1: boundary delimiters must not "
    "appear within the encapsulated material; it says itself that it will "
    "cause much breakage of MIME parsers")
def delimiters_in_text(d):
    return d.item == "tree" and \
        b"cause much breakage of MIME parsers" in d.mail.octets


@CAUSES.add(
    "line-end-of-delimiter", "rfc",
    "counts the line end before a delimiter to a message that is nothing but "
    "a line without a field",
    "does not",
    "RFC 2046 section 5.1.1: the CRLF preceding the boundary delimiter line "
    "is conceptually attached to the boundary")
def line_end_of_delimiter(d):
    return d.item == "text" and d.ours == b"" and d.theirs == b"\r\n" and \
        b"\nMessage Removed\n--" in d.mail.octets


@CAUSES.add(
    "delimiter-and-more", "rfc",
    "takes a delimiter with text behind it for text",
    "for a delimiter",
    "RFC 2046 section 5.1.1: an exact match of the entire candidate line is "
    "not required; it is sufficient that the boundary appear in its entirety "
    "following the CRLF")
def delimiter_and_more(d):
    return causes_python.delimiter_and_more(d)


@CAUSES.add(
    "depth", "free",
    "takes any depth apart",
    "100 multiparts inside each other",
    "no sentence limits depth; RFC 2046 section 5.1.2 is kept: outer level "
    "boundary markers are recognized at any level of inner nesting")
def depth(d):
    return d.item == "tree" and d.mail.octets.count(b"boundary=") > 100
