"""The words Twilio acts on by itself, and what it answers.

Only a whole body counts, in any case, and only these English words.
Source: https://help.twilio.com/articles/223134027 (opt-out keywords) and
https://help.twilio.com/articles/223181748 (the confirmation texts).
"""

STOP_WORDS = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
)
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
HELP_WORDS = frozenset({"HELP", "INFO"})
#: Toll-free numbers know only these two for coming back.
TOLL_FREE_START_WORDS = frozenset({"START", "UNSTOP"})
TOLL_FREE_PREFIXES = ("+1800", "+1833", "+1844", "+1855", "+1866", "+1877", "+1888")

STOP_REPLY = (
    "You have successfully been unsubscribed. You will not receive any more messages from this "
    "number. Reply START to resubscribe."
)
START_REPLY = (
    "You have successfully been re-subscribed to messages from this number. Reply HELP for "
    "help. Reply STOP to unsubscribe. Msg&Data Rates May Apply."
)
HELP_REPLY = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."


def is_toll_free(number):
    """Tell whether ``number`` (E.164) is a North American toll-free number."""
    return number.startswith(TOLL_FREE_PREFIXES)


def classify(body, our_number):
    """Say what Twilio makes of an inbound text.

    :param body: the text as the phone sent it.
    :param our_number: the number it was sent to (E.164).
    :returns: ``"STOP"``, ``"START"``, ``"HELP"`` or ``None``.
    """
    word = body.strip().upper()
    if word in STOP_WORDS:
        return "STOP"
    if word in (TOLL_FREE_START_WORDS if is_toll_free(our_number) else START_WORDS):
        return "START"
    if word in HELP_WORDS:
        return "HELP"
    return None
