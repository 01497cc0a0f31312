from odoo import api, fields, models
from odoo.tools import SQL


def last_campaign(thread):
    """Return what finds the campaign that a conversation last had a text of.

    :param thread: SQL expression, id of ``hr.sms.thread``
    :returns: SQL expression, id of ``hr.sms.campaign``; NULL where the last text was of none
    """
    return SQL(
        """
        (SELECT last.campaign_id FROM hr_sms_message AS last
          WHERE last.thread_id = %s AND last.direction = 'outbound'
            AND last.kind != 'confirmation' AND last.claimed_date IS NOT NULL
       ORDER BY last.date DESC, last.id DESC LIMIT 1)
        """,
        thread,
    )


class HrSmsMessage(models.Model):
    """Texts of a campaign."""

    _inherit = "hr.sms.message"

    campaign_id = fields.Many2one(
        "hr.sms.campaign", readonly=True, ondelete="set null", index="btree_not_null"
    )

    def _outbound_values(self, request):
        campaign = request.get("campaign")
        return {
            **super()._outbound_values(request),
            "campaign_id": campaign.id if campaign else False,
        }

    def _tell_authors(self):
        """Tell nobody of each text of a campaign: the campaign counts them, with the reasons."""
        by_hand = self.filtered(lambda text: not text.campaign_id)
        return super(HrSmsMessage, by_hand)._tell_authors()

    @api.model
    def _rehearse(self, texts, scheduled_date=None):
        """Say what would become of texts, and how they would read. Nothing is written.

        :param texts: list of :class:`~.hr_sms_message_offer.Text`
        :param scheduled_date: UTC datetime, ``None`` for now
        :returns: list of ``(text, verdict)``: the text as it would be sent, with its opt-out line
        """
        threads = self._threads_of(texts, create=False)
        texts = self._with_opt_out_lines(texts, threads)
        return list(zip(texts, self._judge(texts, threads, scheduled_date), strict=True))

    @api.model
    def _languages(self, texts):
        """Return the installed languages to write texts in, the same as their opt-out lines'.

        :param texts: list of :class:`~.hr_sms_message_offer.Text` with an applicant each
        :returns: list of codes, ``False`` where none that is installed is the candidate's
        """
        threads = self._threads_of(texts, create=False)
        codes = [code for code, _name in self.env["res.lang"].get_installed()]
        by_short = {}
        for code in codes:
            by_short.setdefault(code.partition("_")[0], code)

        def language(text, short):
            # sudo: the language of the applicant's contact
            lang = text.applicant.sudo().partner_id.lang
            if lang in codes and lang.partition("_")[0] == short:
                return lang
            return by_short.get(short, False)

        shorts = self._candidate_languages(texts, threads)
        return [language(text, short) for text, short in zip(texts, shorts, strict=True)]


class HrSmsThread(models.Model):
    """Replies to a campaign go to the person it names."""

    _inherit = "hr.sms.thread"

    def _assign_reply(self):
        """Assign a conversation in which somebody answered a campaign: to whom that one names.

        Only the last text counts, and only who may read the conversation by now. Runs in the
        transaction of the received text. A conversation that somebody looks after stays theirs.
        """
        self.ensure_one()
        self.env["hr.sms.message"].flush_model()
        named = self.env.execute_query(
            SQL(
                """
                SELECT campaign.user_id
                  FROM hr_sms_thread AS thread
                  JOIN hr_sms_campaign AS campaign ON campaign.id = %s
                 WHERE thread.id = %s AND thread.user_id IS NULL AND campaign.user_id IS NOT NULL
                """,
                last_campaign(SQL("thread.id")),
                self.id,
            )
        )
        people = self.env["res.users"].browse(user for (user,) in named)
        if not self._who_may_read(people):
            return
        self.env.cr.execute(
            "UPDATE hr_sms_thread SET user_id = %s WHERE id = %s AND user_id IS NULL",
            [people.id, self.id],
        )
        self.invalidate_recordset(["user_id"])
