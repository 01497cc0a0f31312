from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.phone_validation.tools import phone_validation

from ..rules.phone import same_digits

# Not to be deleted one by one: what they prove goes with them.
TO_ERASE = frozenset({"hr.sms.thread", "hr.sms.message", "hr.sms.consent"})


class PrivacyLookupWizard(models.TransientModel):
    """Odoo's search for what is known about a person, by their phone number too."""

    _inherit = "privacy.lookup.wizard"

    name = fields.Char(required=False)
    email = fields.Char(required=False)
    phone = fields.Char(help="In any format, with the country code if it is a foreign one.")

    def _get_query(self):
        if not self.phone and not (self.name and self.email):
            raise UserError(self.env._("Enter a phone number, or a name and an e-mail address."))
        if not self.phone:
            return super()._get_query()
        rows = SQL(" UNION ALL ").join(
            SQL(
                "SELECT %s AS res_model_id, reference AS res_id, %s AS is_active"
                " FROM unnest(%s::int[]) AS reference",
                self.env["ir.model"]._get_id(records._name),
                is_active,
                records.ids,
            )
            for records, is_active in self._phone_references()
        )
        if not (self.name and self.email):
            return rows
        # Both may know the same record.
        return SQL("%s UNION %s", super()._get_query(), rows)

    def _phone_references(self):
        """Return what recruiting knows of the number: texts and consent have no e-mail address.

        :returns: list of ``(recordset, whether they are active)``
        :raises UserError: when it is no phone number
        """
        # sudo: the wizard is for administrators and searches everything, as its other queries
        model = self.sudo().with_context(active_test=False)
        companies = model.env["res.company"].search([])
        numbers = {
            self.env.user._phone_format(number=self.phone, country=company.country_id)
            for company in companies
        } - {False}
        if not numbers:
            raise UserError(
                self.env._(
                    "%(phone)s is no phone number. Write it with its country code.",
                    phone=self.phone,
                )
            )
        threads = model.env["hr.sms.thread"]
        for company in companies:
            threads = threads.union(*threads._find(company, numbers).values())
        regions = [phone_validation.phone_get_region_data_for_number(one) for one in numbers]
        answers = model.env["hr.sms.pending.answer"].search([])
        answers = answers.filtered(
            lambda answer: any(
                same_digits(answer.typed_number, region["phone_code"], region["national_number"])
                for region in regions
            )
        )
        applicants = (
            model.env["hr.applicant"].search([("sms_number", "in", list(numbers))])
            | model.env["hr.applicant.phone"].search([("number", "in", list(numbers))]).applicant_id
            | threads.applicant_ids
            | answers.applicant_id
        )
        active = applicants.filtered("active")
        return [
            (active, True),
            (applicants - active, False),
            (threads, True),
            (threads.message_ids, True),
            (threads.consent_ids, True),
            (answers, True),
        ]

    def _post_log(self):
        self.ensure_one()
        if self.log_id or not self.execution_details or (self.name and self.email):
            return super()._post_log()
        # Core's log is of names and addresses, which it masks.
        self.log_id = self.env["privacy.log"].create(
            {
                "anonymized_name": self.phone or self.name or "",
                "anonymized_email": self.email or "",
                "execution_details": self.execution_details,
                "records_description": self.records_description,
            }
        )
        return None


class PrivacyLookupWizardLine(models.TransientModel):
    """Texts and consent are not deleted record by record, they lead to their erasure."""

    _inherit = "privacy.lookup.wizard.line"

    is_sms_record = fields.Boolean(compute="_compute_is_sms_record")

    def _compute_is_sms_record(self):
        for line in self:
            line.is_sms_record = line.res_model in TO_ERASE

    def action_erase_sms(self):
        """Open the erasure of the number that a text or a consent event belongs to.

        :returns: action of the wizard
        :raises AccessError: for anybody but managers of SMS, and for other companies
        """
        self.ensure_one()
        record = self.env[self.res_model].browse(self.res_id)
        record.check_access("read")
        threads = record if record._name == "hr.sms.thread" else record.thread_id
        return threads.action_erase()

    def action_unlink(self):
        self.ensure_one()
        if self.res_model in TO_ERASE:
            raise UserError(
                self.env._(
                    "Texts and proof of consent cannot be deleted one by one. Use Erase, which "
                    "also remembers that the number must not be texted."
                )
            )
        return super().action_unlink()

    def action_unlink_all(self):
        return super(
            PrivacyLookupWizardLine, self.filtered(lambda line: line.res_model not in TO_ERASE)
        ).action_unlink_all()


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_privacy_lookup(self):
        action = super().action_privacy_lookup()
        action["context"]["default_phone"] = self.phone
        return action


class HrApplicant(models.Model):
    _inherit = "hr.applicant"

    def action_privacy_lookup(self):
        """Look up what is known about this applicant. For administrators, as for contacts.

        :returns: action of the wizard
        """
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "privacy_lookup.action_privacy_lookup_wizard"
        )
        action["context"] = {
            "default_email": self.email_from,
            "default_name": self.partner_name,
            "default_phone": self.partner_phone,
        }
        return action


class PrivacyLog(models.Model):
    _inherit = "privacy.log"

    def _anonymize_email(self, label):
        return super()._anonymize_email(label) if label else ""
