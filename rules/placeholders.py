"""Placeholders in a text to many: a short list of names, and nothing that is evaluated.

The syntax is that of Odoo's inline templates, ``{{ object.partner_name ||| you }}``, so that a text
can be taken over from a template and back.
"""

import re
from typing import NamedTuple

#: What may stand in a text written by hand.
NAMES = (
    "object.partner_name",
    "first_name",
    "object.job_id.name",
    "object.company_id.name",
    "object.user_id.name",
    "user.name",
)
_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
# As templates say it: a name, and what stands there when it is empty.
_OR = re.compile(r"^([\w.]+)\s+or\s+(['\"])([^'\"]*)\2$")
_COMPANY = re.compile(r"^\(\s*object\.company_id\s+or\s+user\.company_id\s*\)\.name$")


class Placeholder(NamedTuple):
    """One placeholder: what it names, and what stands there when that is empty."""

    name: str
    default: str


def parse(body):
    """Take a text apart.

    :param str body: with placeholders
    :returns: list of str and :class:`Placeholder`
    """
    parts, end = [], 0
    for match in _PLACEHOLDER.finditer(body or ""):
        parts.append(body[end : match.start()])
        name, _separator, default = match[1].partition("|||")
        parts.append(Placeholder(name.strip(), default.strip()))
        end = match.end()
    parts.append((body or "")[end:])
    return [part for part in parts if part]


def unknown(body):
    """Return the placeholders of a text that are not on the list.

    :param str body: with placeholders
    :returns: list of str, as they were written
    """
    return [
        part.name
        for part in parse(body)
        if isinstance(part, Placeholder) and part.name not in NAMES
    ]


def fill(parts, values):
    """Put a text together.

    :param parts: as :func:`parse` returns them
    :param dict values: what each of ``NAMES`` is, falsy for nothing
    :returns: str
    """
    return "".join(
        part if isinstance(part, str) else str(values.get(part.name) or part.default)
        for part in parts
    )


def from_template(body):
    """Write a template's text with the placeholders of the list, as far as they say the same.

    :param str body: of an ``sms.template``
    :returns: str
    """

    def simpler(match):
        expression = match[1].strip()
        if _COMPANY.match(expression):
            return "{{ object.company_id.name }}"
        if (found := _OR.match(expression)) and found[1] in NAMES:
            default = f" ||| {found[3]}" if found[3].strip() else ""
            return f"{{{{ {found[1]}{default} }}}}"
        return match[0]

    return _PLACEHOLDER.sub(simpler, body or "")
