from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .hr_applicant import SEND_GROUP, VIEW_GROUP
from .numbers import shown_number
from .transactions import short_transaction

ASSIGNEES = 200


class HrSmsThread(models.Model):
    """What is done to conversations in the inbox. Every method checks the user's rights."""

    _inherit = "hr.sms.thread"

    def sms_assignees(self):
        """Return who may be given a conversation: who may read it, by their own rights.

        :returns: list of dicts with ``id`` and ``name``, the user first if they may
        :raises AccessError: without the right to send SMS or to read the conversation
        """
        self._inbox_check(SEND_GROUP)
        users = self._inbox_readers(limit=ASSIGNEES)
        ordered = users.sorted(lambda user: (user != self.env.user, (user.name or "").casefold()))
        return [{"id": user.id, "name": user.name} for user in ordered]

    def sms_assign(self, user_id):
        """Give a conversation to somebody, who is told of its texts from now on.

        :param user_id: id of ``res.users``, falsy for nobody
        :returns: True
        :raises AccessError: without the right to send SMS or to read the conversation
        :raises UserError: when that user may not read the conversation
        """
        self._inbox_check(SEND_GROUP)
        users = self.env["res.users"].browse()
        if user_id:
            known = user_id if isinstance(user_id, int) and 0 < user_id < 2**31 else 0
            users = self._inbox_readers(Domain("id", "=", known), limit=1)
            if not users:
                raise UserError(
                    self.env._(
                        'Only somebody with the permission "View SMS" who may read this '
                        "applicant can be given the conversation."
                    )
                )
        # sudo: users write no threads, this is what they may change of one they read
        self.sudo().user_id = users
        self._notify_changed()
        return True

    def sms_mark_unread(self):
        """Mark the last received text of a conversation as unread.

        :returns: True
        :raises AccessError: without the right to view SMS or to read the conversation
        :raises UserError: when nothing was received in it
        """
        self._inbox_check(VIEW_GROUP)
        received = self.env["hr.sms.message"].search(
            [
                ("thread_id", "=", self.id),
                ("direction", "=", "inbound"),
                ("erased_date", "=", False),
            ],
            limit=1,
        )
        if not received:
            raise UserError(self.env._("No text was received here: there is nothing to read."))
        with short_transaction(self.env.registry) as env:
            received.with_env(env)._mark_unread()
        return True

    def sms_inbox_mark_read(self):
        """Mark the received texts of a conversation as read.

        :returns: True
        :raises AccessError: without the right to view SMS or to read the conversation
        """
        self._inbox_check(VIEW_GROUP)
        self.env["hr.sms.message"]._mark_thread_read(self)
        return True

    def sms_archive(self, archive=True):
        """Put a conversation away until somebody texts in it again, or take it back.

        :param bool archive: ``False`` to take it back
        :returns: True
        :raises AccessError: without the right to send SMS or to read the conversation
        """
        self._inbox_check(SEND_GROUP)
        # sudo: see sms_assign; texts of other applications of the number count too
        thread_sudo = self.sudo()
        texts = thread_sudo.env["hr.sms.message"]
        inbound = [("thread_id", "=", self.id), ("direction", "=", "inbound")]
        newest = texts.search(inbound, order="id desc", limit=1) or texts.search(
            [("thread_id", "=", self.id)], limit=1
        )
        thread_sudo.archived_message = newest.id if archive else False
        self._notify_changed()
        return True

    def sms_attach(self, applicant_id):
        """Say whose number this is: the applicant gets it, with the texts of it so far.

        It becomes the applicant's main number where none was typed, else a further one: what was
        typed stays to be put right, also where it is no number.

        :param int applicant_id: ``hr.applicant`` of the same company
        :returns: True
        :raises AccessError: without the right to send SMS, to read the conversation or to edit
            the applicant
        :raises UserError: when the applicant is of another company, or the number somebody's
        """
        self._inbox_check(SEND_GROUP)
        applicant = self._inbox_owner(applicant_id)
        applicant_sudo = applicant.sudo()  # whose it is by now: its right was checked above
        if applicant_sudo._sms_company() != self.company_id:
            raise UserError(
                self.env._(
                    "%(applicant)s applied to %(company)s, this text went to another company.",
                    applicant=applicant.display_name,
                    company=applicant_sudo._sms_company().name,
                )
            )
        self._inbox_flush()
        if self._inbox_holders().get(self.id, set()) - {applicant.id}:
            raise UserError(self.env._("Somebody assigned this number already. Reload the page."))
        if self.number not in applicant_sudo._sms_numbers():
            if applicant_sudo.sms_number or (applicant_sudo.partner_phone or "").strip():
                applicant.sms_number_add(self.number, self.env._("Texted from"))
            else:
                applicant.partner_phone = self.number
        self._hand_texts(self.env["hr.applicant"], applicant)
        self._notify_changed()
        return True

    def sms_detach(self, applicant_id):
        """Take an assignment back: the number is not this applicant's after all.

        Only as long as nothing but received texts came of it: what was written to somebody, or
        what they agreed to, stays in their history.

        :param int applicant_id: ``hr.applicant`` that has the number
        :returns: True
        :raises AccessError: without the right to send SMS, to read the conversation or to edit
            the applicant
        :raises UserError: when the number is not theirs any more, or more came of it
        """
        self._inbox_check(SEND_GROUP)
        applicant = self._inbox_owner(applicant_id)
        applicant_sudo = applicant.sudo()  # see sms_attach
        if self.number not in applicant_sudo._sms_numbers():
            raise UserError(
                self.env._(
                    "%(number)s is not a number of %(applicant)s any more.",
                    number=shown_number(self.number),
                    applicant=applicant.display_name,
                )
            )
        if applicant.id in self.sudo()._written_to()[self]:
            raise UserError(
                self.env._(
                    "A text was written to %(applicant)s here or consent recorded: that stays in "
                    "their history. Open the applicant and correct the number there.",
                    applicant=applicant.display_name,
                )
            )
        self._hand_texts(applicant, self.env["hr.applicant"])
        if self.number == applicant_sudo.sms_number:
            applicant.partner_phone = False
            self.sudo()._unlink_stranger(applicant_sudo)
        else:
            # sudo: their numbers are kept by who may edit the applicant, which was checked
            applicant_sudo.sms_phone_ids.filtered(
                lambda phone: phone.number == self.number
            ).unlink()
        self._notify_changed()
        return True

    def _inbox_owner(self, applicant_id):
        """Return the applicant whose number this is to be, or not to be any more.

        :param int applicant_id: as the browser says
        :raises AccessError: without the right to send SMS to them or to edit them
        :raises UserError: when there is none
        """
        known = isinstance(applicant_id, int) and 0 < applicant_id < 2**31
        applicant = self.env["hr.applicant"].browse(applicant_id if known else 0).exists()
        if not applicant:
            raise UserError(
                self.env._("This applicant does not exist any more. Choose another one.")
            )
        applicant._sms_check_right(SEND_GROUP)
        applicant.check_access("write")
        return applicant

    def _hand_texts(self, giver, taker):
        """Hand the texts of one application to another, for those who read only some of them.

        :param giver, taker: ``hr.applicant`` record, empty for those of no application
        """
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE hr_sms_message SET applicant_id = %s"
            " WHERE thread_id = %s AND applicant_id IS NOT DISTINCT FROM %s",
            [taker.id or None, self.id, giver.id or None],
        )
        self.env["hr.sms.message"].invalidate_model(["applicant_id"])

    def _inbox_readers(self, domain=Domain.TRUE, limit=None):
        """Return who may read this conversation.

        :param domain: on ``res.users``
        :param limit: users to look at, at most
        :returns: ``res.users`` records (superuser)
        """
        return self._who_may_read(
            self.env["res.users"]._sms_viewers(self.company_id, domain, limit)
        )
