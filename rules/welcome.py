"""The text that welcomes after a Yes: what it has to say, in the candidate's language.

An opt-in to recurring texts is to be confirmed by one that names the program, the frequency, that
message and data rates may apply, and how to get help and to opt out (CTIA Messaging Principles
5.1.2.1; Twilio asks for the same when a campaign is registered,
https://www.twilio.com/docs/messaging/compliance/a2p-10dlc). The opt-out line is added by
:mod:`.opt_out_line`, which this text therefore leaves out.

As with the opt-out line, these are not Odoo's translations: a candidate's language need not be
installed in Odoo. All are GSM-7, and with a short company name one segment.
"""

#: Countries whose carriers ask for it. Others that share their calling code do not count.
CARRIERS_ASK = frozenset({"US", "CA"})
#: What a welcome text has in the field ``answer``.
ANSWER = "welcome"
OFF, US_CA, EVERYWHERE = "off", "us_ca", "everywhere"

# language -> scope of the Yes -> what the candidate agreed to. The German one says neither du nor
# Sie: which of them the opt-out line below it says is a setting.
_GREETINGS = {
    "en": {
        "jobs": "You agreed to texts about jobs.",
        "this_job": "You agreed to texts about your application.",
        "reminders": "You agreed to reminders by text.",
    },
    "de": {
        "jobs": "Danke für die Zustimmung zu SMS über Stellen.",
        "this_job": "Danke für die Zustimmung zu SMS über die Bewerbung.",
        "reminders": "Danke für die Zustimmung zu Erinnerungen per SMS.",
    },
    "fr": {
        "jobs": "Vous acceptez nos SMS sur des postes.",
        "this_job": "Vous acceptez nos SMS sur votre candidature.",
        "reminders": "Vous acceptez nos rappels par SMS.",
    },
    "es": {
        "jobs": "Acepta SMS sobre empleos.",
        "this_job": "Acepta SMS sobre su candidatura.",
        "reminders": "Acepta recordatorios por SMS.",
    },
    "nl": {
        "jobs": "U ontvangt sms over vacatures.",
        "this_job": "U ontvangt sms over uw sollicitatie.",
        "reminders": "U ontvangt herinneringen per sms.",
    },
}
# language -> (frequency where the company says none, rates, help)
_DISCLOSURES = {
    "en": ("Msg frequency varies.", "Msg & data rates may apply.", "Reply HELP for help."),
    "de": (
        "Häufigkeit variiert.",
        "Es können Kosten des Anbieters anfallen.",
        "Hilfe: HILFE senden.",
    ),
    "fr": (
        "Fréquence variable.",
        "Des frais peuvent s'appliquer.",
        "Répondez AIDE pour de l'aide.",
    ),
    "es": ("La frecuencia varia.", "Pueden aplicarse tarifas.", "Responda AYUDA para ayuda."),
    "nl": (
        "Frequentie varieert.",
        "Er kunnen kosten van uw provider gelden.",
        "Antwoord HULP voor hulp.",
    ),
}


def is_wanted(setting, region):
    """Tell whether a company welcomes a number of a country.

    :param setting: ``off``, ``us_ca`` or ``everywhere``, falsy for off
    :param region: ISO 3166 code of the number's country, ``None`` when unknown
    :returns: bool
    """
    return setting == EVERYWHERE or (setting == US_CA and region in CARRIERS_ASK)


def text_for(lang, company, scope, greeting=None, frequency=None):
    """Return the welcome text, but for the opt-out line.

    :param str lang: one of ``opt_out_line.LANGUAGES``
    :param str company: its name
    :param str scope: what the Yes covers: ``jobs``, ``this_job`` or ``reminders``
    :param greeting: the company's own words instead of what was agreed to
    :param frequency: the company's own sentence about how often it texts
    :returns: str, one line
    """
    return f"{company}: {agreement(lang, scope, greeting, frequency)}"


def agreement(lang, scope, greeting=None, frequency=None):
    """Return what was agreed to, with the disclosures that have to follow it.

    :param str lang: one of ``opt_out_line.LANGUAGES``
    :param str scope: what the Yes covers: ``jobs``, ``this_job`` or ``reminders``
    :param greeting: the company's own words instead of what was agreed to
    :param frequency: the company's own sentence about how often it texts
    :returns: str, one line
    """
    parts = (greeting or _GREETINGS[lang][scope], *disclosures(lang, frequency))
    return " ".join(" ".join(part.split()) for part in parts)


def disclosures(lang, frequency=None):
    """Return how often texts come, what they may cost, and how to get help.

    :param str lang: one of ``opt_out_line.LANGUAGES``
    :param frequency: the company's own sentence about how often it texts
    :returns: tuple of str
    """
    usual, rates, help_line = _DISCLOSURES[lang]
    return (frequency or usual, rates, help_line)
