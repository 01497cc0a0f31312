import json
import logging
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..rules.opt_out_phrases import classify
from .opt_out_corpus import HELD_OUT, TUNED, flat

_logger = logging.getLogger(__name__)


@tagged("post_install", "-at_install")
class TestOptOutPhrases(BaseCase):
    def measure(self, texts):
        """:returns: precision and recall of finding that somebody wants no more texts"""
        found = [text for text in texts if classify(text[1])]
        right = [text for text in found if text[2]]
        wanted = [text for text in texts if text[2]]
        wrong = [text for text in texts if bool(text[2]) != bool(classify(text[1]))]
        return len(right) / len(found), len(right) / len(wanted), wrong

    def test_texts_written_blind(self):
        """Texts by somebody who never saw the phrases, nor have the phrases been tuned on them.

        What is missed here still reaches the recruiter as an ordinary text.
        """
        blind = json.loads((Path(__file__).parent / "opt_out_blind.json").read_text())
        precision, recall, wrong = self.measure([tuple(text) for text in blind])
        _logger.info("blind, %s texts: precision %.2f, recall %.2f", len(blind), precision, recall)
        self.assertGreaterEqual(precision, 0.94, wrong)
        self.assertGreaterEqual(recall, 0.64, wrong)

    def test_precision_and_recall(self):
        for name, corpus, precision, recall in (
            ("tuned", TUNED, 1.0, 1.0),
            ("held out", HELD_OUT, 1.0, 0.9),
        ):
            texts = flat(corpus)
            reached = self.measure(texts)
            _logger.info(
                "%s, %s texts: precision %.2f, recall %.2f, %s", name, len(texts), *reached
            )
            with self.subTest(corpus=name):
                self.assertGreaterEqual(reached[0], precision, reached[2])
                self.assertGreaterEqual(reached[1], recall, reached[2])
            for lang in corpus:
                part = self.measure([text for text in texts if text[0] == lang])
                _logger.info("%s, %s: precision %.2f, recall %.2f", name, lang, *part[:2])
