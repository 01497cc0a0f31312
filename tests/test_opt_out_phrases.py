import json
import logging
import time
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..rules.keywords import LANGUAGES
from ..rules.opt_out_grammar import Sentence, find, parse
from ..rules.opt_out_phrases import classify, explain
from ..rules.opt_out_vocabulary import Vocabulary

_logger = logging.getLogger(__name__)


def texts(name):
    """:returns: list of dicts with ``text``, ``lang`` and ``meaning``"""
    return json.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))


def measure(rows):
    """:returns: precision and recall of finding that somebody wants no more texts, and the errors"""
    found = [row for row in rows if classify(row["text"])]
    right = [row for row in found if row["meaning"]]
    wanted = [row for row in rows if row["meaning"]]
    wrong = [row["text"] for row in rows if bool(row["meaning"]) != bool(classify(row["text"]))]
    return len(right) / len(found), len(right) / len(wanted), wrong


@tagged("post_install", "-at_install")
class TestOptOutPhrases(BaseCase):
    def test_texts_written_blind(self):
        """Texts by somebody who never saw the rules, nor were the rules changed after seeing them.

        Measured once: precision 0.97, recall 0.91. What is missed here still reaches the recruiter
        as an ordinary text.
        """
        rows = texts("opt_out_blind.json")
        precision, recall, _wrong = measure(rows)
        _logger.info("blind, %s texts: precision %.3f, recall %.3f", len(rows), precision, recall)
        self.assertGreaterEqual(precision, 0.96)
        self.assertGreaterEqual(recall, 0.90)

    def test_texts_the_rules_were_written_on(self):
        rows = texts("opt_out_corpus.json")
        precision, recall, wrong = measure(rows)
        _logger.info("corpus, %s texts: precision %.3f, recall %.3f", len(rows), precision, recall)
        self.assertFalse(wrong)
        self.assertEqual({row["lang"] for row in rows}, set(LANGUAGES))

    def test_a_wrong_number_is_not_taken_for_an_opt_out_nor_the_reverse(self):
        """A wrong number withdraws at once, so weak signs of it are opt-outs, which a person decides."""
        rows = texts("opt_out_corpus.json")
        self.assertFalse(
            [
                row["text"]
                for row in rows
                if row["meaning"] == "opt_out" and classify(row["text"]) == "wrong_number"
            ]
        )
        wrong_numbers = [row for row in rows if row["meaning"] == "wrong_number"]
        same = [row for row in wrong_numbers if classify(row["text"]) == "wrong_number"]
        self.assertGreaterEqual(len(same) / len(wrong_numbers), 0.85)

    def test_spelling(self):
        for text in (
            "STOP TEXTING ME",
            "stooooop texting meee",
            "pls stop txting",
            "don’t text me",
            "dont send me anymore mesages",
            "unsuscribe pls",
            "ｓｔｏｐ texting me",
            "Ho\u0308r auf mir zu schreiben",
            "hoer auf mir zu schreiben",
            "ich will keine nachichten mehr",
            "arrêtez de m’écrire",
            "arretez de mecrire",
            "no me escrivan más",
            "stop met sms’en",
        ):
            self.assertEqual(classify(text), "opt_out", text)

    def test_not_a_typing_error(self):
        for text in ("I want remote work", "don't send the contract yet", "stop testing me haha"):
            self.assertIsNone(classify(text), text)

    def test_who_gives_their_name_is_at_the_right_number(self):
        for text in ("Hi, this is Kevin.", "This is Kevin", "It is Anna", "I do know Daniel"):
            self.assertIsNone(classify(text), text)

    def test_the_name_of_the_candidate(self):
        self.assertIsNone(classify("im not yusra"))
        self.assertEqual(classify("im not yusra", ["Yusra Khan"]), "wrong_number")
        self.assertEqual(classify("no yusra here", ["Yusra Khan"]), "wrong_number")
        self.assertIsNone(classify("This is Yusra, see you at 3", ["Yusra Khan"]))
        self.assertIsNone(classify("I'm not sure", ["Yusra Khan"]))

    def test_own_slip(self):
        self.assertIsNone(classify("sorry i gave you the wrong number, it's 07700 900123"))
        self.assertEqual(classify("you sent that to the wrong number"), "wrong_number")

    def test_nothing_to_read(self):
        for text in (None, "", " ", "?!", "😀", "\n\n", "'", "2"):
            self.assertIsNone(classify(text), text)

    def test_found_words_are_explained(self):
        self.assertIn(("opt out", "NOT ..2 TEXT ..2 ME"), explain("dont text me"))
        self.assertFalse(explain("see you at three"))

    def test_no_text_takes_long(self):
        """The work is bounded by the length of a text, whatever is in it."""
        for text in (
            "stop " * 320,
            "dont " * 320,
            "please stop the bus stop " * 66,
            "do not never stop keine sms mehr ne me plus no me hou op " * 28,
            "stop please ok now thanks " * 61,
            " ".join(f"w{number}ord" for number in range(200)),
            "a" * 1600,
            "ab" * 800,
            "a'" * 800,
            "'" * 1600,
            ".,!" * 533,
            "x\n" * 800,
            "#" * 1600,
            "ß" * 1600,
            "ﷺ" * 1600,
        ):
            started = time.process_time()
            classify(text)
            self.assertLess(time.process_time() - started, 0.5, text[:30])


