"""How fast Twilio sends by a number, and when the next text is its turn.

Twilio takes texts as fast as they come and sends them one after another, so many segments a second
by each number. What it takes waits there in a queue that is dropped from when it is too long (error
30001): https://help.twilio.com/articles/115002943027
"""

from datetime import timedelta

import phonenumbers

# Segments per second by kind of sender. Higher ones are sold; then the number says so in Odoo.
RATES = {
    "long_code": 1.0,  # a local number of the US or Canada
    "toll_free": 3.0,
    "short_code": 100.0,
    "alphanumeric": 10.0,
    "international": 10.0,  # local and mobile numbers of other countries
}
# Twilio drops what waits for four hours there. Ours stays below.
TWILIO_QUEUE = timedelta(hours=3, minutes=30)
# Who keeps the pace hands over no more than goes in so long: a text by hand then waits no longer.
PACED_QUEUE = timedelta(minutes=2)

_LONGEST_SHORT_CODE = 8


def kind_of(sender):
    """Return what kind of sender a number is.

    :param str sender: E.164, a short code, or a name
    :returns: a key of ``RATES``
    """
    sender = (sender or "").strip()
    if any(char.isalpha() for char in sender):
        return "alphanumeric"
    digits = "".join(char for char in sender if char.isdigit())
    if not sender.startswith("+") and len(digits) <= _LONGEST_SHORT_CODE:
        return "short_code"
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return "international"
    if phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.TOLL_FREE:
        return "toll_free"
    return "long_code" if number.country_code == 1 else "international"


def turns(segments, rate, free_at, now, queue):
    """Say when each of some texts is to be handed over, and when their number is free again.

    :param segments: list of int, one for each text in their order
    :param float rate: segments per second
    :param free_at: when Twilio will have sent what it has of this number, naive UTC, or ``None``
    :param datetime now: naive UTC
    :param timedelta queue: how much Twilio may have waiting
    :returns: ``(list of datetimes, free_at)``; a text whose time is not later than ``now`` goes
        at once
    """
    free_at = max(free_at or now, now)
    dates = []
    for count in segments:
        dates.append(free_at - queue)
        free_at += timedelta(seconds=count / rate)
    return dates, free_at
