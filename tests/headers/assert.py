#!/usr/bin/env python3
"""assert.py FOLDER - writes a C program that checks the public headers.

The tables of FOLDER say what names, values, types, order and widths the API
has. Most is asserted when the program is compiled; widths of bit-fields,
which C cannot ask for, when it runs.
"""
import sys

from assert_tables import rows

HEADERS = ["c-client.h", "imap4r1.h", "flstring.h", "fdstring.h"]
TYPES = {"long": "long", "ulong": "unsigned long", "int": "int"}


def constants(folder):
    for name, value, kind in rows(folder, "constants.tab"):
        if name == "BUFLEN":
            continue  # tcp_unix.h
        yield f'_Static_assert({name} == {value}, "{name}");'
        if kind != "-":
            yield f"SAME(__typeof__({name}), {TYPES[kind]});"


def function_types(folder):
    for name, kind in rows(folder, "functypes.tab"):
        yield f"SAME({name}, {kind});"


def structures(folder):
    """Yields the assertions, then ("run", statements)."""
    struct = before = None
    run = []
    for row in rows(folder, "members.tab"):
        if row[0]:
            struct, size = row
            before = None
            if size != "-":
                yield (f'_Static_assert(sizeof({struct}) == {size}, '
                       f'"{struct}");')
            continue
        _, member, kind = row
        if kind.startswith(":"):
            run.append(f"\tWIDTH({struct}, {member}, {kind[1:]});")
            continue
        yield f"SAME(__typeof__((({struct} *)0)->{member}), {kind});"
        if before and not same_union(before, member):
            yield (f"_Static_assert(offsetof({struct}, {before}) < "
                   f"offsetof({struct}, {member}), "
                   f'"{struct}: {member} comes after {before}");')
        before = member
    yield ("run", run)


def same_union(a, b):
    """Members of one union lie in one place."""
    unions = ("nested.", "private.spare.", "cclientPrivate.spare.")
    return any(a.startswith(u) and b.startswith(u) for u in unions)


def main():
    folder = sys.argv[1]
    run = []
    print('#include <stddef.h>\n#include <stdio.h>\n#include <string.h>')
    for header in HEADERS:
        print(f'#include "{header}"')
    print("""
#define SAME(a, b) \\
	_Static_assert(__builtin_types_compatible_p(a, b), #a " is " #b)

/* A bit-field of width w that is given all ones keeps w of them. */
#define WIDTH(type, member, w) \\
	do { \\
		type v; \\
		memset(&v, 0, sizeof(v)); \\
		v.member = ~0u; \\
		if (v.member != (1u << (w)) - 1) { \\
			printf("%s.%s is not %d bits\\n", #type, #member, w); \\
			bad = 1; \\
		} \\
	} while (0)
""")
    for line in constants(folder):
        print(line)
    for line in function_types(folder):
        print(line)
    for line in structures(folder):
        if isinstance(line, tuple):
            run = line[1]
        else:
            print(line)
    print("\nint\nmain(void)\n{\n\tint bad = 0;\n")
    print("\n".join(run))
    print('\tif (strcmp(BADHOST, ".MISSING-HOST-NAME.") || '
          'strcmp(ERRHOST, ".SYNTAX-ERROR.") ||\n'
          '\t    strcmp(SYSCONFIG, "/etc/c-client.cf") || '
          'strcmp(ANONYMOUSUSER, "nobody") ||\n'
          '\t    strcmp(UNLOGGEDUSER, "root") || '
          'strcmp(ADMINGROUP, "mailadm")) {\n'
          '\t\tputs("a string constant differs");\n\t\tbad = 1;\n\t}')
    print("\treturn bad;\n}")


if __name__ == "__main__":
    main()
