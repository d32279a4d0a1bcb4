#!/usr/bin/env python3
"""prototypes.py FOLDER INCLUDE - writes C that compares prototypes.

Each function of FOLDER/api.list that a header in INCLUDE declares must have
the type that the list gives it.
"""
import os
import re
import sys

from assert_tables import rows

OPT_IN = ["imap4r1.h", "flstring.h", "fdstring.h", "netmsg.h", "newsrc.h",
          "sslio.h", "dummy.h", "pseudo.h", "flocksim.h"]


def declared(include):
    """All words of the headers that stand before a parenthesis."""
    words = set()
    for name in os.listdir(include):
        if name.endswith(".h"):
            with open(os.path.join(include, name)) as f:
                text = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
                text = re.sub(r"^#define(?:.*\\\n)*.*$", "", text, flags=re.M)
                words.update(re.findall(r"\b(\w+)\s*\(", text))
    return words


def main():
    folder, include = sys.argv[1:]
    words = declared(include)
    print('#include "c-client.h"')
    for header in OPT_IN:
        print(f'#include "{header}"')
    count = 0
    for header, prototype in rows(folder, "api.list"):
        match = re.match(r"(.*?)\b(\w+)(\(.*\));$", prototype)
        if not match or match.group(2) not in words:
            continue
        result, name, arguments = match.groups()
        print(f"#undef {name}")
        print("_Static_assert(__builtin_types_compatible_p("
              f"__typeof__(&{name}), {result}(*){arguments}), "
              f'"{name} of {header}");')
        count += 1
    print(f"/* {count} prototypes */")
    if count < 50:
        sys.exit("prototypes.py: hardly any function is declared")


if __name__ == "__main__":
    main()
