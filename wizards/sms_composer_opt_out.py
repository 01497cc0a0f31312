from markupsafe import Markup

from odoo import models


class SmsComposer(models.TransientModel):
    """Texts to many others than applicants: who opted out of all texts gets none, and it shows."""

    _inherit = "sms.composer"

    def _get_optout_record_ids(self, records, recipients_info):
        """Name those who opted out of all texts of their record's company, at one query for each."""
        found = [*super()._get_optout_record_ids(records, recipients_info)]

        def company_of(record):
            # As sms_twilio decides whose account sends it: a cron runs for all companies.
            own = "company_id" in record._fields and record.company_id
            return own or self.env.company

        for company, some in records.grouped(company_of).items():
            number_of = {record.id: recipients_info[record.id]["sanitized"] for record in some}
            closed = company._sms_closed(filter(None, number_of.values()))
            found += [record for record, number in number_of.items() if number in closed]
        return found

    def _prepare_log_body_values(self, sms_records_values):
        """Say in the note on the document that its text was not sent: it has no other sign of it."""
        bodies = super()._prepare_log_body_values(sms_records_values)
        for record_id, values in sms_records_values.items():
            # An opt-out by text is on Odoo's blacklist, too, which is asked first.
            if values.get("failure_type") in ("sms_optout", "sms_blacklist"):
                reason = self.env._(
                    "Not sent: this number opted out of texts or is on the phone blacklist."
                )
                bodies[record_id] = Markup("%s<br/><em>%s</em>") % (bodies[record_id], reason)
        return bodies
