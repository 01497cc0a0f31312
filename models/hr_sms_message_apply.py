from datetime import timedelta

from odoo import api, fields, models

from ..rules import opt_out_line, text_to_apply
from .hr_sms_message_follow_up import FRESH
from .hr_sms_message_offer import Text
from .transactions import short_transaction

# Whoever texts the same keyword again before that has the answer, or it is on its way.
ANSWERED_JUST_NOW = timedelta(minutes=10)

_WAITING = (
    "direction = 'inbound' AND is_followed_up IS NOT TRUE AND keyword_id IS NOT NULL"
    " AND create_date > %s"
)


class HrSmsMessage(models.Model):
    """A candidate applies by texting a keyword.

    The webhook only takes the text in. What it brings about, an application, consent, an answer,
    follows its commit, one number after the other and each in a transaction of its own, which locks
    the number: however often somebody texts, and whichever processes are at it, there is one
    application and one answer.
    """

    _inherit = "hr.sms.message"

    keyword_id = fields.Many2one(
        "hr.sms.keyword",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The keyword to apply that this text is.",
    )

    @api.model
    def _apply_values(self, keyword):
        """Return what a received text has for being a keyword to apply.

        :param keyword: :class:`~.hr_sms_keyword.Keyword` or ``None``
        :returns: dict
        """
        if not keyword or keyword.action != "apply":
            return {}
        # Another process may have deleted it a moment ago.
        return {"keyword_id": self.env["hr.sms.keyword"].browse(keyword.row).exists().id}

    @api.model
    def _follow_up(self):
        while self._follow_up_keywords():
            pass
        return super()._follow_up()

    def _follow_up_keywords(self):
        """Follow up the texts of one number that are keywords to apply.

        :returns: whether there may be more
        """
        since = fields.Datetime.now() - FRESH
        with short_transaction(self.env.registry) as env:
            # The number first, as an erasure does. One that somebody else holds is theirs: they
            # look once more when they are done.
            env.cr.execute(
                f"""
                SELECT thread.id
                  FROM hr_sms_thread AS thread
                  JOIN (SELECT thread_id, min(id) AS first FROM hr_sms_message
                         WHERE {_WAITING} GROUP BY thread_id) AS waiting
                    ON waiting.thread_id = thread.id
              ORDER BY waiting.first LIMIT 1
                   FOR NO KEY UPDATE OF thread SKIP LOCKED
                """,
                [since],
            )
            row = env.cr.fetchone()
            if not row:
                return False
            env.cr.execute(
                f"""
                UPDATE hr_sms_message SET is_followed_up = TRUE
                 WHERE thread_id = %s AND {_WAITING} RETURNING id
                """,
                [row[0], since],
            )
            texts = env["hr.sms.message"].browse(sorted(id_ for (id_,) in env.cr.fetchall()))
            env.invalidate_all()
            for text in texts.with_company(texts.company_id):
                text._follow_up_by("_applied")
        return True

    def _applied(self):
        """Make or find the application, record the consent and answer (superuser)."""
        self.ensure_one()
        thread, keyword = self.thread_id, self.keyword_id
        if thread.number_hmac:
            return  # erased meanwhile
        # A job that is closed: there are others.
        job = keyword.job_id.filtered("active")
        applicant, is_new = self.env["hr.applicant"]._sms_applied_by_text(thread, job)
        self.applicant_id = applicant
        lang = opt_out_line.language([applicant.partner_id.lang, keyword.lang])
        self._record_text_to_apply(applicant)
        if is_new and not applicant.user_id:
            self._tell_applied(applicant)
        self._greet(applicant, job, lang, is_new)

    def _record_text_to_apply(self, applicant):
        """Record the consent that the keyword is, unless it was and nothing was said since.

        The wording is that of the keyword's poster: what a candidate read who knows the keyword.
        """
        thread, keyword = self.thread_id, self.keyword_id
        wording = keyword._wording(self.company_id)
        since = max(
            thread.consent_ids.filtered(lambda event: event.event != "granted").mapped("sequence"),
            default=0,
        )
        entry = {
            "thread": thread,
            "event": "granted",
            "method": "text_to_apply",
            "applicant": applicant,
            "actor_name": applicant.partner_name,
            "given_date": self.create_date.replace(microsecond=0),
            "twilio_sid": self.twilio_sid,
            "note": self.body,
            "keyword": keyword.folded,
            "source_ref": self.sender_number,
            **wording,
        }
        if not thread.consent_ids.filtered(
            lambda event: (
                event.sequence > since
                and event.method == "text_to_apply"
                and event.scope == entry["scope"]
                and event.applicant_ref == applicant.id
                and event.job_ref == applicant.job_id.id
            )
        ):
            self.env["hr.sms.consent"]._append([entry])

    def _greet(self, applicant, job, lang, is_new):
        """Answer with the disclosures and the link to complete the application.

        By the gate, as a text that somebody waits for: it goes at any hour, and like other answers
        to a keyword at zero, but neither to who opted out nor where the company does not text.

        :param applicant: ``hr.applicant`` record
        :param job: ``hr.job`` record, empty when the candidate is to choose one
        :param str lang: of ``opt_out_line.LANGUAGES``
        :param bool is_new: the application was made by this text
        """
        thread, company = self.thread_id, self.company_id
        answer = f"{text_to_apply.ANSWER}_{job.id or 0}"
        link = self.env["hr.sms.apply.link"]._of(self, applicant, job, is_new)
        if self._greeted_just_now(answer) or self._answered_enough():
            return
        scope = company._sms_consent_wording(job)["scope"]
        body = text_to_apply.greeting(
            lang,
            company.name,
            job and (company._sms_words_in(job, "name", lang) or job.name),
            link._url(),
            scope,
            opt_out_line.line_for(lang, company.sms_opt_out_form),
            own=self.keyword_id.reply,
            frequency=company._sms_welcome_words(lang, job)["frequency"],
        )
        text = Text(
            company=company,
            number=thread.number,
            body=body,
            applicant=applicant,
            kind="apply",
            purpose="reminder" if scope == "reminders" else "job",
            answer=answer,
            sender_number=self.sender_number,
        )
        # One that is refused stays in the conversation, with the reason.
        [offer] = self._offer([text], keep_refused=True)
        if offer.verdict.code:
            self._tell_applied(applicant, offer.verdict.code)

    def _greeted_just_now(self, answer):
        return bool(
            self.search_count(
                [
                    ("thread_id", "=", self.thread_id.id),
                    ("answer", "=", answer),
                    ("create_date", ">", fields.Datetime.now() - ANSWERED_JUST_NOW),
                ],
                limit=1,
            )
        )

    def _tell_applied(self, applicant, refusal=None):
        """Tell people of an application by text that nobody else would tell them of.

        :param applicant: ``hr.applicant`` record
        :param refusal: why it was not answered, a code of the gate; ``None`` when it was
        """
        thread = self.thread_id
        people = thread._people_to_tell(applicant) or self.company_id._sms_managers()
        name = applicant.partner_name or thread.number

        def subject(env):
            if refusal:
                return env._("%(name)s applied by text and got no answer", name=name)
            return env._("%(name)s applied by text", name=name)

        def body(env):
            job = applicant.job_id.with_env(env).name or env._("any job")
            if not refusal:
                return env._("%(name)s applied for %(job)s by text message.", name=name, job=job)
            return env._(
                "%(name)s applied for %(job)s by text message. No answer was sent, so the "
                "candidate has no link to complete the application: %(reason)s",
                name=name,
                job=job,
                reason=env["hr.sms.gate"]._reason_text(refusal),
            )

        thread._tell(applicant, people, subject, body)
