"""The little language of ``rules/opt_out/*.txt``: how phrases are written and how they are found.

Each line of a section is a rule, a row of steps that words of one sentence have to take in order:

=============  =====================================================================
``stop``       this word (folded: small letters, no accents, no apostrophe)
``text*``      any word that begins so
``a/b/C``      any of these; a word in capitals is a list of the section ``[words]``
``a?``         may be missing
``..3``        up to three other words in between
``,,3``        the same, and commas too
``{C}``        any number of words of this list
``^``, ``$``   here a sentence (or what commas part) begins, ends
``!a``         the next word is not this one
``|``          here one sentence ends and the next begins
=============  =====================================================================

Lists that exist by themselves: ``NAME`` (a person's name that is known: one of the section
``[names]`` or the candidate's), ``CAPITAL`` (that, or a word in a capital that may be one),
``THEIRS`` (the candidate's alone), ``DIGITS`` (three or more).

Nothing here is a regular expression over the text: a rule keeps a set of the places it may have
reached, so the work is bounded by words × steps × width of the gaps, whatever the text is.
"""

from collections import Counter
from typing import NamedTuple

from .keywords import fold_text

SECTIONS = (
    "words",
    "opt out",
    "wrong number",
    "harmless",
    "own slip",
    "no typos",
    "names",
    "no names",
)
OWN_LISTS = ("NAME", "CAPITAL", "THEIRS", "DIGITS")

_WORD, _MANY, _NOT, _START, _END, _NEXT = range(6)


class Step(NamedTuple):
    """One step of a rule.

    :param int kind: what it is
    :param int key: of the words it takes, see ``Vocabulary.number``
    :param int gap: how many other words may come before
    :param bool commas: whether that may cross commas
    :param bool optional: whether the word may be missing
    """

    kind: int
    key: int = -1
    gap: int = 0
    commas: bool = False
    optional: bool = False


class Rule(NamedTuple):
    """A rule, with the keys without which it cannot be met."""

    steps: tuple
    needs: frozenset
    source: str


class Sentence(NamedTuple):
    """A text as words.

    :param list keys: a set of keys for each word
    :param list breaks: before each word and at the end: 0 none, 1 a comma, 2 a sentence's end
    """

    keys: list
    breaks: list


def parse(text, vocabulary, name="rules"):
    """Read a file of rules.

    :param str text: its content
    :param vocabulary: :class:`.opt_out_vocabulary.Vocabulary`, which learns its words
    :param str name: of the file, for errors
    :returns: dict of the sections' names to lists of :class:`Rule`; of ``names`` and ``no names`` to words
    :raises ValueError: for what is not written as the module's head says, with the line
    """
    found = {section: [] for section in SECTIONS if section not in ("words", "no typos")}
    lists, section = {}, None
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.partition("#")[0].strip()
        if not line:
            continue
        try:
            if line.startswith("["):
                section = line.strip("[]")
                if section not in SECTIONS:
                    raise ValueError(f"there is no section {section}")
            elif section == "words":
                listed, equals, words = line.partition("=")
                if not equals:
                    raise ValueError("a list is written NAME = word word")
                forms = {form for word in words.split() for form in _forms(word, lists)}
                lists.setdefault(listed.strip(), set()).update(forms)
            elif section == "no typos":
                vocabulary.no_typos(line.split())
            elif section in ("names", "no names"):
                found[section] += line.split()
            elif section:
                found[section].append(_rule(line, lists, vocabulary))
            else:
                raise ValueError("rules stand below the name of a section")
        except ValueError as error:
            raise ValueError(f"{name}, line {number}: {error}") from error
    return found


def _forms(alternatives, lists):
    """Return the words of ``a/b/LIST``."""
    forms = set()
    for part in alternatives.split("/"):
        if part in OWN_LISTS:
            forms.add(f"<{part}>")
        elif part.isupper() and part in lists:
            forms |= lists[part]
        elif part.isupper():
            raise ValueError(f"there is no list {part}")
        elif not part.rstrip("*").isalnum() or part.rstrip("*") != fold_text(part):
            raise ValueError(f"{part!r} is no folded word")
        else:
            forms.add(part)
    return forms


def _rule(line, lists, vocabulary):
    steps, gap, commas = [], 0, False
    for part in line.split():
        if part[:2] in ("..", ",,"):
            gap, commas = int(part[2:]), part[0] == ","
            continue
        if part in "^$|":
            steps.append(Step({"^": _START, "$": _END, "|": _NEXT}[part]))
            continue
        kind, optional = _WORD, part.endswith("?")
        if part.startswith("{"):
            kind = _MANY
        elif part.startswith("!"):
            kind = _NOT
        key = vocabulary.number(_forms(part.strip("{}!?"), lists))
        steps.append(Step(kind, key, gap, commas, optional))
        gap, commas = 0, False
    if gap:
        raise ValueError("a gap needs a word after it")
    needs = frozenset(step.key for step in steps if step.kind == _WORD and not step.optional)
    if not needs:
        raise ValueError("a rule needs a word that is always there")
    return Rule(tuple(steps), needs, line)


def index(rules):
    """Arrange rules so that few are tried on a text.

    :param rules: list of :class:`Rule`
    :returns: dict of a key to the rules that need it, each rule once, under its rarest key
    """
    used = Counter(key for rule in rules for key in rule.needs)
    arranged = {}
    for rule in rules:
        rarest = min(rule.needs, key=lambda key: (used[key], key))
        arranged.setdefault(rarest, []).append(rule)
    return arranged


def find(rule, sentence):
    """Find where a rule is met.

    :param rule: :class:`Rule`
    :param sentence: :class:`Sentence`
    :returns: list of ``(first word, word after the last)``, one for each start at most
    """
    first = rule.steps[0]
    found = []
    for start, keys in enumerate(sentence.keys):
        if first.kind == _WORD and not first.optional and first.key not in keys:
            continue
        if end := _reach(rule.steps, sentence, start):
            found.append((start, end))
    return found


def _reach(steps, sentence, start):
    """Return the place after the last word of the shortest way through the steps, or 0."""
    keys, breaks = sentence
    places, across = {start}, False
    for step in steps:
        if step.kind in (_START, _END, _NEXT):
            places = {place for place in places if breaks[place]}
            across = step.kind == _NEXT
        elif step.kind == _NOT:
            places = {p for p in places if p == len(keys) or step.key not in keys[p]}
        elif step.kind == _MANY:
            places = _follow(step, keys, breaks, places, start)
        else:
            reached = set()
            for place in places:
                for word in range(place, min(place + step.gap + 1, len(keys))):
                    if word > start and breaks[word] > step.commas:
                        if not (across and word == place):
                            break
                    if step.key in keys[word]:
                        reached.add(word + 1)
            places = places | reached if step.optional else reached
            across = False
        if not places:
            return 0
    return min(places)


def _follow(step, keys, breaks, places, start):
    """Return the places and all that words of one list, also with commas between, lead to."""
    reached, ahead = set(places), set(places)
    while ahead:
        place = ahead.pop()
        if place < len(keys) and step.key in keys[place]:
            if (place == start or breaks[place] < 2) and place + 1 not in reached:
                reached.add(place + 1)
                ahead.add(place + 1)
    return reached
