"""Which words the rules of :mod:`.opt_out_grammar` take, however they are spelled."""

import re

# Below that a word is too short to tell a typing error from another word.
_TYPO_LENGTH = 6
_LONGEST = 32
_CACHED = 20000
_DRAWN_OUT = re.compile(r"(.)\1\1+")
_UMLAUT = re.compile("([aou])e")


class Vocabulary:
    """Which words each step of each rule takes.

    Steps that take the same words share a key. ``keys(word)`` is all that is asked for each word.
    """

    def __init__(self):
        self._numbers = {}
        # form -> keys; stems apart. What a form is with a letter missing -> forms.
        self._words, self._stems = {}, {}
        self._short_words, self._short_stems = {}, {}
        self._no_typos = set()
        self._cache = {}

    def number(self, forms):
        """Return the key of a set of forms (words, and stems with an asterisk).

        :param forms: iterable of str
        :returns: int
        """
        forms = frozenset(forms)
        key = self._numbers.setdefault(forms, len(self._numbers))
        for form in forms:
            if form.endswith("*"):
                self._add(form[:-1], key, self._stems, self._short_stems, keep=1)
            else:
                self._add(form, key, self._words, self._short_words, keep=0)
        return key

    def _add(self, form, key, known, short, keep):
        if form not in known and len(form) >= _TYPO_LENGTH:
            for spelled in _one_less(form, keep):
                short.setdefault(spelled, set()).add(form)
        known.setdefault(form, set()).add(key)

    def no_typos(self, words):
        """Take words for what they are, however near they are to one of a rule.

        :param words: iterable of str
        """
        self._no_typos.update(words)

    def keys(self, word):
        """Return the keys of a word: as written, drawn out ("stoooop"), with a typing error.

        :param str word: folded
        :returns: frozenset
        """
        word = word[:_LONGEST]
        if word not in self._cache:
            if len(self._cache) >= _CACHED:
                self._cache.clear()
            found = set().union(*map(self._look_up, _spellings(word)))
            if not found and word not in self._no_typos:
                found = self._look_up_typo(word)
            self._cache[word] = frozenset(found)
        return self._cache[word]

    def _look_up(self, word):
        found = set(self._words.get(word, ()))
        for length in range(2, len(word) + 1):
            found |= self._stems.get(word[:length], set())
        return found

    def _look_up_typo(self, word):
        """One letter missing, one too many, or two in the wrong order; the first letter is right."""
        found = set()
        for form in self._short_words.get(word, ()):
            found |= self._words[form]
        for length in range(_TYPO_LENGTH - 1, len(word) + 1):
            for form in self._short_stems.get(word[:length], ()):
                found |= self._stems[form]
        if len(word) >= _TYPO_LENGTH:
            for spelled in (*_one_less(word), *_swapped(word)):
                found |= self._words.get(spelled, set()) if len(spelled) >= _TYPO_LENGTH else set()
                for length in range(_TYPO_LENGTH, len(spelled) + 1):
                    found |= self._stems.get(spelled[:length], set())
        return found


def _one_less(word, keep=0):
    """Return a word without one of its letters; the first stays, and as many as ``keep`` at the end."""
    return {word[:i] + word[i + 1 :] for i in range(1, len(word) - keep)}


def _swapped(word):
    return {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(1, len(word) - 1)}


def _spellings(word):
    """Return a word as it is, without letters drawn out, with umlauts written as ae, oe, ue, and b for v."""
    spelled = {word.replace("v", "b"), word.replace("b", "v"), word.replace("mb", "nv")}
    return {
        word,
        *(spelled if len(word) > 4 else ()),
        _DRAWN_OUT.sub(r"\1", word),
        _DRAWN_OUT.sub(r"\1\1", word),
        _UMLAUT.sub(r"\1", word),
    }
