"""Take the figures, print the table, keep the JSON. `bin/bench --help` shows the options."""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from pathlib import Path

from . import readme
from .processes import Place
from .rows import GROUPS


def machine():
    """What this ran on."""
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "memory_gib": round(memory, 1),
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
    }


def measure(group, rounds):
    """Return the figures of a group: name to list of numbers, one a round."""
    figures = {}
    try:
        group.set_up()
        for number in range(group.rounds or rounds):
            print(f"  {group.name}: round {number + 1}", file=sys.stderr, flush=True)
            for name, value in group.round().items():
                figures.setdefault(name, []).append(value)
    finally:
        group.tear_down()
    return figures


def line_of(row, figures):
    """Return one line of the table as a dict."""
    ours = statistics.median(figures[row.ours])
    result = {"work": row.work, "against": row.against, "ours": ours}
    value = ours
    if row.peer:
        peers = figures[row.peer]
        result["peer"] = statistics.median(peers)
        value = result["ratio"] = statistics.median(
            mine / peer for mine, peer in zip(figures[row.ours], peers, strict=True)
        )
    result |= {
        "reach": f"{row.sense} {row.reach:g}",
        "reached": value >= row.reach if row.sense == ">=" else value <= row.reach,
        "rounds": len(figures[row.ours]),
    }
    return result


def show(lines):
    """Print the table."""
    head = ("work", "against", "ours", "peer", "ratio", "reach", "")
    rows = [
        (
            line["work"],
            line["against"],
            f"{line['ours']:,.4g}",
            f"{line['peer']:,.4g}" if "peer" in line else "",
            f"{line['ratio']:.2f}" if "ratio" in line else "",
            line["reach"],
            "reached" if line["reached"] else "NOT REACHED",
        )
        for line in lines
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)))


def main():
    names = [group.name for group in GROUPS]
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument(
        "--readme", action="store_true", help="only bring the README's table up to date"
    )
    parser.add_argument("--only", action="append", choices=names, help="take only these figures")
    parser.add_argument("--rounds", type=int, default=5, help="how often each figure is taken")
    parser.add_argument(
        "--json", type=Path, default=readme.RESULT, help="where the figures are kept"
    )
    arguments = parser.parse_args()
    if arguments.readme:
        readme.write()
        return
    start = time.monotonic()
    lines, taken = [], {}
    for kind in GROUPS:
        if arguments.only and kind.name not in arguments.only:
            continue
        place = Place()
        try:
            taken[kind.name] = measure(kind(place), arguments.rounds)
        finally:
            place.close()
        lines += [line_of(row, taken[kind.name]) for row in kind.rows]
    show(lines)
    result = {"machine": machine(), "rows": lines, "figures": taken}
    if not arguments.only:
        arguments.json.write_text(json.dumps(result, indent=1) + "\n")
        if arguments.json == readme.RESULT:
            readme.write()
    print(f"{time.monotonic() - start:.0f} s, {result['machine']}")


if __name__ == "__main__":
    main()
