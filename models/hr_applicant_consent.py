from datetime import datetime, time

import pytz

from odoo import fields, models
from odoo.exceptions import UserError, ValidationError

from ..rules.consent import MISTAKE, PUBLIC_METHODS
from .hr_applicant import SEND_GROUP
from .hr_applicant_consent_given import Given

NOTE_LIMIT = 2000
SOURCE_LIMIT = 200


class HrApplicant(models.Model):
    """Consent of an applicant: added and withdrawn by colleagues, answered on the job form."""

    _inherit = "hr.applicant"

    def sms_consent_grant(
        self,
        number=None,
        method="manual",
        given_date=None,
        note=None,
        source=None,
        source_ref=None,
        scope=None,
    ):
        """Record consent that a candidate gave outside Odoo.

        :param number: phone number in any format, ``None`` for the applicant's main number
        :param str method: ``manual`` (a colleague, for example after a phone call),
            ``job_board`` or ``import``; everything else only the candidate can do
        :param given_date: when it was given: UTC datetime or date, or a string of one; now by
            default, never in the future
        :param note: how it was given; mandatory after the candidate had declined
        :param source: where, for example the job board's name, ``phone`` or ``email``
        :param source_ref: the other system's reference: the same one, of the same number, method
            and source, is recorded once, however often this is called
        :param scope: ``jobs`` (default), ``this_job`` or ``reminders``
        :returns: list of ids of the consent events, one for each applicant
        :raises AccessError: without the right to send SMS or to read the applicant
        :raises UserError: when a keyword locked the number, or there is no usable number
        :raises ValidationError: for a method, date or scope that cannot be
        """
        self._sms_check_right(SEND_GROUP)
        if not isinstance(method, str) or method not in PUBLIC_METHODS:
            raise ValidationError(
                self.env._(
                    "Consent can only be added as %(methods)s. Other ways are the candidate's.",
                    methods=", ".join(sorted(PUBLIC_METHODS)),
                )
            )
        scopes = dict(self.env["hr.sms.consent"]._fields["scope"].selection)
        note = self._sms_text_argument(note, NOTE_LIMIT)
        source = self._sms_text_argument(source, SOURCE_LIMIT)
        source_ref = self._sms_text_argument(source_ref, SOURCE_LIMIT)
        scope = self._sms_text_argument(scope, SOURCE_LIMIT)
        if scope and scope not in scopes:
            raise ValidationError(
                self.env._("The scope of a consent is one of %(scopes)s.", scopes=", ".join(scopes))
            )
        given_date = self._sms_parse_given_date(given_date)
        givens = [
            Given(
                applicant=applicant,
                number=applicant._sms_usable_number(number),
                method=method,
                given_date=given_date,
                note=note,
                source=source,
                source_ref=source_ref,
                scope=scope,
            )
            for applicant in self
        ]
        weighed = self._sms_weigh(givens)
        for reason, _event in weighed:
            if reason:
                raise UserError(reason)
        new = iter(
            self._sms_record(
                [given for given, (_, event) in zip(givens, weighed, strict=True) if not event]
            ).ids
        )
        return [event.id or next(new) for _reason, event in weighed]

    def sms_consent_withdraw(self, number=None, note=None, by_mistake=False):
        """Withdraw consent on the candidate's behalf, or take back what was entered by mistake.

        Both append to the ledger, nothing is ever deleted from it.

        :param number: phone number in any format, ``None`` for the applicant's main number
        :param note: why
        :param bool by_mistake: the consent was entered by mistake; the event says so by its
            source
        :returns: list of ids of the consent events, one for each applicant
        :raises AccessError: without the right to send SMS or to read the applicant
        :raises UserError: without a usable number
        """
        self._sms_check_right(SEND_GROUP)
        note = self._sms_text_argument(note, NOTE_LIMIT)
        return (
            self.env["hr.sms.consent"]
            ._append(
                [
                    {
                        "thread": applicant._sms_thread(
                            applicant._sms_usable_number(number), create=True
                        ),
                        "event": "withdrawn",
                        "method": "manual",
                        "applicant": applicant,
                        "actor_name": self.env.user.name,
                        "source": MISTAKE if by_mistake else None,
                        "note": note,
                    }
                    for applicant in self
                ]
            )
            .ids
        )

    def _sms_parse_given_date(self, given_date):
        """Return a given date as UTC datetime.

        A bare date means that day in the user's time zone: now when it is today, else its noon.
        """
        now = fields.Datetime.now()
        if not given_date:
            return now
        try:
            moment = fields.Datetime.to_datetime(given_date)
        except (ValueError, TypeError) as error:
            raise ValidationError(
                self.env._(
                    "%(date)s is not a date. Write it as YYYY-MM-DD.", date=str(given_date)[:30]
                )
            ) from error
        if len(str(given_date)) <= len("YYYY-MM-DD"):
            today = fields.Date.context_today(self)
            if moment.date() == today:
                return now
            if moment.date() < today:
                moment = min(now, self._sms_noon(moment.date()))
        if moment > now:
            raise ValidationError(
                self.env._("Consent cannot be given in the future. Choose today or a day before.")
            )
        return moment.replace(microsecond=0)

    def _sms_noon(self, day):
        """Return the noon of a day in the user's time zone, as UTC datetime."""
        zone = pytz.timezone(self.env.user.tz or "UTC")
        noon = zone.localize(datetime.combine(day, time(12)))
        return noon.astimezone(pytz.utc).replace(tzinfo=None)

    def _sms_record_form_answer(self, answer, evidence, number=None):
        """Record the answer to the job form's question. Called by the form's controller only.

        :param str answer: ``yes`` or ``no``
        :param dict evidence: ``wording``, ``wording_lang``, ``wording_version``,
            ``wording_proven``, ``scope``, ``page_url``, ``ip_address``, ``user_agent``
        :param number: E.164 that was asked about, ``None`` for the main number
        """
        self.ensure_one()
        entry = {
            "event": "granted" if answer == "yes" else "declined",
            "method": "job_form",
            "given_date": fields.Datetime.now(),
            "actor_name": self.partner_name,
            **{
                name: evidence.get(name)
                for name in (
                    "wording",
                    "wording_lang",
                    "wording_version",
                    "scope",
                    "page_url",
                    "ip_address",
                    "user_agent",
                )
            },
        }
        if not evidence.get("wording_proven"):
            entry["note"] = "wording unproven: the form carried no valid token"
        number = number or self.sms_number
        if not number:
            self.env["hr.sms.pending.answer"]._keep(self, entry)
            return
        thread = self._sms_thread(number, create=True)
        self.env["hr.sms.consent"]._append([{**entry, "thread": thread, "applicant": self}])
