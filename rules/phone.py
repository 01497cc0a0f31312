"""Comparing phone numbers by their digits, and what numbering plans cannot tell."""

import phonenumbers


def digits(text):
    """Return the decimal digits of a text.

    :param text: anything a person typed as a phone number, may be empty
    :returns: str of ASCII digits
    """
    return "".join(str(int(char)) for char in text or "" if char.isdecimal())


def same_digits(typed, country_code, national_number):
    """Tell whether a corrected number is what the person typed, only better written.

    The trunk prefix, an international prefix and the country code may differ, no other digit.

    :param str typed: what was typed at first
    :param country_code: calling code of the corrected number, for example ``49``
    :param national_number: its national significant number, for example ``15123456789``
    :returns: bool
    """
    core = digits(typed).lstrip("0")
    national = str(national_number)
    return bool(core) and core in (national.lstrip("0"), f"{country_code}{national}")


def taken_for(region):
    """Return the country whose mobile numbers those of a territory are taken for.

    Some territories share a calling code and its ranges with a larger neighbour: a mobile number
    of Saint Barthélemy is one of Guadeloupe to everybody but its operator.

    :param str region: ISO 3166 code
    :returns: another ISO 3166 code, ``None`` where numbers are told apart or there are none
    """
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    found = phonenumbers.region_code_for_number(example) if example else region
    return found if found != region else None


def masked(number, shown=3):
    """Return a number of which only the owner recognises the rest.

    :param str number: E.164
    :param int shown: so many of the last digits stay
    :returns: str
    """
    return f"••• ••• {number[-shown:]}"


def erased_number(thread_id):
    """Return what stands for the number of a conversation once it is erased.

    :param int thread_id: id of the ``hr.sms.thread``
    :rtype: str
    """
    return f"erased-{thread_id}"
