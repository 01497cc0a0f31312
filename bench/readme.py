"""The table of figures in the README, made from the JSON that bin/bench keeps."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "bench" / "result.json"
README = ROOT / "README.md"
BEGIN, END = "<!-- figures: bin/bench --readme -->", "<!-- end of figures -->"


def _number(value):
    """Three digits that count, without an exponent."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def table(result):
    """Return the figures as a table in Markdown.

    :param dict result: what ``bin/bench`` keeps
    :returns: str
    """
    machine = result["machine"]
    rounds = max(line["rounds"] for line in result["rows"])
    about = f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']:g} GiB"
    lines = [
        f"{about}; the median of {rounds} rounds, ours and the peer's in turns.",
        "Rates are per second, other times in seconds.",
        "",
        "| work | ours | against | theirs | ratio | to reach | |",
        "|---|--:|---|--:|--:|---|---|",
    ]
    for line in result["rows"]:
        cells = (
            line["work"],
            _number(line["ours"]),
            line["against"],
            _number(line["peer"]) if "peer" in line else "",
            _number(line["ratio"]) if "ratio" in line else "",
            line["reach"].replace(">=", "≥").replace("<=", "≤"),
            "" if line["reached"] else "**not reached**",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def with_figures(readme, result):
    """Return a README with the table of these figures between its two marks.

    :param str readme: its text
    :param dict result: what ``bin/bench`` keeps
    :raises ValueError: when the marks are missing
    """
    before, begin, rest = readme.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"README.md has no {BEGIN} … {END}")
    return f"{before}{BEGIN}\n{table(result)}\n{END}{after}"


def write():
    """Bring the README up to date."""
    README.write_text(with_figures(README.read_text(), json.loads(RESULT.read_text())))
