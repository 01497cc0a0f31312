"""What a candidate answers to the reminder of an interview, and what asks for it."""

from .keywords import fold_text

CONFIRM, RESCHEDULE = "confirm", "reschedule"

#: language -> the line below a reminder
_ASK = {
    "en": "Reply 1 to confirm, 2 for another time.",
    "de": "Antworten Sie mit 1 zum Zusagen, mit 2 für einen anderen Termin.",
    "fr": "Répondez 1 pour confirmer, 2 pour un autre moment.",
    "es": "Responda 1 para confirmar, 2 para otra hora.",
    "nl": "Antwoord 1 om te bevestigen, 2 voor een ander moment.",
}
#: answer -> language -> what is said back
_THANKS = {
    CONFIRM: {
        "en": "Thank you, your interview is confirmed.",
        "de": "Danke, Ihr Termin ist bestätigt.",
        "fr": "Merci, votre entretien est confirmé.",
        "es": "Gracias, su entrevista queda confirmada.",
        "nl": "Dank u, uw gesprek is bevestigd.",
    },
    RESCHEDULE: {
        "en": "Thank you, we will contact you about another time.",
        "de": "Danke, wir melden uns wegen eines anderen Termins.",
        "fr": "Merci, nous vous recontacterons pour un autre moment.",
        "es": "Gracias, le contactaremos para acordar otra hora.",
        "nl": "Dank u, we nemen contact op over een ander moment.",
    },
}
_MEANINGS = {"1": CONFIRM, "2": RESCHEDULE}


def with_question(body, lang):
    """Return a reminder that asks for an answer.

    :param str body: the reminder
    :param str lang: one of ``opt_out_line.LANGUAGES``
    :returns: str
    """
    return f"{body.strip()}\n{_ASK[lang]}"


def meaning_of(body):
    """Return what an answer means.

    :param str body: of the received text, the whole of it counts
    :returns: ``confirm``, ``reschedule`` or ``None``
    """
    return _MEANINGS.get(fold_text(body or ""))


def thanks(meaning, lang):
    """Return what is said back.

    :param str meaning: ``confirm`` or ``reschedule``
    :param str lang: one of ``opt_out_line.LANGUAGES``
    :returns: str
    """
    return _THANKS[meaning][lang]
