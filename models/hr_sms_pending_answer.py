from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.phone_validation.tools import phone_validation

from ..rules.phone import same_digits
from .hr_sms_thread import LEDGER


class HrSmsPendingAnswer(models.Model):
    """An answer on the job form that came with an unusable phone number.

    It waits for the number to be corrected and then becomes a consent event, but only if the
    corrected number has the same digits: consent belongs to a number, not to a person. Corrected
    to other digits it goes on waiting, so that the SMS tab can say that there was a Yes.
    """

    _name = "hr.sms.pending.answer"
    _description = "SMS Answer Waiting for a Number"
    _order = "id"

    applicant_id = fields.Many2one(
        "hr.applicant", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade", help="Who asked."
    )
    typed_number = fields.Char(readonly=True)
    entry = fields.Json(required=True, readonly=True, help="The consent event to be.")

    @api.model_create_multi
    def create(self, vals_list):
        self._check_ledger()
        return super().create(vals_list)

    def write(self, vals):
        self._check_ledger()
        return super().write(vals)

    def _check_ledger(self):
        if self.env.context.get("hr_sms_ledger") is not LEDGER:
            raise AccessError(self.env._("Answers are only recorded by the job form."))

    @api.model
    def _keep(self, applicant, entry):
        """Keep an answer until the applicant's number is usable.

        :param applicant: ``hr.applicant`` record
        :param dict entry: as for ``hr.sms.consent._append``, without ``thread``
        """
        # sudo: the form's visitor has no rights; only this method makes such rows
        self.sudo().with_context(hr_sms_ledger=LEDGER).create(
            {
                "applicant_id": applicant.id,
                "company_id": applicant._sms_company().id,
                "typed_number": applicant.partner_phone,
                "entry": {
                    **entry,
                    "given_date": fields.Datetime.to_string(entry["given_date"]),
                    "job_ref": applicant.job_id.id,
                },
            }
        )

    def _settle(self):
        """Turn the answers whose applicants have a usable number now into consent events."""
        entries = []
        settled = self.browse()
        threads = self.env["hr.sms.thread"]
        for answer in self:
            applicant = answer.applicant_id
            if not applicant.sms_number:
                continue
            parsed = phone_validation.phone_get_region_data_for_number(applicant.sms_number)
            if not same_digits(
                answer.typed_number, parsed["phone_code"], parsed["national_number"]
            ):
                continue  # another number: consent is asked anew
            settled |= answer
            entries.append(
                {
                    **answer.entry,
                    "given_date": fields.Datetime.to_datetime(answer.entry["given_date"]),
                    # Of the company that asked, also if the applicant has moved on since.
                    "thread": threads._get_or_create(answer.company_id, [applicant.sms_number])[
                        applicant.sms_number
                    ],
                    "applicant": applicant,
                }
            )
        if entries:
            self.env["hr.sms.consent"]._append(entries)
        settled.unlink()
