from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools.misc import format_date

from ..rules import consent_token
from ..rules.opt_out_line import LINK_PATH

TEMPLATE = "hr_recruitment_texting.mail_template_sms_invitation"
# What was never answered is of no use for longer.
KEEP_DAYS = 90
MAIL_CRON = "mail.ir_cron_mail_scheduler_action"


class HrSmsInvitation(models.Model):
    """A link, sent by e-mail, by which a candidate agrees to texts to one number, or does not.

    Nobody but an administrator has access: the link is the candidate's alone, or colleagues could
    answer in their place.
    """

    _name = "hr.sms.invitation"
    _description = "Invitation to Agree to Texts"
    _order = "id desc"
    _rec_name = "email"

    thread_id = fields.Many2one(
        "hr.sms.thread",
        readonly=True,
        ondelete="cascade",
        help="Empty while the number is not known: the page asks for it.",
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        ondelete="cascade",
    )
    applicant_id = fields.Many2one(
        "hr.applicant", readonly=True, ondelete="set null", index="btree_not_null"
    )
    email = fields.Char(readonly=True, help="Empty once it is erased.")
    lang = fields.Char("Language", readonly=True)
    author_name = fields.Char("Sent by", readonly=True)
    expires_date = fields.Datetime("Works until", required=True, readonly=True)
    answer = fields.Selection([("yes", "Yes"), ("no", "No")], readonly=True)
    answered_date = fields.Datetime("Answered on", readonly=True)

    _thread_idx = models.Index("(thread_id, id)")
    _email_idx = models.Index("(company_id, email)")

    @api.depends("thread_id")
    def _compute_company_id(self):
        for invitation in self:
            invitation.company_id = invitation.thread_id.company_id

    # ------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------

    @api.model
    def _send(self, requests, author, lang=None, headers=None):
        """Invite candidates. The caller checked that they may be.

        :param requests: list of ``(hr.sms.thread record, hr.applicant record)``; the thread is
            empty where there is no number yet
        :param author: ``res.users`` record of who invites, or the ``res.company`` record
        :param lang: code of the language to write in, ``None`` for the contact's
        :param headers: dict of further headers of the e-mails
        :returns: the new ``hr.sms.invitation`` records (superuser)
        """
        if not requests:
            return self.browse()
        # As the system itself, not only with its rights: a colleague could read the mail they are
        # the author of, and open its link.
        invitations = self.with_user(SUPERUSER_ID)
        now = fields.Datetime.now()
        invitations = invitations.create(
            [
                {
                    "thread_id": thread.id,
                    "company_id": company.id,
                    "applicant_id": applicant.id,
                    "email": applicant.email_normalized,
                    "lang": lang or applicant.partner_id.lang or company.partner_id.lang,
                    "author_name": author.name,
                    "expires_date": fields.Datetime.add(now, days=company.sms_invitation_days),
                }
                for thread, applicant in requests
                for company in [thread.company_id or applicant._sms_company()]
            ]
        )
        template = invitations.env.ref(TEMPLATE)
        for company, theirs in invitations.grouped("company_id").items():
            values = {"author_id": self.env.ref("base.partner_root").id}
            sender = author if author.email else theirs.applicant_id.user_id[:1]
            if not company.email and sender.email:
                values["email_from"] = sender.email_formatted
            if headers:
                values["headers"] = repr(headers)
            template.send_mail_batch(theirs.ids, email_values=values)
        # Mails leave by their queue: nobody waits for a mail server.
        invitations.env.ref(MAIL_CRON)._trigger()
        invitations.thread_id._notify_changed()
        return invitations

    def _url(self):
        """Return the address of the page to answer at.

        :returns: str
        """
        self.ensure_one()
        size = (self.id.bit_length() + 7) // 8
        token = consent_token.issue(
            consent_token.GRANT, self.id.to_bytes(size, "big"), self.thread_id._sign_consent_link
        )
        return f"{self.company_id.get_base_url()}{LINK_PATH}{token}"

    def _last_day(self):
        """Return until when the link works, in words, where the company is."""
        self.ensure_one()
        return format_date(self.env, self.company_id._sms_local(self.expires_date).date())

    @api.model
    def _from_token(self, token):
        """Return the invitation that a link is about.

        :param str token: from the address, whatever it is
        :returns: ``hr.sms.invitation`` record (superuser: the signature is the right), possibly
            empty
        """
        invitations_sudo = self.sudo()
        content = consent_token.read(token, self.env["hr.sms.thread"]._sign_consent_link)
        if not content or content[0] != consent_token.GRANT:
            return invitations_sudo.browse()
        return invitations_sudo.browse(int.from_bytes(content[1], "big")).exists()

    # ------------------------------------------------------------
    # Erasing
    # ------------------------------------------------------------

    @api.model
    def _erase_of(self, threads):
        """Forget whom the invitations of these numbers went to. The links then say so.

        :param threads: ``hr.sms.thread`` records
        """
        # sudo: see the model
        theirs = self.sudo().search([("thread_id", "in", threads.ids)])
        theirs.write({"email": False, "author_name": False, "applicant_id": False})
        self._without_number(threads.applicant_ids).unlink()

    @api.model
    def _without_number(self, applicants):
        """Return the invitations of applicants whose number was not known (superuser).

        Nothing hangs on them: to erase them is to delete them.

        :param applicants: ``hr.applicant`` records
        """
        # sudo: see the model
        return self.sudo().search(
            [("thread_id", "=", False), ("applicant_id", "in", applicants.ids)]
        )

    @api.autovacuum
    def _gc_without_number(self):
        """Forget who never answered; a No is remembered, so that it is not asked about again."""
        before = fields.Datetime.subtract(fields.Datetime.now(), days=KEEP_DAYS)
        self.search(
            [("thread_id", "=", False), ("answer", "=", False), ("expires_date", "<", before)]
        ).unlink()
