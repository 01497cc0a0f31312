"""Tokens of the links by which a candidate sees, withdraws or gives consent.

Odoo's own ``hash_sign`` makes 90 characters and more: too many for a text, where every one is
paid for. These have 24 with thread ids below 16 million, and are in lower case letters and digits
only, so that phones take no part of them for punctuation and a person can type them.

A token says what it is good for (its purpose) and carries what that needs, signed together.
"""

import base64
import binascii
from hmac import compare_digest

#: A link to see and withdraw consent. It never expires: withdrawing must be as easy in a year.
WITHDRAW = "w"
#: A link to answer an invitation. Its invitation says until when; to withdraw it never expires.
GRANT = "g"
#: A link to complete an application that began with a text. Its record says until when.
APPLY = "a"
# 88 bits: guessed on line, one in 10^26.
_SIGNATURE = 11
_LONGEST = 200


def issue(purpose, payload, sign):
    """Make a token.

    :param str purpose: one ASCII letter
    :param bytes payload: what the purpose needs
    :param sign: callable from bytes to a hexadecimal signature, keyed by a secret
    :returns: str of lower case letters and digits
    """
    content = purpose.encode("ascii") + payload
    token = content + bytes.fromhex(sign(content))[:_SIGNATURE]
    return base64.b32encode(token).decode().rstrip("=").lower()


def read(token, sign):
    """Read a token.

    :param str token: from an address, whatever it is
    :param sign: as for :func:`issue`
    :returns: ``(purpose, payload)``, ``None`` when it is none of ours
    """
    if not token or len(token) > _LONGEST or not token.isascii():
        return None
    try:
        raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    except binascii.Error:
        return None
    content, signature = raw[:-_SIGNATURE], raw[-_SIGNATURE:]
    if not content or not compare_digest(signature, bytes.fromhex(sign(content))[:_SIGNATURE]):
        return None
    return chr(content[0]), content[1:]
