"""Faults on demand: what goes wrong, how often, for whom.

A rule is ``{"probability": 0.1}`` or ``{"count": 3, "skip": 2}`` (after two that go well, three
go wrong, then it is used up); ``"to"`` limits it to one recipient. Every fault draws from its
own random source, so that with a seed one fault's draws do not depend on another's.
"""

import random

#: name -> what happens. Shown on the page and in the README.
FAULTS = {
    "http_429": "Answer 429 Too Many Requests (20429); nothing is created",
    "http_500": "Answer 500 with Twilio's error body; nothing is created",
    "http_503": "Answer 503 with Twilio's error body; nothing is created",
    "http_502_html": "Answer 502 with an HTML page; nothing is created",
    "drop_before": "Close the connection before accepting; nothing is created",
    "drop_after": "Close the connection after accepting; the text goes out all the same",
    "create_error": "Refuse the message with the error code given as 'code' (default 21612)",
    "undelivered": "The text ends with the error code given as 'code' (default 30003)",
    "callback_lost": "A status callback is never sent",
    "callback_doubled": "A status callback is sent twice, at the same time",
    "callback_reordered": "All callbacks of a message come at its end, in reverse order",
    "callback_early": "All callbacks of a message come before the answer to its creation",
    "callback_delayed": "A status callback comes 'ms' milliseconds later (default 1000)",
}
_OPTIONS = {"probability", "count", "skip", "to", "code", "status", "ms"}


class Faults:
    """The rules in force.

    :param seed: any value; the same seed draws the same sequence. ``None``: random.
    """

    def __init__(self, seed=None):
        self.rules = {}
        self.hits = {}
        self.seed(seed)

    def seed(self, seed):
        """Start every fault's random source anew from ``seed``."""
        self._seed = seed
        self._random = {}

    def clear(self):
        """Forget all rules and counts."""
        self.rules.clear()
        self.hits.clear()

    def update(self, changes):
        """Set rules from a JSON object: name -> rule, probability (number) or null.

        :raises ValueError: with a sentence for people, when a name or value is unusable;
            then nothing is changed.
        """
        if not isinstance(changes, dict):
            raise ValueError('Send an object of faults, such as {"http_429": 0.1}')  # noqa: TRY004 one kind for all refusals
        checked = {name: self._check(name, rule) for name, rule in changes.items()}
        for name, rule in checked.items():
            if rule is None:
                self.rules.pop(name, None)
            else:
                self.rules[name] = rule

    @staticmethod
    def _check(name, rule):
        if name not in FAULTS:
            raise ValueError(f"Unknown fault {name!r}; known: {', '.join(FAULTS)}")
        if isinstance(rule, int | float) and not isinstance(rule, bool):
            rule = {"probability": rule}
        if not rule:
            return None
        if not isinstance(rule, dict) or set(rule) - _OPTIONS:
            raise ValueError(f"{name}: give a probability or an object with {sorted(_OPTIONS)}")
        rule = dict(rule)
        if "count" not in rule:
            rule.setdefault("probability", 1)
        for key in set(rule) & {"probability", "count", "skip", "code", "status", "ms"}:
            value = rule[key]
            if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
                raise ValueError(f"{name}: {key} must be a number, 0 or more")
        if rule.get("probability", 0) > 1:
            raise ValueError(f"{name}: probability must be between 0 and 1")
        if rule.get("probability") == 0:
            return None
        return rule

    def strikes(self, name, to=None):
        """Draw whether fault ``name`` happens now, for recipient ``to``.

        :returns: the rule, or ``None`` when all goes well.
        """
        rule = self.rules.get(name)
        if rule is None or (rule.get("to") or to) != to:
            return None
        if "count" in rule:
            if rule.get("skip", 0) > 0:
                rule["skip"] -= 1
                return None
            rule["count"] -= 1
            if rule["count"] <= 0:
                del self.rules[name]
            if rule["count"] < 0:
                return None
        elif rule["probability"] < 1:
            source = self._random.get(name)
            if source is None:
                text = None if self._seed is None else f"{self._seed}:{name}"
                source = self._random[name] = random.Random(text)
            if source.random() >= rule["probability"]:
                return None
        self.hits[name] = self.hits.get(name, 0) + 1
        return rule
