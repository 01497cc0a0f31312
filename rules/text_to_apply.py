"""What is said to who applies by texting a keyword, in their language: the greeting, the poster.

As with the answers to keywords, these are not Odoo's translations: a candidate's language need not
be installed in Odoo. The greetings are GSM-7: some words lack their accents.

What an opt-in by keyword has to tell, beside the keyword itself and in the text that confirms it:
program, frequency, that message and data rates may apply, HELP and STOP, and the terms (CTIA
Messaging Principles 5.1.2.1; https://www.twilio.com/docs/messaging/compliance/a2p-10dlc).
"""

from urllib.parse import quote

from . import welcome

#: What the greeting has in the field ``answer`` of a text.
ANSWER = "apply"
#: Where the link of a greeting leads to.
LINK_PATH = "/sms/apply/"
#: Words of a keyword's own answer that are filled in.
PLACEHOLDERS = frozenset({"company", "job"})

# language -> with a job, without one
_THANKS = {
    "en": (
        "Thanks for your interest in {job}! Complete your application:",
        "Thanks for your interest! Choose a job and apply:",
    ),
    "de": (
        "Danke für das Interesse an der Stelle {job}! Hier geht es zur Bewerbung:",
        "Danke für das Interesse! Hier geht es zu den Stellen und zur Bewerbung:",
    ),
    "fr": (
        "Merci pour votre candidature au poste {job} ! Terminez-la ici :",
        "Merci pour votre candidature ! Choisissez un poste et postulez :",
    ),
    "es": (
        "¡Gracias por interesarse por {job}! Complete su candidatura:",
        "¡Gracias por su interés! Elija un puesto y postule:",
    ),
    "nl": (
        "Bedankt voor uw interesse in {job}! Maak uw sollicitatie af:",
        "Bedankt voor uw interesse! Kies een vacature en solliciteer:",
    ),
}

# language -> parts of the poster; "agree" is what a candidate agrees to by texting
_POSTER = {
    "en": {
        "title": "Apply by text message",
        "text": "Text",
        "to": "to",
        "scan": "or scan the code with your phone",
        "agree": "By texting {keyword} you agree to text messages (SMS) from {company} about {purpose}.",
        "stop": "Reply STOP to opt out.",
        "free": "Agreeing to texts is not a condition of applying: {url}",
        "terms": "SMS terms",
        "privacy": "Privacy policy",
        "jobs": "your application and other job offers",
        "this_job": "your application for this job",
        "application": "your application",
        "reminders": "interviews, time cards and payments",
    },
    "de": {
        "title": "Jetzt per SMS bewerben",
        "text": "SMS mit",
        "to": "an",
        "scan": "oder den Code mit dem Handy scannen",
        "agree": (
            "Mit der SMS {keyword} stimmen Sie zu, dass {company} Ihnen SMS zu {purpose} sendet."
        ),
        "stop": "Antworten Sie mit STOP, um keine SMS mehr zu erhalten.",
        "free": "Bewerben können Sie sich auch, ohne SMS zuzustimmen: {url}",
        "terms": "SMS-Bedingungen",
        "privacy": "Datenschutzerklärung",
        "jobs": "Ihrer Bewerbung und anderen Stellenangeboten",
        "this_job": "Ihrer Bewerbung auf diese Stelle",
        "application": "Ihrer Bewerbung",
        "reminders": "Vorstellungsgesprächen, Stundenzetteln und Zahlungen",
    },
    "fr": {
        "title": "Postulez par SMS",
        "text": "Envoyez",
        "to": "au",
        "scan": "ou scannez le code avec votre téléphone",
        "agree": (
            "En envoyant {keyword}, vous acceptez de recevoir des SMS de {company} sur {purpose}."
        ),
        "stop": "Répondez STOP pour ne plus recevoir de SMS.",
        "free": "Vous pouvez aussi postuler sans accepter de SMS : {url}",
        "terms": "Conditions des SMS",
        "privacy": "Politique de confidentialité",
        "jobs": "votre candidature et d'autres offres d'emploi",
        "this_job": "votre candidature à ce poste",
        "application": "votre candidature",
        "reminders": "les entretiens, les relevés d'heures et les paiements",
    },
    "es": {
        "title": "Presente su candidatura por SMS",
        "text": "Envíe",
        "to": "al",
        "scan": "o escanee el código con su teléfono",
        "agree": "Al enviar {keyword}, acepta recibir SMS de {company} sobre {purpose}.",
        "stop": "Responda STOP para darse de baja.",
        "free": "También puede presentar su candidatura sin aceptar SMS: {url}",
        "terms": "Condiciones de los SMS",
        "privacy": "Política de privacidad",
        "jobs": "su candidatura y otras ofertas de empleo",
        "this_job": "su candidatura a este puesto",
        "application": "su candidatura",
        "reminders": "entrevistas, partes de horas y pagos",
    },
    "nl": {
        "title": "Solliciteer per sms",
        "text": "Sms",
        "to": "naar",
        "scan": "of scan de code met uw telefoon",
        "agree": (
            "Door {keyword} te sms'en gaat u ermee akkoord dat {company} u sms'jes stuurt over "
            "{purpose}."
        ),
        "stop": "Antwoord STOP om u af te melden.",
        "free": "U kunt ook solliciteren zonder sms te accepteren: {url}",
        "terms": "Sms-voorwaarden",
        "privacy": "Privacybeleid",
        "jobs": "uw sollicitatie en andere vacatures",
        "this_job": "uw sollicitatie op deze functie",
        "application": "uw sollicitatie",
        "reminders": "gesprekken, urenstaten en betalingen",
    },
}


