"""The line that tells a candidate how to get no more texts: which, in which language, whether a
text has it already.

Twilio asks for it in the first text to a person ("Reply STOP to unsubscribe", or the equivalent
with another standard keyword, https://www.twilio.com/en-us/legal/messaging-policy); the CTIA's
Messaging Principles (5.1.2.1) ask for it after every opt-in to recurring messages.

The lines are ours and not Odoo's translations: a candidate's language need not be installed in
Odoo. All are GSM-7, so that they never turn a text into Unicode, which would double its price.
STOP is the one word that Twilio itself knows, whatever the language.
"""

import re
import unicodedata
from functools import lru_cache

from babel.languages import get_official_languages

INFORMAL, FORMAL = "informal", "formal"

#: language -> the line where replies reach us
_STOP_LINES = {
    "en": "Reply STOP to opt out",
    "de": "Sende STOP, um abzubestellen",
    "fr": "Répondez STOP pour ne plus recevoir de SMS",
    "es": "Responda STOP para darse de baja",
    "nl": "Antwoord STOP om u af te melden",
}
_FORMAL_STOP_LINES = _STOP_LINES | {
    "de": "Antworten Sie mit STOP, um keine SMS mehr zu erhalten",
}
#: language -> the line where replies do not reach us, as short as can be: the address is long
_LINK_LINES = {
    "en": "Opt out: {url}",
    "de": "Abmelden: {url}",
    "fr": "Désinscription: {url}",
    "es": "Baja: {url}",
    "nl": "Afmelden: {url}",
}
LANGUAGES = tuple(_STOP_LINES)
#: The path of the page to withdraw at: a text with it has its link.
LINK_PATH = "/sms/consent/"
SEPARATOR = "\n"

# What tells how to opt out, in folded text. Plain syntax: the browser uses the same patterns.
_WORD = (
    "(?:stop|stopp|stopall|stop all|unsubscribe|optout|opt out|opt-out|abmelden|abbestellen"
    "|arret|baja|afmelden|uitschrijven)"
)
_OPEN, _CLOSE = "[\"'“”„‚‘’«»(\\[ ]*", "(?: ?[\"'“”‘’«»)\\]])*"
_SAY = (
    "(?:reply|replying|respond|responding|answer|text|texting|txt|send|sending|sms|type"
    "|sende|senden|antworte|antworten|schreib|schreibe|schreiben|schick|schicke|schicken"
    "|repondez|reponds|repondre|envoyez|envoie|envoyer|ecrivez|tapez|texte[rz]?"
    "|responde|responda|responder|envia|envie|enviar|escribe|escriba|contesta|conteste|manda"
    "|antwoord|antwoorden|stuur|sturen|verzend|typ)"
)
_FILL = (
    "(?: (?:with|back|the|word|a|us|just|simply|only|please|mit|dem|wort|das|sie|uns|bitte"
    "|einfach|zuruck|le|mot|par|avec|nous|con|la|palabra|nos|met|het|woord|ons|terug|sms)){0,4}"
)
_WHAT_FOR = (
    "(?:opt out|opt-out|optout|opting out|unsubscribe|end|quit|cancel|stop|no more"
    "|abmelden|abzumelden|abmeldung|abbestellen|abzubestellen|abbestellung|keine"
    "|desinscription|desinscrire|desabonner|desabonnement|ne plus"
    "|baja|cancelar|no recibir|afmelden|af te melden|uitschrijven|uit te schrijven|geen)"
)
_AFTER = (
    '(?=$|[\\n.,;:!?/|=&"–—-]| (?:to|2|for|if|at|any|anytime|or|and|will|um|wenn|falls|zum|zur|oder|und'
    "|jederzeit|pour|si|afin|ou|et|au|para|o|y|al|om|als|of|en|an|naar|per|by|via|[0-9–—&=-]))"
)
PATTERNS = (
    # "Reply STOP", "Antworten Sie mit “STOP”, um …"
    rf"\b{_SAY}{_FILL} {_OPEN}{_WORD}{_CLOSE}{_AFTER}",
    # "STOP to end", "STOP=opt out", "STOP2END"
    rf"\bstopp?{_CLOSE} ?(?:[=:>-]|to|2|um|zum|zur|pour|para|om) ?(?:\w+ ){{0,3}}{_WHAT_FOR}\b",
    # "Opt out: STOP", "Abmeldung mit STOP"
    rf"\b{_WHAT_FOR}(?: ?[:=>-]| (?:with|by|via|per|mit|durch|par|avec|con|met|door)){_OPEN}stopp?\b",
    # "einfach STOP senden", "STOP SMS au 36111"
    (
        rf"\bstopp?{_CLOSE} (?:sms )?(?:(?:an|au|al|to|naar) )?"
        r"(?:[0-9]{3}|senden|antworten|schreiben|schicken|zuruck|sturen|antwoorden)"
    ),
)
_TELLS = re.compile("|".join(PATTERNS))


def line_for(lang, form=INFORMAL, url=None):
    """Return the line in a language.

    :param str lang: one of ``LANGUAGES``
    :param str form: ``informal`` or ``formal``, where a language has both
    :param url: address of the page to withdraw at, where replies do not reach us
    :returns: str, without line break
    """
    if url:
        return _LINK_LINES[lang].format(url=url)
    return (_FORMAL_STOP_LINES if form == FORMAL else _STOP_LINES)[lang]


def language(codes, region=None, company_code=None):
    """Choose the language of the line.

    :param codes: locale codes such as ``de_CH``, of the last consent and of the contact, falsy
        ones are passed over
    :param region: ISO 3166 code of the number's country, ``None`` when unknown
    :param company_code: locale code of the company
    :returns: str, the first of them that there is a line in, in this order; else ``en``
    """
    for code in codes:
        if (lang := _base(code)) in _STOP_LINES:
            return lang
    return (
        _of_region(region) or (_base(company_code) in _STOP_LINES and _base(company_code)) or "en"
    )


def _base(code):
    return (code or "").replace("-", "_").partition("_")[0].lower()


@lru_cache(maxsize=512)
def _of_region(region):
    """Return the most spoken official language of a country that there is a line in."""
    official = get_official_languages(region, de_facto=True) if region else ()
    return next((lang for lang in official if lang in _STOP_LINES), None)


def with_line(body, line):
    """Return a text with the line below it.

    :param str body: after rendering
    :param str line: as :func:`line_for` returns it
    :returns: str
    """
    return f"{body.strip()}{SEPARATOR}{line}"


def way_told(body):
    """Say how a text tells to opt out, in any language.

    :param body: str, possibly empty
    :returns: ``link`` for the page to withdraw at, ``stop`` for a reply, ``None`` when it does not
    """
    if LINK_PATH in (body or ""):
        return "link"
    return "stop" if _TELLS.search(_fold(body or "")) else None


def _fold(text):
    """Fold case, width and accents; white space becomes one blank, line breaks stay."""
    text = unicodedata.normalize("NFKD", text)
    text = "".join(char for char in text if unicodedata.category(char) != "Mn").lower()
    return re.sub(r" ?\n ?", "\n", re.sub(r"[^\S\n]+", " ", text))
