from odoo.addons.phone_validation.tools import phone_validation


def shown_number(number):
    """Return a phone number as people read it.

    :param number: E.164, may be empty
    :returns: str in international format; the number itself where that cannot be told
    """
    return number and phone_validation.phone_format(number, None, None, raise_exception=False)
