"""Opt-outs in plain words: "please stop texting me", "bitte keine SMS mehr", "wrong number".

Consent may be revoked "by any reasonable means" (47 CFR 64.1200(a)(10)), so free text counts.
Words cannot tell for sure: what is found pauses the conversation until a person decides. A false
alarm costs a click, a miss texts somebody who said no.

What to look for is in ``rules/opt_out/``, a file for each language, written as
:mod:`.opt_out_grammar` says. All of them are looked for, whatever language the candidate is
thought to speak.
"""

import re
import unicodedata
from pathlib import Path

from .keywords import LANGUAGES, fold_text
from .opt_out_grammar import OWN_LISTS, Sentence, find, index, parse
from .opt_out_vocabulary import Vocabulary

# Words, and the signs that part sentences. What is left out parts words only.
_SIGNS = re.compile(r"[^\W_]+(?:['’`´][^\W_]+)*|[.!?;:\n…]|[,()]|[\U0001F000-\U0001FAFF☀-➿]")
_APOSTROPHE = re.compile("['’`´]")
# French parts "m'envoyez", everybody else writes one word: "don't", "sms'jes", "I'm".
_ELIDED = frozenset(["c", "d", "j", "l", "m", "n", "s", "t"]) | {"qu"}
# A longer text is not read to the end: Twilio's limit is 1,600 characters.
_MAX_LENGTH = 2000


def _load():
    vocabulary, sections = Vocabulary(), {}
    for lang in LANGUAGES:
        path = Path(__file__).parent / "opt_out" / f"{lang}.txt"
        parsed = parse(path.read_text(encoding="utf-8"), vocabulary, path.name)
        for section, found in parsed.items():
            sections.setdefault(section, []).extend(found)
    return vocabulary, sections


_vocabulary, _sections = _load()
_names, _no_names = (frozenset(_sections.pop(section)) for section in ("names", "no names"))
_rules = {section: index(rules) for section, rules in _sections.items()}
_NAME, _CAPITAL, _THEIRS, _DIGITS = (_vocabulary.keys(f"<{name}>") for name in OWN_LISTS)


def classify(text, names=()):
    """Tell whether a text asks for no more texts, in plain words.

    :param text: what the candidate wrote, may be empty or ``None``
    :param names: names of the candidate, as known: "I am not Keisha" is a wrong number
    :returns: ``"opt_out"``, ``"wrong_number"``, or ``None`` for any other text
    """
    sentence = _read((text or "")[:_MAX_LENGTH], names)
    for start, end in list(_found("harmless", sentence)):
        sentence.keys[start:end] = [frozenset()] * (end - start)
    if any(_found("wrong number", sentence)) and not any(_found("own slip", sentence)):
        return "wrong_number"
    return "opt_out" if any(_found("opt out", sentence)) else None


def explain(text, names=()):
    """Name the rules that a text meets, for those who write them.

    :returns: list of ``(section, rule)``
    """
    sentence = _read((text or "")[:_MAX_LENGTH], names)
    met = []
    for section, rules in _sections.items():
        met += [(section, rule.source) for rule in rules if find(rule, sentence)]
    return met


def _found(section, sentence):
    """Yield where rules of a section are met."""
    there = frozenset().union(*sentence.keys)
    rules = _rules[section]
    for key in there:
        for rule in rules.get(key, ()):
            if rule.needs <= there:
                yield from find(rule, sentence)


def _read(text, names):
    """Return a text as a :class:`Sentence`."""
    theirs = {part for name in names for part in fold_text(name).split() if len(part) > 1}
    shouted = sum(map(str.isupper, text)) > sum(map(str.islower, text))
    keys, breaks = [], [2]
    for sign in _SIGNS.findall(_plain(text)):
        if not sign[0].isalnum():
            breaks[-1] = max(breaks[-1], 2 if sign in ".!?;:\n…" else 1)
            continue
        for word in _words(sign):
            folded = fold_text(word)
            found = _vocabulary.keys(folded)
            if folded in theirs:
                found = found | _NAME | _CAPITAL | _THEIRS
            elif folded in _names or folded.removesuffix("s") in _names:
                found = found | _NAME | _CAPITAL
            elif _looks_like_name(word, folded) and not shouted:
                found = found | _CAPITAL
            elif folded.isdecimal() and len(folded) > 2:
                found = found | _DIGITS
            keys.append(found)
            breaks.append(0)
    breaks[-1] = 2
    return Sentence(keys, breaks)


def _plain(text):
    """Return a text with its letters in one piece, and "wrong #" as it is read."""
    return unicodedata.normalize("NFKC", text).replace("#", " number ")


def _looks_like_name(word, folded):
    return word[0].isupper() and len(folded) > 2 and folded not in _no_names


def _words(sign):
    """Return the words of what is written in one."""
    head, *rest = _APOSTROPHE.split(sign)
    if rest and head.casefold() in _ELIDED:
        return head, "".join(rest)
    return (head + "".join(rest),)
