"""Opt-outs in plain words: "please stop texting me", "bitte keine SMS mehr", "wrong number".

Consent may be revoked "by any reasonable means" (47 CFR 64.1200(a)(10)), so free text counts. A
list of phrases cannot be sure: what it finds pauses the conversation until a person decides.
Each language's phrases are looked for whatever language the candidate is thought to speak.
"""

import re

from .keywords import fold_text

# Up to that many words in between, within a sentence. Texts are folded: no accents, apostrophes
# are blanks, sentences end with "|".
_UP_TO_2 = r"(?:\w+ ){0,2}"
_UP_TO_4 = r"(?:\w+ ){0,4}"

_EN_TEXTS = r"(?:texts?|messages?|msgs?|sms|texting|messaging|spam)"
_EN_NOT = r"(?:dont|don t|do not|never)"
_DE_TEXTS = r"(?:sms|nachrichten?|textnachrichten|mitteilungen|werbung)"
_FR_TEXTS = r"(?:sms|messages?|textos?)"
_ES_TEXTS = r"(?:sms|mensajes?|textos?)"
_NL_TEXTS = r"(?:sms\w*|sms jes|berichten|berichtjes|appjes)"

_OPT_OUT = (
    # English
    r"(?:stop|quit|cease) (?:texting|messaging|contacting|writing|bothering|spamming|harassing)",
    rf"(?:stop|quit) sending {_UP_TO_4}{_EN_TEXTS}",
    rf"stop (?:with )?(?:the|these|those|this|all|your|any)(?: the| these)? {_EN_TEXTS}",
    (
        rf"{_EN_NOT} (?:ever )?(?:text|message|contact|sms|write|msg)(?: to)? (?:me|us|this number)\b"
        r"(?! (?:before|after|until|till|at|between|on|during|yet|today|tomorrow|while|in))"
    ),
    rf"{_EN_NOT} send {_UP_TO_2}(?:more|further|other|any) {_EN_TEXTS}",
    rf"{_EN_NOT} (?:send|write) (?:me )?(?:anything|any \w+)",
    (
        r"(?:remove|take|delete|erase|drop|get) (?:me|my (?:phone )?number|this number|my details|my data)"
        r" (?:from|off|out of)\b"
    ),
    r"(?:delete|erase|lose|forget|remove) my (?:phone |mobile )?number",
    (
        rf"(?:{_EN_NOT}|no longer) (?:want|wish|like|care)(?: to)? (?:receive|get|be getting)"
        rf" {_UP_TO_4}{_EN_TEXTS}"
    ),
    rf"(?:{_EN_NOT}|no longer) (?:want|need) (?:any |your |more |these ){{1,2}}{_EN_TEXTS}",
    rf"(?:{_EN_NOT}|no longer) (?:want|wish) to (?:be contacted|be texted|hear from you)",
    rf"no (?:more|further) {_EN_TEXTS}",
    r"(?:(?<=\| )|please |pls |kindly |can you |want to |like to |wish to )unsubscribe\b",
    r"unsubscribe (?:me|please|pls|now)\b",
    r"leave me (?:alone|be|in peace)",
    r"opt(?:ing)? (?:me )?out (?:of|from|please|pls|\|)|(?:want|like|wish) to opt out",
    r"(?:revoke|withdraw) my consent",
    # German
    rf"keine? {_UP_TO_2}{_DE_TEXTS} {_UP_TO_2}mehr",
    rf"keine? weiteren? {_DE_TEXTS}",
    rf"(?:will|mochte|mochten|wunsche|wollen) {_UP_TO_2}keine? {_UP_TO_2}{_DE_TEXTS}",
    rf"\| (?:bitte )keine {_DE_TEXTS}",
    (
        r"(?:schreib|schick|send|kontaktier|meld|simse|texte|belastig)\w* "
        rf"{_UP_TO_4}(?:nicht mehr|nichts mehr|nie wieder|nie mehr)"
    ),
    r"nicht mehr (?:melden|schreiben|kontaktier\w+|anschreiben|angeschrieben|belastig\w+|texten)",
    r"(?:von (?:ihnen|euch|dir) )?nichts mehr (?:von (?:ihnen|euch|dir) )?(?:horen|bekommen|erhalten)",
    (
        rf"(?:hor|hort|horen|hore) (?:sie )?(?:bitte )?auf {_UP_TO_4}(?:schreiben|kontaktieren|texten|"
        rf"simsen|{_DE_TEXTS})"
    ),
    (
        rf"(?:streich|entfern|nehm|nimm|losch)\w* {_UP_TO_2}mich {_UP_TO_2}"
        rf"(?:von|aus) {_UP_TO_2}(?:liste|verteiler|datenbank|kartei|system)"
    ),
    rf"(?:losch|streich|entfern)\w* {_UP_TO_2}(?:meine|diese) (?:\w*nummer|daten|kontaktdaten)",
    rf"meine (?:\w*nummer|daten|kontaktdaten) {_UP_TO_4}(?:loschen|entfernen|streichen)",
    r"lass(?:t|en sie)? mich (?:bitte |endlich )?in (?:ruhe|frieden)",
    r"(?:\||bitte|mochte mich|will mich|mochte mich hier) abmelden",
    rf"wider\w* {_UP_TO_4}(?:einwilligung|zustimmung|einverstandnis)",
    rf"schluss mit {_UP_TO_2}{_DE_TEXTS}",
    # French
    r"ne (?:m|me|nous) (?:envoyez|envoie|ecrivez|ecris|contactez|contacte|textez|harcelez) plus",
    r"ne plus (?:m|me|nous) (?:envoyer|ecrire|contacter|texter|deranger)",
    r"ne (?:veux|souhaite|desire|voudrais) plus (?:recevoir|etre contacte\w*|d etre contacte\w*)",
    rf"ne (?:veux|souhaite|desire|voudrais) plus (?:de |aucun |vos |ces ){{1,2}}{_FR_TEXTS}",
    (
        r"(?:arretez|arrete|cessez|stoppez) de (?:m|me|nous) ?(?:\w+ )?"
        r"(?:envoyer|ecrire|contacter|harceler|deranger)"
    ),
    rf"(?:arretez|stop|stoppez|cessez) (?:les|aux|avec les|vos|ces|avec vos) {_FR_TEXTS}",
    r"(?:retirez|enlevez|supprimez|effacez|rayez|otez) (?:moi|mon (?:numero|nom)|mes \w+)",
    r"(?:retirer|enlever|supprimer|effacer) (?:mon numero|mes (?:coordonnees|donnees))",
    rf"\| (?:svp |merci |s il vous plait )?plus (?:de|aucun) {_FR_TEXTS}",
    r"(?:me desinscrire|me desabonner|desinscrivez|desabonnez|desinscription)",
    r"(?:laissez|laisse) moi (?:tranquille|en paix)|fichez moi la paix",
    # Spanish
    rf"no me (?:envi|mand|escrib|contact|molest|llam|text)\w* {_UP_TO_2}(?:mas|{_ES_TEXTS})\b",
    r"no (?:vuelvan?|vuelvas) a (?:enviar|mandar|escribir|contactar|molestar)\w*",
    (
        rf"(?:dejen?|deja|paren?) de (?:(?:mandar|enviar|escribir|contactar|molestar)me|{_ES_TEXTS}|"
        rf"(?:mandar|enviar) {_UP_TO_2}{_ES_TEXTS})"
    ),
    rf"no (?:quiero|deseo|quisiera) {_UP_TO_2}(?:recibir|mas) {_UP_TO_2}{_ES_TEXTS}",
    r"no (?:quiero|deseo|quisiera) (?:que me|ser) (?:contact|envi|mand|escrib|llam)\w*",
    (
        r"(?:quiten|quite|borren|borre|eliminen|elimine|saquen|saque)(?:me)? "
        rf"(?:de {_UP_TO_2}lista|mi numero|mis datos)"
    ),
    r"(?:den|de|dar)me de baja",
    rf"(?:no|basta de|ni) mas {_ES_TEXTS}|basta de {_ES_TEXTS}",
    r"dejen?me en paz",
    # Dutch
    (
        rf"(?:stuur|app|sms|schrijf|mail|benader|contacteer|bericht)\w* {_UP_TO_2}"
        rf"(?:geen|niet|niks|niets|nooit) {_UP_TO_2}meer"
    ),
    rf"geen {_NL_TEXTS} {_UP_TO_2}meer",
    rf"wil {_UP_TO_2}geen {_UP_TO_2}{_NL_TEXTS}",
    r"niet meer (?:benaderd|gecontacteerd|benaderen|appen|sms ?en|berichten|contacten)",
    rf"haal (?:mij|me|mijn (?:nummer|gegevens)) {_UP_TO_2}(?:van|uit)",
    r"verwijder (?:mij|me|mijn (?:\w*nummer|gegevens))",
    r"neem (?:geen|niet meer) (?:\w+ )?contact",
    (
        rf"(?:stop|hou op|houd op) (?:eens |alsjeblieft )?met {_UP_TO_2}"
        rf"(?:sturen|appen|sms ?en|berichten|mailen|{_NL_TEXTS})"
    ),
    r"laat (?:me|mij) met rust",
    r"schrijf (?:me|mij) uit|(?:wil|graag) (?:me |mij )?uitschrijven",
    r"(?:\||wil|wil me|wil mij|graag|aub|alsjeblieft) afmelden",
)
_WRONG_NUMBER = (
    r"wrong (?:number|person|guy|phone)",
    r"falsche[nr]? (?:\w*nummer|person)",
    r"(?:in der|mit der) nummer (?:geirrt|vertan)|verwahlt",
    r"(?:mauvais|faux) numero|tromp\w+ de numero|erreur de numero|mauvaise personne",
    (
        r"numero equivocado|equivoc\w+ de (?:numero|persona)|persona equivocada|no es el numero de"
        r"|numero \w+ equivocado"
    ),
    r"verkeerde? (?:nummer|persoon)",
)
# The candidate's own slip with a number, not the wrong person.
_OWN_SLIP = re.compile(
    r"(?:gave|give|giving|sent|entered|typed|put|wrote|angegeben|gegeben|hinterlassen|getippt|"
    r"geschrieben|donne|indique|saisi|puse|pusi|di el|anote|opgegeven|gegeven|ingevuld|had the)\b"
)


def _compiled(phrases):
    return re.compile(
        "|".join(rf"\b(?:{phrase})" for phrase in phrases).replace(r"\b(?:\|", r"(?:\|")
    )


_OPT_OUT_RE = _compiled(_OPT_OUT)
_WRONG_NUMBER_RE = _compiled(_WRONG_NUMBER)


def classify(text):
    """Tell whether a text asks for no more texts, in plain words.

    :param text: what the candidate wrote, may be empty or ``None``
    :returns: ``"opt_out"``, ``"wrong_number"``, or ``None`` for any other text
    """
    folded = _normalize(text)
    if _WRONG_NUMBER_RE.search(folded) and not _OWN_SLIP.search(folded):
        return "wrong_number"
    if _OPT_OUT_RE.search(folded):
        return "opt_out"
    return None


def _normalize(text):
    """Return folded words, one blank after each, sentences between bars."""
    text = re.sub(r"[.!?;:\n]+", " | ", fold_text(text))
    text = re.sub(r"[^\w|]+|_", " ", text)
    return f"| {' '.join(text.split())} | "