@tagged("post_install", "-at_install")
class TestOptOutGrammar(BaseCase):
    """What the steps of a rule mean, each seen to be met and not to be met."""

    def met(self, rule, text):
        """Tell whether a rule alone finds something in a text of folded words."""
        vocabulary = Vocabulary()
        rules = parse(f"[words]\nPLEASE = pls please\n[opt out]\n{rule}", vocabulary)["opt out"]
        keys, breaks = [], [2]
        for word in text.split():
            if word in ".,":
                breaks[-1] = 2 if word == "." else 1
            else:
                keys.append(vocabulary.keys(word))
                breaks.append(0)
        breaks[-1] = 2
        return bool(find(rules[0], Sentence(keys, breaks)))

    def test_steps(self):
        for rule, yes, no in (
            ("stop texts", "now stop texts", "stop the texts"),
            ("stop text*", "stop texting", "stop the text"),
            ("stop a/b", "stop b", "stop c"),
            ("stop ..2 texts", "stop all these texts", "stop all of these texts"),
            ("stop ..2 texts", "stop texts", "stop , texts"),
            ("stop ,,2 texts", "stop , the texts", "stop . the texts"),
            ("a b? c", "a c", "a b b c"),
            ("a b? c", "a b c", "a d c"),
            ("^ stop", "no , stop", "bus stop"),
            ("stop $", "please stop . ok", "stop here"),
            ("^ {PLEASE} stop {PLEASE} $", "pls please , stop please", "pls stop here please"),
            ("stop !by", "stop", "stop by"),
            ("stop | hammer", "stop . hammer", "stop hammer"),
            ("unsubscribe", "unsuscribe", "subscribe"),
            ("contact*", "contcat", "compact"),
        ):
            self.assertTrue(self.met(rule, yes), (rule, yes))
            self.assertFalse(self.met(rule, no), (rule, no))

    def test_an_error_names_the_line(self):
        for text, expected in (
            ("[opt out]\nstop TEXTS", "nl.txt, line 2: there is no list TEXTS"),
            ("[words]\nA = é", "line 2: 'é' is no folded word"),
            ("[words]\nA b", "line 2: a list is written"),
            ("[opt out]\nstop ..3", "line 2: a gap needs a word after it"),
            ("[opt out]\n^ $", "line 2: a rule needs a word"),
            ("[nonsense]", "line 1: there is no section nonsense"),
            ("stop", "line 1: rules stand below the name of a section"),
        ):
            with self.assertRaises(ValueError) as caught:
                parse(text, Vocabulary(), "nl.txt")
            self.assertIn(expected, str(caught.exception))
