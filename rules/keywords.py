"""Keywords a candidate texts: built-in words and how a text is matched to them.

Built-in words cannot be removed or repurposed, and stop words of every language always
match, whatever language the candidate uses.

Sources: https://help.twilio.com/articles/223134027 (Twilio's default long-code words),
https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out, CTIA Messaging Principles
5.1.2, 47 CFR 64.1200(a)(10) ("stop", "quit", "end", "revoke", "opt out", "cancel",
"unsubscribe").
"""

import re
import unicodedata

# word (folded) -> (action, language of the answer)
BUILT_IN = {
    **dict.fromkeys(
        (
            "stop",
            "stopall",
            "unsubscribe",
            "cancel",
            "end",
            "quit",
            "revoke",
            "optout",
            "opt out",
        ),
        ("stop", "en"),
    ),
    **dict.fromkeys(
        ("stopp", "beenden", "abbrechen", "abmelden", "ende"),
        ("stop", "de"),
    ),
    **dict.fromkeys(("start", "yes", "unstop"), ("start", "en")),
    **dict.fromkeys(("help", "info"), ("help", "en")),
    "hilfe": ("help", "de"),
}

# Twilio answers these itself on long codes: a second answer from us would be a double.
TWILIO_STOP = frozenset(
    {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"}
)
TWILIO_START = frozenset({"start", "yes", "unstop"})
TWILIO_HELP = frozenset({"help", "info"})
TWILIO_ANSWERS = TWILIO_STOP | TWILIO_START | TWILIO_HELP
# OptOutType of Twilio's Advanced Opt-Out -> action
OPT_OUT_TYPES = {"STOP": "stop", "START": "start", "HELP": "help"}
# Toll-free numbers do not accept YES:
# https://help.twilio.com/articles/360034798533
TOLL_FREE_START = frozenset({"start", "unstop"})

# Our answers, in the language of the keyword, which need not be installed in Odoo. One
# confirmation, no marketing: 47 CFR 64.1200(a)(12).
ANSWERS = {
    "en": {
        "stop": (
            "{company}: You are unsubscribed and will receive no more texts from us. "
            "Reply START to resubscribe."
        ),
        "start": "{company}: You are subscribed to our texts again. Reply STOP to opt out.",
        "help": (
            "{company}: Texts about job applications. Msg frequency varies. Msg & data rates "
            "may apply. Reply STOP to opt out."
        ),
    },
    "de": {
        "stop": (
            "{company}: Sie sind abgemeldet und erhalten keine SMS mehr von uns. "
            "Antworten Sie mit START, um wieder SMS zu erhalten."
        ),
        "start": (
            "{company}: Sie erhalten wieder SMS von uns. Antworten Sie mit STOP, um keine SMS "
            "mehr zu erhalten."
        ),
        "help": (
            "{company}: SMS zu Bewerbungen. Häufigkeit variiert. Es können Kosten Ihres "
            "Anbieters anfallen. Antworten Sie mit STOP, um keine SMS mehr zu erhalten."
        ),
    },
}

_TOLL_FREE = re.compile(r"^\+1(800|833|844|855|866|877|888)\d{7}$")


def is_toll_free(number):
    """Tell whether an E.164 number is a North American toll-free number.

    :param str number: E.164
    :returns: bool
    """
    return bool(_TOLL_FREE.match(number or ""))


def fold_text(text):
    """Fold a text for comparison with keywords: case, width, accents, punctuation, emoji.

    Only the outside is stripped of punctuation; inner white space becomes one blank.

    :param text: what the candidate wrote, may be empty or ``None``
    :returns: str, possibly empty
    """
    text = unicodedata.normalize("NFKD", text or "").casefold()
    text = "".join(
        char
        for char in text
        if unicodedata.category(char) not in ("Mn", "Cf", "Me", "Cc", "Sk") or char.isspace()
    )
    text = " ".join(text.split())
    start, end = 0, len(text)
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return text[start:end]


def match(text):
    """Match a whole message against the built-in keywords, never inside a sentence.

    :param text: the received body
    :returns: ``(word, action, lang)`` with action ``stop``, ``start`` or ``help``,
        or ``None`` when the message is an ordinary text
    """
    word = fold_text(text)
    if word not in BUILT_IN:
        return None
    action, lang = BUILT_IN[word]
    return word, action, lang


def twilio_handles(text, word, our_number):
    """Tell whether Twilio itself acts on and answers this message (default opt-out).

    Twilio compares the whole body in any case, nothing else is folded: ``"Stop!"`` or
    ``"ＳＴＯＰ"`` are ours alone to answer.

    :param str text: the received body as it came
    :param str word: the folded keyword
    :param str our_number: the number it was sent to, E.164
    :returns: bool
    """
    if (text or "").strip().casefold() != word or word not in TWILIO_ANSWERS:
        return False
    return not (word in TWILIO_START and is_toll_free(our_number) and word not in TOLL_FREE_START)