def greeting(lang, company, job, url, scope, stop_line, own=None, frequency=None):
    """Return the text that answers a keyword to apply.

    The disclosures are always in it, whatever the company says in its own words.

    :param str lang: one of ``opt_out_line.LANGUAGES``
    :param str company: its name
    :param job: name of the job, falsy when the candidate is to choose one
    :param str url: the link to complete the application
    :param str scope: what the text agrees to: ``jobs``, ``this_job`` or ``reminders``
    :param str stop_line: how to opt out, of :mod:`.opt_out_line`
    :param own: the company's own words instead of the thanks, with ``{company}`` and ``{job}``
    :param frequency: the company's own sentence about how often it texts
    :returns: str
    """
    with_job, without = _THANKS[lang]
    thanks = (own or (with_job if job else without)).format(company=company, job=job or company)
    if not own or company.casefold() not in thanks.casefold():
        thanks = f"{company}: {thanks}"
    return "\n".join(
        (f"{thanks.strip()} {url}", welcome.agreement(lang, scope, None, frequency), stop_line)
    )


def sms_uri(number, keyword):
    """Return the link that opens a phone's texts with everything filled in (RFC 5724).

    :param str number: E.164, or a short code
    :param str keyword: as it is to be texted
    :returns: str
    """
    return f"sms:{number}?body={quote(keyword, safe='')}"


def poster_words(lang):
    """Return what a poster says in a language, but for the disclosure.

    :param str lang: one of ``opt_out_line.LANGUAGES``
    :returns: dict with ``title``, ``text``, ``to`` and ``scan``
    """
    return {name: _POSTER[lang][name] for name in ("title", "text", "to", "scan")}


def poster_disclosure(
    lang, keyword, company, scope, url, has_job, frequency=None, terms=None, privacy=None
):
    """Return what somebody agrees to by texting the keyword: the wording that the ledger keeps.

    :param str lang: one of ``opt_out_line.LANGUAGES``
    :param str keyword: as it is to be texted
    :param str company: its name
    :param str scope: what it covers: ``jobs``, ``this_job`` or ``reminders``
    :param str url: where to apply without agreeing to anything
    :param bool has_job: whether the keyword is for one job
    :param frequency: the company's own sentence about how often it texts
    :param terms: address of the terms for text messages, falsy when there is none
    :param privacy: address of the privacy policy, falsy when there is none
    :returns: str, one paragraph
    """
    words = _POSTER[lang]
    purpose = words["application" if scope == "this_job" and not has_job else scope]
    parts = [
        words["agree"].format(keyword=keyword, company=company, purpose=purpose),
        *welcome.disclosures(lang, frequency),
        words["stop"],
        words["free"].format(url=url),
    ]
    parts += [
        f"· {words[name]}: {address}"
        for name, address in (("terms", terms), ("privacy", privacy))
        if address
    ]
    return " ".join(" ".join(part.split()) for part in parts)
