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

LANGUAGES = ("en", "de", "fr", "es", "nl")

# language -> action -> words, folded. Whoever wants no more texts says so in any language.
_WORDS = {
    "en": {
        "stop": "stop, stopall, stop all, unsubscribe, cancel, end, quit, revoke, optout, opt out",
        "start": "start, yes, unstop",
        "help": "help, info",
    },
    "de": {"stop": "stopp, beenden, abbrechen, abmelden, ende, abbestellen", "help": "hilfe"},
    "fr": {"stop": "arret, arreter, desabonner, desinscrire, resilier", "help": "aide"},
    "es": {"stop": "parar, alto, cancelar, baja, detener, fin", "help": "ayuda"},
    "nl": {"stop": "stoppen, afmelden, uitschrijven, einde, opzeggen", "help": "hulp"},
}
# word (folded) -> (action, language of the answer)
BUILT_IN = {
    word: (action, lang)
    for lang, actions in _WORDS.items()
    for action, words in actions.items()
    for word in words.split(", ")
}
# Nothing else lifts the lock of an opt-out by keyword.
LIFTING = frozenset(word for word, (action, _lang) in BUILT_IN.items() if action == "start")

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
# confirmation, no marketing: 47 CFR 64.1200(a)(12). All in GSM-7, so that they stay short:
# Spanish and French write some letters without their accents.
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
        "help_stopped": (
            "{company}: Texts about job applications. You are unsubscribed. "
            "Reply START to receive texts again."
        ),
        "locked": "{company}: You are unsubscribed. Reply START to receive texts again.",
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
        "help_stopped": (
            "{company}: SMS zu Bewerbungen. Sie sind abgemeldet. "
            "Antworten Sie mit START, um wieder SMS zu erhalten."
        ),
        "locked": (
            "{company}: Sie sind abgemeldet. Antworten Sie mit START, um wieder SMS zu erhalten."
        ),
    },
    "fr": {
        "stop": (
            "{company} : vous ne recevrez plus de SMS de notre part. "
            "Répondez START pour en recevoir de nouveau."
        ),
        "start": (
            "{company} : vous recevrez de nouveau nos SMS. Répondez STOP pour ne plus en recevoir."
        ),
        "help": (
            "{company} : SMS sur vos candidatures. Fréquence variable. Des frais peuvent "
            "s'appliquer. Répondez STOP pour ne plus en recevoir."
        ),
        "help_stopped": (
            "{company} : SMS sur vos candidatures. Vous n'en recevez plus. "
            "Répondez START pour en recevoir de nouveau."
        ),
        "locked": (
            "{company} : vous ne recevez plus de SMS. Répondez START pour en recevoir de nouveau."
        ),
    },
    "es": {
        "stop": (
            "{company}: se ha dado de baja y no recibe mas SMS. "
            "Responda START para volver a recibirlos."
        ),
        "start": "{company}: vuelve a recibir nuestros SMS. Responda STOP para no recibir mas.",
        "help": (
            "{company}: SMS sobre candidaturas. La frecuencia varia. Pueden aplicarse tarifas. "
            "Responda STOP para no recibir mas."
        ),
        "help_stopped": (
            "{company}: SMS sobre candidaturas. Ya no recibe SMS. "
            "Responda START para volver a recibirlos."
        ),
        "locked": "{company}: ya no recibe SMS. Responda START para volver a recibirlos.",
    },
    "nl": {
        "stop": (
            "{company}: u bent afgemeld en ontvangt geen sms meer van ons. "
            "Antwoord START om weer sms te ontvangen."
        ),
        "start": (
            "{company}: u ontvangt weer sms van ons. Antwoord STOP om geen sms meer te ontvangen."
        ),
        "help": (
            "{company}: sms over sollicitaties. Frequentie varieert. Er kunnen kosten van uw "
            "provider gelden. Antwoord STOP om geen sms meer te ontvangen."
        ),
        "help_stopped": (
            "{company}: sms over sollicitaties. U bent afgemeld. "
            "Antwoord START om weer sms te ontvangen."
        ),
        "locked": "{company}: u bent afgemeld. Antwoord START om weer sms te ontvangen.",
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
    word = fold_keyword(text)
    if word not in BUILT_IN:
        return None
    action, lang = BUILT_IN[word]
    return word, action, lang


def fold_keyword(text):
    """Fold a text as :func:`fold_text` does, and hyphens to blanks: ``Opt-Out`` is ``opt out``.

    :param text: what the candidate wrote, may be empty or ``None``
    :returns: str, possibly empty
    """
    return " ".join(fold_text(text).replace("-", " ").replace("_", " ").split())


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
