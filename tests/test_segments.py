"""Segment counting in Python, and that the browser is tested with the same vectors.

The vectors were computed with Twilio's own calculator (npm ``sms-segments-calculator`` 1.3.0); the
only one it does not share is the empty text, which it counts as one segment and we as none.
"""

import json
import random

from odoo.tests import BaseCase, tagged
from odoo.tools.misc import file_open

from ..rules import segments


def _vectors():
    with file_open("hr_recruitment_texting/tests/segment_vectors.json") as file:
        return json.load(file)


@tagged("post_install", "-at_install")
class TestSegments(BaseCase):
    def test_vectors(self):
        vectors = _vectors()
        self.assertGreaterEqual(len(vectors), 80)
        for vector in vectors:
            with self.subTest(vector["name"]):
                text = "".join(part * times for part, times in vector["parts"])
                self.assertEqual(
                    segments.count(text),
                    (vector["encoding"], vector["segments"], vector["units"], vector["left"]),
                )

    def test_browser_has_the_same_vectors(self):
        with file_open("hr_recruitment_texting/static/tests/segment_vectors.js") as file:
            module = file.read()
        _comment, _export, array = module.partition("export const vectors = ")
        self.assertEqual(json.loads(array.strip().removesuffix(";")), _vectors())

    def test_the_alphabet_is_complete(self):
        self.assertEqual(len(segments.GSM_BASIC), 127)
        self.assertEqual(len(segments.GSM_EXTENDED), 10)

    def test_nothing_costs_nothing(self):
        for nothing in ("", None, False):
            self.assertEqual(segments.count(nothing), (segments.GSM_7, 0, 0, 160))

    def test_half_an_emoji_is_counted(self):
        self.assertEqual(segments.count("\ud83d").units, 1)

    def test_a_heap_of_accents_ends(self):
        counted = segments.count("a" + "\u0301" * 1000)
        self.assertEqual((counted.units, counted.segments), (1001, 15))

    def test_capacity_is_never_exceeded(self):
        chance = random.Random(42)
        pool = ["a", "€", "ê", "😀", "👍🏽", "🇩🇪", "e\u0301", "\n", "\r\n", "|", "你"]
        for _turn in range(300):
            text = "".join(chance.choices(pool, k=chance.randint(1, 400)))
            counted = segments.count(text)
            alone, joined = segments.SIZES[counted.encoding]
            room = alone if counted.segments == 1 else counted.segments * joined
            self.assertLessEqual(counted.units + counted.units_left_in_segment, room, repr(text))
            self.assertGreaterEqual(counted.units_left_in_segment, 0)
            if counted.encoding == segments.UCS_2:
                self.assertEqual(counted.units, len(text.encode("utf-16-le")) // 2)
