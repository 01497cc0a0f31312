import re
from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.phone_validation.tools import phone_validation

from ..rules import keywords, segments
from ..rules.opt_out_phrases import classify
from .hr_sms_keyword import Keyword
from .transactions import short_transaction

# Twilio's own limit for a received text: kept whole.
BODY_LIMIT = 1600
# What Twilio itself writes.
_E164 = re.compile(r"\+[1-9][0-9]{9,14}")
ONCE_A_DAY = ("help", "help_stopped", "locked")
# Automatic answers to one number in an hour.
MOST_ANSWERS = 5


class HrSmsMessage(models.Model):
    """The door's inside: what a received text does."""

    _inherit = "hr.sms.message"

    @api.model
    def _receive(self, company_ids, sid, form):
        """Take in a received text, once, whatever how often Twilio sends it.

        Runs in a short READ COMMITTED transaction; the webhook's signature was verified.

        :param company_ids: ids of the companies of the Twilio account
        :param str sid: MessageSid
        :param form: the webhook's form; ``From``, ``To`` and ``Body`` are read
        :returns: the new message, empty when it was there already
        """
        # Two deliveries of one text at once: the second waits here and then finds the first.
        self.env.cr.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [sid])
        if self.search_count([("twilio_sid", "=", sid)], limit=1):
            return self.browse()
        sender, recipient = self._e164(form["From"]), self._e164(form["To"])
        body = (form.get("Body") or "").replace("\x00", "")[:BODY_LIMIT]
        companies = self._receiving_companies(company_ids, recipient, form)
        keyword = self._keyword(companies, body, form.get("OptOutType"))
        if keyword and keyword.action == "apply":
            companies = self.env["hr.sms.keyword"]._having(companies, keyword.word)
        thread, others = self._receiving_threads(
            companies, sender, recipient, everywhere=bool(keyword and keyword.action == "stop")
        )
        thread._hold(sender)
        applicant = thread._applicant_in_conversation()
        if keyword and keyword.action == "apply":
            keyword = self.env["hr.sms.keyword"]._match(thread.company_id, body)
        message = self.create(
            {
                "thread_id": thread.id,
                "company_id": thread.company_id.id,
                "direction": "inbound",
                "body": body,
                "state": "received",
                "segment_count": segments.count(body).segments,
                "sender_number": recipient,
                "twilio_sid": sid,
                "is_unread": True,
                "is_waiting": not keyword,
                "applicant_id": applicant.id,
                **self._apply_values(keyword),
            }
        )
        thread._assign_reply()
        self.env["hr.sms.media"]._expect(message, form)
        if keyword and keyword.action == "apply":
            pass  # takes longer than Twilio should wait, see _follow_up
        elif keyword:
            twilio_answers = bool(form.get("OptOutType")) or (
                keywords.twilio_handles(body, keyword.word, recipient)
                # Twilio confirms START only where it was Twilio that had blocked.
                and not (keyword.action == "start" and thread._is_locked_by_us(recipient))
            )
            message._obey(keyword, twilio_answers, thread | others)
        else:
            message._heed_plain_words(thread | others)
        thread._notify_changed()
        return message

    def _keyword(self, companies, body, opt_out_type):
        """Return the keyword of a text, if it is one.

        With Advanced Opt-Out Twilio says itself what it took the text for, in words that its
        customer chose: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out

        :returns: :class:`~.hr_sms_keyword.Keyword` or ``None``
        """
        if opt_out_type in keywords.OPT_OUT_TYPES:
            # A word we do not know is not copied: the ledger's chain must hold nothing personal.
            known = self.env["hr.sms.keyword"]._match(companies, body)
            action = keywords.OPT_OUT_TYPES[opt_out_type]
            word = known.word if known and known.action == action else opt_out_type.casefold()
            return Keyword(word, action, "en")
        return self.env["hr.sms.keyword"]._match(companies, body)

    def _e164(self, number):
        """Return Twilio's number as E.164; short codes and names stay as they are."""
        if _E164.fullmatch(number or ""):
            return number
        number = "".join(char for char in number or "" if char.isprintable()).strip()[:32]
        return phone_validation.phone_format(
            number, None, None, force_format="E164", raise_exception=False
        )

    def _receiving_companies(self, company_ids, recipient, form):
        """Return the companies that a text to one of our numbers may be for.

        Those whose number it is, or whose Messaging Service it came by: its numbers need not be
        known here.

        :param company_ids: ids of the companies of the Twilio account
        :param str recipient: our number, E.164
        :param form: the webhook's form
        :returns: ``res.company`` records, at least one
        """
        companies = self.env["res.company"]
        having = [
            account.company_id
            for accounts in companies._sms_accounts().values()
            for account in accounts
            if account.company_id in company_ids
            and (
                recipient in account.numbers
                or (account.service and account.service == form.get("MessagingServiceSid"))
            )
        ]
        return companies.browse(having or company_ids)

    def _receiving_threads(self, companies, sender, recipient, everywhere):
        """Return the thread a text belongs to, and those it concerns besides.

        Companies may share a number: an ordinary text goes to the thread last texted from it,
        a STOP counts for all of them.

        :param bool everywhere: make the thread where a company of that number has none yet
        :returns: ``(thread, other threads)``
        """
        if everywhere:
            for company in companies:
                self.env["hr.sms.thread"]._get_or_create(company, [sender])
        threads = self.env["hr.sms.thread"].search(
            [("company_id", "in", companies.ids), ("number", "=", sender)]
        )
        last = self.search(
            [
                ("thread_id", "in", threads.ids),
                ("direction", "=", "outbound"),
                ("sender_number", "=", recipient),
            ],
            limit=1,
        )
        thread = last.thread_id or threads[:1]
        if not thread:
            company = companies[0]
            thread = self.env["hr.sms.thread"]._get_or_create(company, [sender])[sender]
        return thread, threads - thread

    def _obey(self, keyword, twilio_answers, threads):
        """Do what a keyword says, and answer where Twilio does not.

        :param keyword: :class:`~.hr_sms_keyword.Keyword`
        :param bool twilio_answers: Twilio itself acts on this text and confirms it
        :param threads: all threads of this handset with companies that share the number
        """
        self.ensure_one()
        if keyword.action == "stop":
            repeated = all(threads.mapped("consent_locked"))
            self._append_keyword("withdrawn", keyword, threads)
            if repeated:
                return
        elif keyword.action == "start":
            lifts = twilio_answers or keyword.word in keywords.LIFTING
            if not lifts and self.thread_id.consent_locked:
                # A word of our own opens no lock, it tells which word does.
                self._confirm("locked", keyword)
                return
            # YES is an ordinary answer too: it grants only where there is no consent yet, and
            # opens no lock that Twilio would keep closed.
            opens = threads.filtered(
                lambda thread: (
                    thread.consent_state != "granted"
                    and (lifts or not thread.consent_locked)
                    and (twilio_answers or not thread._is_locked_at_twilio(self.sender_number))
                )
            )
            if not opens:
                return
            self._append_keyword("granted", keyword, opens)
        if twilio_answers:
            return
        if keyword.action == "help" and self.thread_id.consent_state == "withdrawn":
            self._confirm("help_stopped", keyword)
        else:
            self._confirm(keyword.action, keyword)

    def _append_keyword(self, event, keyword, threads):
        self.env["hr.sms.consent"]._append(
            [
                {
                    "thread": thread,
                    "event": event,
                    "method": "keyword",
                    "applicant": self.applicant_id,
                    "actor_name": self.applicant_id.partner_name or thread.number,
                    "twilio_sid": self.twilio_sid,
                    "note": self.body,
                    "keyword": keyword.word,
                    "source_ref": self.sender_number,
                }
                for thread in threads
            ]
        )

    def _confirm(self, answer, keyword):
        """Answer a keyword: the law allows one confirmation, without marketing.

        :param str answer: a key of ``keywords.ANSWERS``; help is given once a day at most, and no
            number gets more than ``MOST_ANSWERS`` in an hour
        :param keyword: :class:`~.hr_sms_keyword.Keyword`
        """
        if (answer in ONCE_A_DAY and self._answered_lately(answer)) or self._answered_enough():
            return
        text = (answer == keyword.action and keyword.reply) or keywords.ANSWERS[keyword.lang][
            answer
        ]
        self._queue(
            [
                {
                    "thread": self.thread_id,
                    "body": text.format(company=self.company_id.name),
                    "kind": "confirmation",
                    "answer": answer,
                    "applicant": self.applicant_id,
                    "sender_number": self.sender_number,
                }
            ]
        )

    def _answered_enough(self):
        """Tell whether the number got all automatic answers that one may get in an hour.

        Two machines that answer each other would never end.
        """
        return (
            self.search_count(
                [
                    ("thread_id", "=", self.thread_id.id),
                    ("kind", "in", ("confirmation", "apply")),
                    ("state", "!=", "canceled"),
                    ("create_date", ">", fields.Datetime.now() - timedelta(hours=1)),
                ],
                limit=MOST_ANSWERS,
            )
            >= MOST_ANSWERS
        )

    def _answered_lately(self, answer):
        """Tell whether the number got this answer within the last 24 hours."""
        return bool(
            self.search_count(
                [
                    ("thread_id", "=", self.thread_id.id),
                    ("answer", "=", answer),
                    ("create_date", ">", fields.Datetime.now() - timedelta(days=1)),
                ],
                limit=1,
            )
        )

    def _heed_plain_words(self, threads):
        """Pause where an ordinary text seems to want no more texts (mission: A11).

        :param threads: all threads of this handset with companies that share the number
        """
        self.ensure_one()
        # sudo: a text that arrives has no user; their names tell "I am not Kim" from "I am not sure"
        names = threads.sudo().applicant_ids.mapped("partner_name")
        meaning = classify(self.body, filter(None, names))
        concerned = threads.filtered(
            lambda thread: (
                thread.consent_state not in ("withdrawn", "review")
                or (meaning == "wrong_number" and thread.consent_state == "review")
            )
        )
        if not meaning or not concerned:
            return
        self.env["hr.sms.consent"]._append(
            [
                {
                    "thread": thread,
                    "event": "review" if meaning == "opt_out" else "withdrawn",
                    "method": "reply",
                    "applicant": self.applicant_id,
                    "actor_name": self.applicant_id.partner_name or thread.number,
                    "twilio_sid": self.twilio_sid,
                    "note": self.body,
                    "source_ref": self.sender_number,
                }
                for thread in concerned
            ]
        )
        if meaning == "wrong_number":
            concerned._flag_number("wrong_number")
        concerned._tell_about_opt_out(meaning)

    @api.model
    def _mark_thread_read(self, thread):
        """Mark those received texts of a thread as read that the user may read.

        With them Odoo's notifications of them, the user's own.

        :param thread: ``hr.sms.thread`` record; the caller checked the right to view it
        """
        unread = self.search([("thread_id", "=", thread.id), ("is_unread", "=", True)])
        if unread:
            # Found under the user's own rights. Two screens that show the same text mark it at
            # once: a transaction of its own lets the second find nothing left to do.
            with short_transaction(self.env.registry) as env:
                unread.with_env(env)._mark_read()
        self.env["mail.message"]._sms_received_done(thread)

    def _mark_read(self):
        """Mark received texts as read. Runs in a short READ COMMITTED transaction."""
        self.env.cr.execute(
            "UPDATE hr_sms_message SET is_unread = FALSE WHERE id = ANY(%s) AND is_unread",
            [self.ids],
        )
        if self.env.cr.rowcount:
            self.invalidate_recordset(["is_unread"])
            self.thread_id._notify_changed()
