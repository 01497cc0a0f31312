"""The figures in the README are those that bin/bench kept."""

import json

from odoo.tests import BaseCase, tagged

from ..bench import readme

RESULT = {
    "machine": {"processor": "Some CPU", "cores": 2, "memory_gib": 23.5},
    "rows": [
        {
            "work": "drain 2,000",
            "against": "core's queue",
            "ours": 412.34,
            "peer": 6.512,
            "ratio": 63.3,
            "reach": ">= 60",
            "reached": True,
            "rounds": 5,
        },
        {
            "work": "queries",
            "against": "",
            "ours": 0.1234,
            "reach": "<= 0.1",
            "reached": False,
            "rounds": 5,
        },
    ],
}


@tagged("post_install", "-at_install")
class TestFigures(BaseCase):
    def test_the_readme_shows_what_was_measured(self):
        text = readme.README.read_text()
        if not readme.RESULT.exists():
            self.assertIn(f"{readme.BEGIN}\nNot measured yet.\n{readme.END}", text)
            return
        result = json.loads(readme.RESULT.read_text())
        self.assertEqual(text, readme.with_figures(text, result), "bin/bench --readme")

    def test_the_table(self):
        text = readme.with_figures(f"Above\n{readme.BEGIN}\nold\n{readme.END}\nbelow", RESULT)
        self.assertEqual(
            text.splitlines()[-4:],
            [
                "| drain 2,000 | 412 | core's queue | 6.51 | 63.3 | ≥ 60 |  |",
                "| queries | 0.123 |  |  |  | ≤ 0.1 | **not reached** |",
                readme.END,
                "below",
            ],
        )
        self.assertIn("Some CPU, 2 cores, 23.5 GiB", text)
        self.assertNotIn("old", text)
        self.assertEqual(readme.with_figures(text, RESULT), text, "again")

    def test_without_its_place(self):
        with self.assertRaisesRegex(ValueError, "no <!--"):
            readme.with_figures("No place here", RESULT)
