"""Counting segments."""

import pytest

from simulator.segments import count_segments, is_gsm7


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 306, 2),
        ("x" * 307, 3),
        ("x" * 1600, 11),
        ("é" * 160, 1),
        ("Ç" * 160, 1),
        ("ß" * 160, 1),
        ("\n" * 160, 1),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("\f" * 80, 1),
        ("[]{}^~|\\" * 10, 1),
        ("[]{}^~|\\" * 10 + "x", 2),
        # 152 units and a double one: it moves to the next segment whole.
        ("x" * 152 + "€" + "x" * 152, 3),
        ("ê" * 70, 1),
        ("ê" * 71, 2),
        ("ç" * 134, 2),
        ("ç" * 135, 3),
        ("`" * 71, 2),
        ("\t" * 71, 2),
        ("’" * 71, 2),
        ("🙂" * 35, 1),
        ("🙂" * 36, 2),
        # 66 units and an emoji of two: it moves to the next segment whole.
        ("ê" * 66 + "🙂" + "ê" * 66, 3),
    ],
)
def test_count(text, segments):
    assert count_segments(text) == segments


@pytest.mark.parametrize(("text", "gsm"), [("éÇß€", True), ("ç", False), ("`", False)])
def test_alphabet(text, gsm):
    assert is_gsm7(text) is gsm
