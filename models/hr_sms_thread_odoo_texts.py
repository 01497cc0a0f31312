from odoo import models


class HrSmsThread(models.Model):
    """Erasure of what Odoo's own texting keeps of applicants with these numbers."""

    _inherit = "hr.sms.thread"

    def _erase_elsewhere(self):
        """Erase the texts Odoo itself sent these applicants, too.

        Most are from before this addon was installed. The number is in the text (``sms.sms``) and
        in what became of it (``mail.notification``), the words in the text and in the chatter.
        Texts about other documents are not recruiting's to erase.
        """
        threads = self.grouped("number")
        notifications = self.env["mail.notification"].search(
            [
                ("notification_type", "=", "sms"),
                ("sms_number", "in", list(threads)),
                ("mail_message_id.model", "=", "hr.applicant"),
            ]
        )
        texts = self.env["sms.sms"].search(
            [("number", "in", list(threads)), ("mail_message_id.model", "=", "hr.applicant")]
        )
        messages = notifications.mail_message_id | texts.mail_message_id
        applicants = self.env["hr.applicant"].browse(messages.mapped("res_id")).exists()
        company_of = {applicant.id: applicant._sms_company() for applicant in applicants}

        def is_theirs(number, message):
            # Without its applicant, a message tells no company; it tells of a candidate all the same.
            company = company_of.get(message.res_id, threads[number].company_id)
            return company in threads[number].company_id

        notifications = notifications.filtered(
            lambda sent: is_theirs(sent.sms_number, sent.mail_message_id)
        )
        texts = texts.filtered(lambda text: is_theirs(text.number, text.mail_message_id))
        written = (notifications.mail_message_id | texts.mail_message_id).filtered(
            lambda message: message.message_type == "sms"
        )
        notifications.write({"sms_number": False, "failure_reason": False})
        written.write({"body": ""})
        texts.unlink()
        return super()._erase_elsewhere()
