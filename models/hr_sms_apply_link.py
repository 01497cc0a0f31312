from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize
from odoo.tools.misc import format_date

from ..rules import consent_token
from ..rules.text_to_apply import LINK_PATH

# As long as that a link opens the form. Another text with the keyword brings a new one.
WORKS_DAYS = 30
# What the form sends that is the application's own business, or settled by the link.
_SETTLED = frozenset({"partner_phone", "job_id", "department_id", "company_id", "stage_id"})


class HrSmsApplyLink(models.Model):
    """A link, sent by text, by which a candidate completes the application it began.

    It is good once. Nobody but the server has access: the link is the candidate's alone.
    """

    _name = "hr.sms.apply.link"
    _description = "Link to Complete an Application by Text"
    _order = "id desc"
    _rec_name = "keyword"

    thread_id = fields.Many2one("hr.sms.thread", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="thread_id.company_id")
    applicant_id = fields.Many2one(
        "hr.applicant", readonly=True, ondelete="set null", index="btree_not_null"
    )
    job_id = fields.Many2one(
        "hr.job",
        readonly=True,
        ondelete="cascade",
        index="btree_not_null",
        help="Empty: the candidate chooses one.",
    )
    keyword = fields.Char(readonly=True, help="What to text for a new link.")
    our_number = fields.Char(readonly=True, help="Where to text it.")
    is_draft = fields.Boolean(
        readonly=True,
        help="The application consists of a text only: what the form says is all there is of it.",
    )
    expires_date = fields.Datetime("Works until", required=True, readonly=True)
    completed_date = fields.Datetime("Completed on", readonly=True)

    _thread_idx = models.Index("(thread_id)")

    @api.model
    def _of(self, text, applicant, job, is_new):
        """Return the link that answers a text; one that was not used yet is good for longer.

        :param text: ``hr.sms.message`` record (superuser) that is a keyword to apply
        :param applicant: ``hr.applicant`` record
        :param job: ``hr.job`` record, empty when the candidate is to choose one
        :param bool is_new: the application was made by this text
        :returns: ``hr.sms.apply.link`` record
        """
        values = {
            "keyword": text.keyword_id.word,
            "our_number": text.sender_number,
            "expires_date": fields.Datetime.add(fields.Datetime.now(), days=WORKS_DAYS),
        }
        link = self.search(
            [
                ("thread_id", "=", text.thread_id.id),
                ("applicant_id", "=", applicant.id),
                ("job_id", "=", job.id),
                ("completed_date", "=", False),
            ],
            limit=1,
        )
        if link:
            link.write(values)
            return link
        return self.create(
            {
                **values,
                "thread_id": text.thread_id.id,
                "applicant_id": applicant.id,
                "job_id": job.id,
                "is_draft": is_new or bool(self._open_drafts(applicant)),
            }
        )

    @api.model
    def _open_drafts(self, applicants):
        """Return those of these applications that consist of a text only.

        :param applicants: ``hr.applicant`` records
        :returns: ``hr.applicant`` records, in the same order
        """
        links = self.search(
            Domain("applicant_id", "in", applicants.ids)
            & Domain("is_draft", "=", True)
            & Domain("completed_date", "=", False)
        )
        drafts = links.applicant_id
        return applicants.filtered(lambda one: one in drafts)

    # ------------------------------------------------------------
    # The address
    # ------------------------------------------------------------

    def _token(self):
        size = (self.id.bit_length() + 7) // 8
        return consent_token.issue(
            consent_token.APPLY, self.id.to_bytes(size, "big"), self.thread_id._sign_consent_link
        )

    def _url(self):
        """Return the address that opens the form.

        :returns: str
        """
        self.ensure_one()
        return f"{self.company_id.get_base_url()}{LINK_PATH}{self._token()}"

    @api.model
    def _from_token(self, token):
        """Return the link of an address.

        :param token: from the address or the form, whatever it is
        :returns: ``hr.sms.apply.link`` record (superuser: the signature is the right), possibly
            empty
        """
        links_sudo = self.with_user(SUPERUSER_ID)
        content = isinstance(token, str) and consent_token.read(
            token, self.env["hr.sms.thread"]._sign_consent_link
        )
        if not content or content[0] != consent_token.APPLY:
            return links_sudo.browse()
        return links_sudo.browse(int.from_bytes(content[1], "big")).exists()

    def _last_day(self):
        """Return until when the link works, in words, where the company is."""
        return format_date(self.env, self.company_id._sms_local(self.expires_date).date())

    def _obstacle(self):
        """Say why the link opens no form.

        :returns: ``erased``, ``completed``, ``moved``, ``closed`` or ``expired``; ``None`` when it
            does
        """
        self.ensure_one()
        thread, applicant = self.thread_id, self.applicant_id
        if thread.number_hmac:
            return "erased"
        if self.completed_date:
            return "completed"
        if not applicant or not applicant._sms_writes_from(thread.number):
            return "moved"
        if applicant._sms_company() != thread.company_id:
            return "moved"
        if self.job_id and (not self.job_id.active or not applicant.active):
            return "closed"
        if self.expires_date < fields.Datetime.now():
            return "expired"
        return None

    def _is_covered(self, job):
        """Tell whether the consent that there is covers what the form would ask for.

        :param job: ``hr.job`` record that is applied for
        :returns: bool
        """
        thread, applicant = self.thread_id, self.applicant_id
        if thread.consent_state != "granted":
            return False
        scope = self.company_id._sms_consent_wording(job)["scope"]
        owners = {
            grant.applicant
            for grant in thread._grants()
            if grant.scope == "jobs"
            or (grant.scope == scope == "reminders")
            or (grant.scope == "this_job" and scope != "jobs" and grant.job == job.id)
        }
        if not owners or 0 in owners:
            return bool(owners)
        pairs = {(applicant.id, owner) for owner in owners}
        return bool(self.env["hr.applicant"]._sms_same_person(pairs))

    # ------------------------------------------------------------
    # Completing
    # ------------------------------------------------------------

    def _complete(self, job, values):
        """Write what the form says into the application. Called by the form's controller only.

        An application that consists of a text only takes it as it is. Of another one, only what is
        empty is filled: whoever holds this phone does not rewrite what somebody applied with.

        :param job: ``hr.job`` record that is applied for
        :param dict values: of ``hr.applicant``, as the form sent them
        :returns: ``(hr.applicant record, dict of the values that were not taken over)``
        """
        self.ensure_one()
        thread = self.thread_id
        # Two clicks at once: one is repeated after the other, and finds the link used up.
        self.env.cr.execute("SELECT FROM hr_sms_apply_link WHERE id = %s FOR UPDATE", [self.id])
        self.env.cr.execute(
            "SELECT FROM hr_sms_thread WHERE id = %s FOR NO KEY UPDATE", [thread.id]
        )
        applicant, is_draft = self.applicant_id, self.is_draft
        if not self.job_id and applicant.job_id != job:
            applicant, is_new = self.env["hr.applicant"]._sms_applied_by_text(thread, job)
            is_draft = is_new or bool(self._open_drafts(applicant))
        values = {name: value for name, value in values.items() if name not in _SETTLED}
        left = {}
        if not is_draft:
            left = {name: value for name, value in values.items() if applicant[name]}
        values = {name: value for name, value in values.items() if name not in left}
        email = email_normalize(values.get("email_from") or "")
        if is_draft and email and applicant.partner_id.email_normalized != email:
            applicant.partner_id = False  # somebody else's, perhaps: one is found by the address
        applicant.write(values)
        now = fields.Datetime.now()
        used = self | self.search([("applicant_id", "=", applicant.id), ("is_draft", "=", True)])
        used.write({"is_draft": False})
        self.write({"completed_date": now, "applicant_id": applicant.id})
        if is_draft:
            # Odoo's e-mail of the stage, as for an application by the form
            applicant._message_track_post_template({"stage_id"})
        return applicant, {name: value for name, value in left.items() if applicant[name] != value}
