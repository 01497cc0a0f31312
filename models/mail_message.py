from odoo import api, fields, models

from .transactions import short_transaction


class MailMessage(models.Model):
    """Odoo's notification that a text came is done with once its recipient has read the text."""

    _inherit = "mail.message"

    # The conversation of whose received texts a message tells. No foreign key: messages are many,
    # and nothing that the deletion of a conversation should have to look at.
    sms_thread_ref = fields.Integer("SMS Thread", index="btree_not_null", readonly=True, copy=False)

    @api.model
    def _sms_received_done(self, thread):
        """Take the user's own notifications of texts of a conversation out of their inbox.

        Only those that a text came: whatever else was told of it may ask for something yet.

        :param thread: ``hr.sms.thread`` record
        """
        told = (
            self.env["mail.notification"]
            .sudo()  # as core does for a user's own notifications
            .search(
                [
                    ("res_partner_id", "=", self.env.user.partner_id.id),
                    ("is_read", "=", False),
                    ("mail_message_id.sms_thread_ref", "=", thread.id),
                ]
            )
        )
        if told:
            # Of its own, as the texts are marked: two screens do it at once.
            with short_transaction(self.env.registry) as env:
                messages = told.mail_message_id.with_env(env).with_user(self.env.user)
                messages.set_message_done()
