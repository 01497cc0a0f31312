from odoo import models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..rules.consent import PUBLIC_METHODS, SCOPES
from .hr_applicant_consent import NOTE_LIMIT, SOURCE_LIMIT

CONSENT_COLUMNS = ("given_date", "method", "scope", "source", "source_ref", "note")
PHONE_LIMIT = 40
TEXT_LIMIT = SOURCE_LIMIT
_MAX_ID = 2**31 - 1


class HrApplicant(models.Model):
    """What a row from a spreadsheet or another system may hold, whatever becomes of it."""

    _inherit = "hr.applicant"

    def _sms_import_check_rows(self, rows, limit):
        """Check that rows are what they are called.

        :param rows: what a client sent
        :param int limit: rows at most
        :raises ValidationError: otherwise
        """
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ValidationError(self.env._("A list of rows is needed here."))
        if len(rows) > limit:
            raise ValidationError(
                self.env._("At most %(limit)s rows at once: split the file.", limit=limit)
            )

    def _sms_import_columns(self, row, columns):
        """Return what a row says, without what is empty.

        :param dict row: as it came
        :param columns: names that it may have
        :raises ValidationError: when it has another
        """
        row = {name: value for name, value in row.items() if value not in (None, False, "")}
        unknown = [str(name)[:30] for name in row if name not in columns]
        if unknown:
            raise ValidationError(
                self.env._(
                    "There is no column %(unknown)s. The columns are %(columns)s.",
                    unknown=", ".join(unknown),
                    columns=", ".join(columns),
                )
            )
        return row

    def _sms_import_texts(self, row, limits):
        """Return the texts of a row.

        :param dict row: of :meth:`_sms_import_columns`
        :param dict limits: characters at most by name
        :returns: dict from name to str, ``None`` where empty
        :raises ValidationError: when one is none
        """
        return {
            name: self._sms_text_argument(row.get(name), limit) for name, limit in limits.items()
        }

    def _sms_import_consent(self, row, method):
        """Return what a row says about a consent.

        :param dict row: of :meth:`_sms_import_columns`
        :param str method: when the row names none
        :returns: dict of ``CONSENT_COLUMNS``; ``given_date`` as UTC datetime, ``None`` without one
        :raises ValidationError: for what cannot be
        """
        limits = dict.fromkeys(("method", "scope", "source", "source_ref"), SOURCE_LIMIT)
        values = self._sms_import_texts(row, {**limits, "note": NOTE_LIMIT})
        return {
            **values,
            "method": self._sms_import_choice(
                "method", values["method"] or method, sorted(PUBLIC_METHODS)
            ),
            "scope": self._sms_import_choice("scope", values["scope"] or "jobs", SCOPES),
            "given_date": self._sms_parse_given_date(row["given_date"])
            if row.get("given_date")
            else None,
        }

    def _sms_import_choice(self, name, value, choices):
        if value not in choices:
            raise ValidationError(
                self.env._(
                    "%(value)s is no %(column)s. It is one of %(choices)s.",
                    value=value,
                    column=name,
                    choices=", ".join(choices),
                )
            )
        return value

    def _sms_import_id(self, name, value):
        """Return the id in a column, ``None`` when it is empty.

        :raises ValidationError: when it is none
        """
        if not value:
            return None
        try:
            number = int(value)
        except (TypeError, ValueError, OverflowError):
            number = 0
        if isinstance(value, bool) or isinstance(value, float) and value != number:
            number = 0
        if not 0 < number <= _MAX_ID:
            raise ValidationError(
                self.env._("%(column)s is a whole number, or empty.", column=name)
            )
        return number

    def _sms_import_number(self, phone):
        """Return a phone number as E.164, as one of the company's country without a country code.

        :param phone: str in any format, ``None`` when there is none
        :raises ValidationError: when it cannot be texted
        """
        number = phone and self._phone_format(number=phone, country=self.env.company.country_id)
        if phone and not number:
            raise ValidationError(
                self.env._(
                    "%(phone)s is not a phone number that can be texted. Write it with its country "
                    "code.",
                    phone=phone,
                )
            )
        return number

    def _sms_import_ours(self):
        """Return the domain of the applications of the company one is in.

        :returns: ``Domain``
        """
        company = self.env.company.id
        return Domain("company_id", "=", company) | Domain("company_id", "=", False) & Domain(
            "job_id.company_id", "in", (company, False)
        )
