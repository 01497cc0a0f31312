from dataclasses import replace

from odoo import api, fields, models

from ..rules import opt_out_line, quiet_hours, welcome
from ..rules.segments import is_blank

# What reached the candidate, or is on its way to them now.
_GOING = ("queued", "sending", "unknown", "sent", "delivered")


class HrSmsMessage(models.Model):
    """Every first text to a number, and every text to many, tells how to get no more of them.

    The first one is the first since the last Yes: an opt-in is to be followed by a text that says
    how to opt out (CTIA Messaging Principles 5.1.2.1; Twilio's messaging policy calls it the
    initial message), and who agreed anew after a No long ago has not got that text yet. What did
    not reach the candidate, or waits for the morning and may be canceled, does not count.
    """

    _inherit = "hr.sms.message"

    opt_out_way = fields.Selection(
        [("stop", "A reply"), ("link", "A link")],
        readonly=True,
        help="How the text tells the candidate to opt out, if it does.",
    )
    opt_out_sequence = fields.Integer(
        readonly=True, help="Which event of the ledger had decided the consent at that time."
    )

    _told_idx = models.Index("(thread_id, opt_out_sequence) WHERE opt_out_way IS NOT NULL")

    def _outbound_values(self, request):
        values = super()._outbound_values(request)
        if values["kind"] != "confirmation":
            # Also when a person wrote it: what the text says counts, not who added it.
            way = opt_out_line.way_told(values["body"])
            sequence = request["thread"].consent_sequence or 0
            values |= {"opt_out_way": way, "opt_out_sequence": sequence if way else False}
        return values

    @api.model
    def _with_opt_out_lines(self, texts, threads):
        """Add the opt-out line to those texts that need it and do not have it. One query.

        The one place where it is added, on the way to the gate, which then sees the whole text.
        Texts in the queue keep what they have.

        :param texts: list of :class:`~.hr_sms_message_offer.Text`
        :param threads: list of their ``hr.sms.thread`` records, possibly empty ones
        :returns: list of :class:`~.hr_sms_message_offer.Text`
        """
        lacking = [
            position
            for position, (text, thread) in enumerate(zip(texts, threads, strict=True))
            if not is_blank(text.body)
            and opt_out_line.way_told(text.body) != self._opt_out_way(text, thread)
        ]
        lines = self._opt_out_lines(
            [texts[position] for position in lacking], [threads[position] for position in lacking]
        )
        texts = list(texts)
        for position, line in zip(lacking, lines, strict=True):
            if line:
                body = opt_out_line.with_line(texts[position].body, line)
                texts[position] = replace(texts[position], body=body)
        return texts

    @api.model
    def _opt_out_lines(self, texts, threads):
        """Return the opt-out lines that texts need, whatever they say themselves.

        :param texts: list of :class:`~.hr_sms_message_offer.Text`
        :param threads: list of their ``hr.sms.thread`` records, possibly empty ones
        :returns: list of str, ``None`` where none is needed
        """
        ways = [
            self._opt_out_way(text, thread) for text, thread in zip(texts, threads, strict=True)
        ]
        if not any(ways):
            return [None] * len(texts)
        companies = {text.company: text.company.sudo() for text in texts}  # settings
        base_urls = {
            text.company: companies[text.company].get_base_url()
            for text, way in zip(texts, ways, strict=True)
            if way == "link"
        }
        lines = []
        for text, thread, way, (told, *codes) in zip(
            texts, threads, ways, self._opt_out_facts(texts, threads, ways), strict=True
        ):
            if not way or (told and text.kind != "bulk"):
                lines.append(None)
                continue
            company_sudo = companies[text.company]
            lang = self._candidate_language(text, codes)
            url = thread._consent_url(base_urls[text.company]) if way == "link" else None
            lines.append(opt_out_line.line_for(lang, company_sudo.sms_opt_out_form, url))
        return lines

    def _candidate_language(self, text, codes):
        """Return the language of what is added to a text.

        :param text: :class:`~.hr_sms_message_offer.Text`
        :param codes: locale codes of the last consent's wording and of the contact
        :returns: str, one of ``opt_out_line.LANGUAGES``
        """
        # sudo: the company's language, whoever sends
        company_lang = text.company.sudo().partner_id.lang
        region = quiet_hours.region_of(text.number) if text.number else None
        return opt_out_line.language(codes, region, company_lang)

    @api.model
    def _candidate_languages(self, texts, threads):
        """Return the languages of what is written for candidates. One query.

        :param texts: list of :class:`~.hr_sms_message_offer.Text`
        :param threads: list of their ``hr.sms.thread`` records
        :returns: list of str, of ``opt_out_line.LANGUAGES``
        """
        facts = self._opt_out_facts(texts, threads, [None] * len(texts))
        return [
            self._candidate_language(text, codes)
            for text, (_told, *codes) in zip(texts, facts, strict=True)
        ]

    def _opt_out_way(self, text, thread):
        """Return how a text's recipient can opt out, ``None`` when it need not be said.

        Who cannot answer has no other way than the link: it stays whatever is switched off.
        """
        if not text.number or text.kind == "confirmation":
            return None
        if self.env["hr.sms.country.rule"]._is_one_way(text.company, text.number):
            return "link" if thread else None  # without a thread the gate refuses it anyway
        if text.answer == welcome.ANSWER:
            return "stop"  # a welcome that does not say it is none
        # sudo: a setting of the company, whoever sends
        return "stop" if text.opt_out_line and text.company.sudo().sms_opt_out_line else None

    def _opt_out_facts(self, texts, threads, ways):
        """Return what the line depends on: whether they were told, and their languages.

        :returns: list of tuples: told since the last Yes (bool), the locale codes of the last
            consent's wording and of the contact
        """
        self.flush_model(["thread_id", "state", "opt_out_way", "opt_out_sequence", "wait_code"])
        for model, names in (
            ("hr.sms.thread", ["consent_sequence"]),
            ("hr.sms.consent", ["thread_id", "event", "sequence", "wording_lang"]),
            ("hr.applicant", ["partner_id"]),
            ("res.partner", ["lang"]),
        ):
            self.env[model].flush_model(names)
        self.env.cr.execute(
            """
            SELECT EXISTS (
                       SELECT FROM hr_sms_message message
                        WHERE message.thread_id = thread.id
                          AND message.opt_out_way = asked.way
                          AND message.opt_out_sequence = COALESCE(thread.consent_sequence, 0)
                          AND message.state = ANY(%(going)s)
                          -- in the night, or for a top-up: another may overtake it
                          AND (message.state != 'queued' OR message.wait_code IS NULL)),
                   (SELECT wording_lang
                      FROM hr_sms_consent consent
                     WHERE consent.thread_id = thread.id
                       AND consent.event = 'granted' AND consent.wording_lang IS NOT NULL
                  ORDER BY consent.sequence DESC LIMIT 1),
                   partner.lang
              FROM unnest(%(threads)s::int[], %(applicants)s::int[], %(ways)s::text[])
                   WITH ORDINALITY AS asked(thread_id, applicant_id, way, position)
         LEFT JOIN hr_sms_thread thread ON thread.id = asked.thread_id
         LEFT JOIN hr_applicant applicant ON applicant.id = asked.applicant_id
         LEFT JOIN res_partner partner ON partner.id = applicant.partner_id
          ORDER BY asked.position
            """,
            {
                "going": list(_GOING),
                "threads": [thread.id or None for thread in threads],
                "applicants": [text.applicant.id if text.applicant else None for text in texts],
                "ways": ways,
            },
        )
        return self.env.cr.fetchall()
