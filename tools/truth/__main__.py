"""`python -m tools.truth` lists what is untrue and exits 1; `--write` makes the generated pages anew."""

from __future__ import annotations

import sys

from tools.truth import capabilities, catalogues, glossary, hygiene, links, reference, unused


def main() -> int:
    if "--write" in sys.argv[1:]:
        for path in reference.write():
            print(f"wrote {path}")
    faults = [
        *reference.faults(),
        *capabilities.faults(),
        *catalogues.faults(),
        *glossary.faults(),
        *links.faults(),
        *hygiene.faults(),
        *unused.faults(),
    ]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
