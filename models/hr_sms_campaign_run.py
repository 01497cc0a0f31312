import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .hr_applicant import SEND_GROUP
from .hr_sms_campaign_recipient import OPEN
from .hr_sms_gate_campaign import CLOSED, HIDDEN, OTHER_COMPANY, PAUSED, STOPPED
from .transactions import short_transaction

_logger = logging.getLogger(__name__)

# Recipients whose texts are made in one transaction.
CHUNK = 250
# The queue is woken for each such part of an hour in which something of a campaign is due.
WAKE_EVERY = 60


class HrSmsCampaign(models.Model):
    """A campaign at work: its texts are made bit by bit and go by the queue like any other.

    A bit is one transaction that holds the campaign's row: the texts and the note who has one are
    written together, so that a crash, a second worker or an impatient click doubles nothing. Who
    pauses or stops waits for that row, and marks what the queue has not claimed; what it claims
    afterwards is told by the gate.
    """

    _inherit = "hr.sms.campaign"

    # ------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------

    def action_start(self):
        """Send the campaign, now or at its time. Texts are made in the background.

        Who is on the list is settled here: a saved filter is asked once, under the user's rights.

        :returns: True
        :raises AccessError: without the right to send SMS, or to read some of the recipients
        :raises UserError: when there is nothing to send, or nobody to send it to
        """
        self._check_may_run()
        if self.state != "draft":
            raise UserError(self.env._("This campaign was started already. Reload the page."))
        self._check_seen()
        if not self._has_words():
            raise UserError(self.env._("The text is empty. Write something first."))
        now = fields.Datetime.now()
        if self.scheduled_date and self.scheduled_date <= now:
            raise UserError(
                self.env._(
                    "This time is over. Choose one that is to come, or clear it to send now."
                )
            )
        self._settle_recipients()
        # sudo: the right to start it was checked
        self.sudo().write(
            {
                "state": "scheduled" if self.scheduled_date else "sending",
                "started_by_id": self.env.uid,
                "start_date": now,
                "pace_date": self.scheduled_date or now,
            }
        )
        self._wake(self.scheduled_date)
        return True

    def _check_seen(self):
        """Check that what is sent is what the user saw in the form, which names it in the context.

        :raises UserError: when a colleague changed the campaign meanwhile
        """
        seen = self.env.context.get("sms_seen")
        if seen and seen != fields.Datetime.to_string(self.write_date):
            raise UserError(
                self.env._(
                    "%(user)s changed this campaign meanwhile. Reload the page and look at it again.",
                    user=self.write_uid.name,
                )
            )

    def _settle_recipients(self):
        """Write down who is on the list.

        :raises AccessError: when the user may not read some of them
        :raises UserError: when there is nobody
        """
        applicants = self.with_company(self.company_id)._audience()
        if self.filter_id:
            self.sudo()._listed().unlink()  # chosen before the filter was
            self._add_recipients(applicants)
        # sudo: those the user may not read count
        elif len(self.sudo()._listed()) > len(applicants):
            raise AccessError(
                self.env._(
                    "You may not read some of the recipients. Ask whoever may, or text those you "
                    "may read from the list of applicants."
                )
            )
        if not applicants:
            raise UserError(
                self.env._(
                    "There are no recipients yet. Choose a saved filter, or select applicants in "
                    "their list and choose Send SMS."
                )
            )
        # sudo: what the server notes of them; who is refused or archived already is meant
        listed = self.sudo()._listed().with_context(active_test=False)
        closed = listed.filtered(lambda one: not one.applicant_id.active)
        closed.was_closed = True
        (listed - closed).was_closed = False  # of an earlier start

    def action_to_draft(self):
        """Take a campaign back that waits for its time.

        :returns: True
        :raises AccessError: without the right to send SMS or to change the campaign
        :raises UserError: when it does not wait any more
        """
        self._steer(
            ("scheduled",),
            {"state": "draft", "started_by_id": False, "start_date": False},
            # Whom a filter found is asked anew; without it they would be the list.
            lambda campaign: campaign.filter_id and campaign._listed().unlink(),
        )
        return True

    def action_pause(self):
        """Hold back what has not gone yet.

        :returns: True
        :raises AccessError: without the right to send SMS or to change the campaign
        :raises UserError: when there is nothing to hold back
        """
        self._steer(
            ("sending", "scheduled"),
            {"state": "paused", "paused_date": fields.Datetime.now(), "pause_reason": False},
            lambda campaign: campaign._park_texts(),
        )
        return True

    def action_resume(self):
        """Let the rest go, as much later as the pause was long.

        :returns: True
        :raises AccessError: without the right to send SMS or to change the campaign
        :raises UserError: when it is not paused
        """
        self._steer(("paused",), {}, lambda campaign: campaign._unpark())
        return True

    def action_stop(self):
        """Send nothing more of this campaign, for good. What went cannot be taken back.

        :returns: True
        :raises AccessError: without the right to send SMS or to change the campaign
        :raises UserError: when it is over already
        """
        self._steer(
            ("scheduled", "sending", "paused"),
            {"state": "stopped", "done_date": fields.Datetime.now(), "pause_reason": False},
            lambda campaign: campaign._cancel_rest(),
        )
        return True

    def _steer(self, states, values, then=None):
        """Change a campaign at work, in a short transaction that holds its row.

        Not in the request's: the texts are being made meanwhile, which would make that fail.

        :param states: what it may be in
        :param dict values: to write
        :param then: called with the campaign (superuser) in that transaction
        """
        self._check_may_run()
        self.env.flush_all()
        with short_transaction(self.env.registry, {"lang": self.env.lang}) as env:
            campaign = self.with_env(env)
            env.cr.execute("SELECT FROM hr_sms_campaign WHERE id = %s FOR NO KEY UPDATE", [self.id])
            campaign.invalidate_recordset()
            if campaign.state not in states:
                raise UserError(
                    self.env._("Meanwhile this campaign went on. Look at it again, then decide.")
                )
            if values:
                campaign.write(values)
            if then:
                then(campaign)
            campaign._tell_changed()
        self.env.invalidate_all()

    # ------------------------------------------------------------
    # Texts that wait, in a transaction that holds the campaign (superuser)
    # ------------------------------------------------------------

    def _park_texts(self):
        """Mark what waits in the queue as held back. What a sender holds is left to the gate."""
        self.env["hr.sms.message"]._change_waiting(
            SQL("campaign_id = %s", self.id),
            SQL(
                "wait_code = %s, next_attempt_date = %s",
                PAUSED,
                fields.Datetime.now() + timedelta(days=365),
            ),
        )

    def _unpark(self):
        """Let the texts go that a pause held back, and go on making those that are missing."""
        now = fields.Datetime.now()
        later = self.scheduled_date and self.scheduled_date > now and not self.is_prepared
        paused = self.paused_date or now
        delay = now - paused
        self.env["hr.sms.message"].flush_model()
        self.env.cr.execute(
            """
            UPDATE hr_sms_message
               SET wait_code = NULL, next_attempt_date = NULL,
                   scheduled_date = scheduled_date + %s::interval
             WHERE campaign_id = %s AND state IN ('scheduled', 'queued') AND wait_code = %s
         RETURNING id, scheduled_date
            """,
            [delay, self.id, PAUSED],
        )
        rows = self.env.cr.fetchall()
        messages = self.env["hr.sms.message"].browse(row[0] for row in rows)
        messages.invalidate_recordset()
        self.write(
            {
                "state": "scheduled" if later else "sending",
                "paused_date": False,
                "pause_reason": False,
                # the pause counts from when the first text was due
                "pace_date": self.pace_date + max(now - max(paused, self.pace_date), timedelta()),
            }
        )
        if messages:
            self._wake_texts(messages, [date for _id, date in rows if date and date > now])
            messages.thread_id._notify_changed()
        self._wake(later and self.scheduled_date)

    def _cancel_rest(self):
        """Cancel what waits, and make no more."""
        self.env["hr.sms.message"]._cancel_waiting(
            SQL("campaign_id = %s", self.id), SQL("%s", STOPPED)
        )
        self.env["hr.sms.campaign.recipient"].flush_model()
        self.env.cr.execute(
            "UPDATE hr_sms_campaign_recipient SET state = 'refused', code = %s"
            " WHERE campaign_id = %s AND state = 'waiting'",
            [STOPPED, self.id],
        )
        self.env["hr.sms.campaign.recipient"].invalidate_model(["state", "code"])

    # ------------------------------------------------------------
    # Making the texts
    # ------------------------------------------------------------

    def _wake(self, date=None):
        """Have texts made by the cron.

        :param date: UTC datetime, falsy for now
        """
        cron = self.env.ref("hr_recruitment_texting.ir_cron_campaigns", False)
        if cron:
            cron.sudo()._trigger(date or None)  # sudo: a recruiter may not touch crons

    @api.model
    def _process(self):
        """Make the texts of campaigns that are due, a bit of each in turn, until none is left.

        Run by a cron. Any number of processes may do this at once: each holds the campaign it
        works on.
        """
        while True:
            with short_transaction(self.env.registry) as env:
                campaign = env["hr.sms.campaign"]._hold_due()
                if not campaign:
                    break
                worked_on = campaign.id
                error = campaign._make_texts_or_say_why()
            if error:
                self._pause_for(worked_on, error)
            if "ir_cron_progress_id" in self.env.context:
                if not self.env["ir.cron"]._commit_progress(1, remaining=1):
                    return  # called again for the rest
        with short_transaction(self.env.registry) as env:
            env["hr.sms.campaign"]._settle_done()
        self.invalidate_model(["state", "done_date"])
        if "ir_cron_progress_id" in self.env.context:
            self.env["ir.cron"]._commit_progress(remaining=0)

    @api.model
    def _hold_due(self):
        """Return a campaign with texts to make that nobody else works on, and hold its row.

        :returns: ``hr.sms.campaign`` record, possibly empty
        """
        self.env.cr.execute(
            """
            SELECT id FROM hr_sms_campaign
             WHERE is_prepared IS NOT TRUE
               AND (state = 'sending' OR (state = 'scheduled' AND scheduled_date <= %s))
             ORDER BY worked_date NULLS FIRST, id
             LIMIT 1
               FOR NO KEY UPDATE SKIP LOCKED
            """,
            [fields.Datetime.now()],
        )
        campaign = self.browse(row[0] for row in self.env.cr.fetchall())
        campaign.invalidate_recordset()
        return campaign

    def _make_texts_or_say_why(self):
        """Make the next texts; a text that cannot be filled in must not be tried for ever.

        :returns: str, why it cannot go on; ``None`` when it can
        """
        # what it says is read by whoever started it
        self = self.with_context(lang=self.started_by_id.lang)  # noqa: PLW0642
        try:
            with self.env.cr.savepoint():
                self._make_texts()
        except (UserError, AccessError) as error:
            return str(error)
        except Exception as error:
            if getattr(error, "pgcode", None):
                raise  # the database, not the text: tried again
            _logger.exception("Campaign %s cannot go on", self.id)
            return self.env._("Something went wrong. An administrator finds it in the log.")
        return None

    def _pause_for(self, campaign_id, reason):
        with short_transaction(self.env.registry) as env:
            campaign = env["hr.sms.campaign"].browse(campaign_id)
            if campaign.state in ("sending", "scheduled"):
                campaign.write(
                    {
                        "state": "paused",
                        "paused_date": fields.Datetime.now(),
                        "pause_reason": reason,
                    }
                )
                campaign._park_texts()
                campaign._tell_changed()
                campaign._tell_paused()

    def _tell_paused(self):
        """Tell those whose campaign it is that it stopped by itself, each in their language."""
        managers = self.company_id._sms_managers()
        people = (self.started_by_id | self.user_id).filtered(
            lambda user: user.active and user._sms_may_view_for(self.company_id)
        )
        for lang, readers in (people or managers).grouped("lang").items():
            env = self.with_context(lang=lang).env
            env["mail.thread"].message_notify(
                subject=env._("Campaign paused: %s", self.name),
                body=env._(
                    "It cannot go on: %(reason)s Open it under Recruitment, SMS, Campaigns.",
                    reason=self.pause_reason,
                ),
                partner_ids=readers.partner_id.ids,
                force_send=False,
            )

    def _make_texts(self):
        """Make the texts of the next recipients, and note who gets none and why."""
        author = self.started_by_id
        if not author.active or not author.has_group(SEND_GROUP):
            raise UserError(
                self.env._(
                    "Whoever started it may not send texts any more. Duplicate it to send the rest."
                )
            )
        recipients = self.env["hr.sms.campaign.recipient"].search(
            [("campaign_id", "=", self.id), ("state", "=", "waiting")], order="id", limit=CHUNK
        )
        as_author = self.with_user(author).with_context(
            allowed_company_ids=[self.company_id.id], lang=author.lang, active_test=False
        )
        listed = recipients.with_context(active_test=False).applicant_id
        closed = recipients.filtered(
            lambda one: not one.was_closed and not one.applicant_id.active
        ).applicant_id
        applicants = as_author.env["hr.applicant"].browse((listed - closed).ids)
        applicants = applicants._filtered_access("read")
        codes = dict.fromkeys(listed.ids, HIDDEN) | dict.fromkeys(closed.ids, CLOSED)
        messages = {}
        if applicants:
            self._offer_texts(as_author._texts(applicants, author), codes, messages)
            self._spread(messages, recipients)
        self._note(recipients, codes, messages)
        now = fields.Datetime.now()
        self.write(
            {
                "state": "sending",
                "worked_date": now,
                "is_prepared": len(recipients) < CHUNK,
            }
        )
        self._tell_changed()

    def _offer_texts(self, texts, codes, messages):
        """Offer texts to the gate.

        :param texts: list of :class:`~.hr_sms_message_offer.Text`
        :param dict codes: why an applicant gets none, by id: brought up to date
        :param dict messages: the text of an applicant, by id: filled
        """
        offered = []
        for text, is_ours in zip(texts, self._ours(texts), strict=True):
            codes.setdefault(text.applicant.id, None)
            if is_ours:
                offered.append(text)
            else:
                codes[text.applicant.id] = OTHER_COMPANY
        known = self._texted_numbers([text.number for text in offered])
        for text in offered:
            if text.number in known:
                codes[text.applicant.id] = "duplicate"
        offered = [text for text in offered if text.number not in known]
        offers = self.env["hr.sms.message"]._offer(offered)
        for text, offer in zip(offered, offers, strict=True):
            codes[text.applicant.id] = offer.verdict.code
            if offer.message:
                messages[text.applicant.id] = offer.message

    def _texted_numbers(self, numbers):
        """Return those numbers that have a text of this campaign already."""
        self.env.cr.execute(
            """
            SELECT thread.number
              FROM hr_sms_thread AS thread
              JOIN hr_sms_message AS message ON message.thread_id = thread.id
             WHERE thread.company_id = %s AND thread.number = ANY(%s) AND message.campaign_id = %s
            """,
            [self.company_id.id, [number for number in numbers if number], self.id],
        )
        return {row[0] for row in self.env.cr.fetchall()}

    def _note(self, recipients, codes, messages):
        """Write down what became of recipients, in one statement."""
        rows = [
            (
                recipient.id,
                "texted" if recipient.applicant_id.id in messages else "refused",
                codes.get(recipient.applicant_id.id),
                messages[recipient.applicant_id.id].id
                if recipient.applicant_id.id in messages
                else None,
            )
            for recipient in recipients
        ]
        if not rows:
            return
        self.env["hr.sms.message"].flush_model()
        recipients.flush_recordset()
        self.env.cr.execute(
            """
            UPDATE hr_sms_campaign_recipient AS recipient
               SET state = known.state, code = known.code, message_id = known.message_id
              FROM unnest(%s::int[], %s::text[], %s::text[], %s::int[])
                   AS known(id, state, code, message_id)
             WHERE recipient.id = known.id
            """,
            [list(column) for column in zip(*rows, strict=True)],
        )
        recipients.invalidate_recordset()

    # ------------------------------------------------------------
    # Pace
    # ------------------------------------------------------------

    def _spread(self, messages, recipients):
        """Give new texts the times at which they go, where they do not all go at once.

        So many an hour are counted by texts. Over some hours each has its place on the whole list:
        whoever gets none leaves a gap, and the last one does not go long before the time is over.

        :param dict messages: ``hr.sms.message`` records by id of their applicant
        :param recipients: those they are for and others, not noted yet
        """
        # sudo: all of them, whoever asks
        interval = self._interval(len(self.sudo()._listed()))
        if not interval or not messages:
            return
        now = fields.Datetime.now()
        texts = self.env["hr.sms.message"]
        if self.spread == "period":
            noted = recipients.search_count(
                [("campaign_id", "=", self.id), ("state", "!=", "waiting")]
            )
            listed = {one.applicant_id.id: place for place, one in enumerate(recipients, noted)}
            places = [(listed[one], text) for one, text in messages.items()]
        else:
            earlier = texts.search_count([("campaign_id", "=", self.id)]) - len(messages)
            places = list(enumerate(messages.values(), earlier))
        dates = {}
        for position, message in places:
            date = self.pace_date + timedelta(seconds=interval * position)
            if date > now:
                dates[message.id] = date
        if not dates:
            return
        texts.flush_model()
        self.env.cr.execute(
            """
            UPDATE hr_sms_message AS message
               SET state = 'scheduled', scheduled_date = due.date,
                   wait_code = NULL, next_attempt_date = NULL
              FROM unnest(%s::int[], %s::timestamp[]) AS due(id, date)
             WHERE message.id = due.id
            """,
            [list(dates), list(dates.values())],
        )
        later = texts.browse(dates)
        later.invalidate_recordset()
        self._wake_texts(later, list(dates.values()))

    def _interval(self, count):
        """Return the seconds between two texts, 0 for none.

        :param int count: recipients on the whole list
        """
        if self.spread == "rate":
            return 3600 / max(self.per_hour, 1)
        if self.spread == "period":
            return max(self.spread_hours, 0) * 3600 / max(count, 1)
        return 0

    def _wake_texts(self, messages, dates):
        """Wake the queue when texts are due, once a minute at most."""
        if len(dates) < len(messages):
            self.env["hr.sms.message"]._wake_queue(messages, None)
        minutes = {date.replace(second=0, microsecond=0) for date in dates}
        due = sorted(minute + timedelta(seconds=WAKE_EVERY) for minute in minutes)
        if due:
            self.env["hr.sms.message"]._wake_queue(messages, due)

    # ------------------------------------------------------------
    # The end, and whoever looks on
    # ------------------------------------------------------------

    @api.model
    def _settle_done(self, ids=None):
        """Close campaigns of which nothing is left to send. In a READ COMMITTED transaction.

        :param ids: ids to look at, ``None`` for all
        """
        self.env["hr.sms.message"].flush_model()
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH over AS (
                    SELECT id FROM hr_sms_campaign AS campaign
                     WHERE state = 'sending' AND is_prepared AND %s
                       AND NOT EXISTS (
                           SELECT FROM hr_sms_message
                            WHERE campaign_id = campaign.id AND state = ANY(%s))
                       FOR NO KEY UPDATE SKIP LOCKED
                )
                UPDATE hr_sms_campaign AS campaign SET state = 'done', done_date = %s
                  FROM over WHERE campaign.id = over.id
             RETURNING campaign.id
                """,
                SQL("TRUE") if ids is None else SQL("id = ANY(%s)", list(ids)),
                list(OPEN),
                fields.Datetime.now(),
            )
        )
        done = self.browse(row[0] for row in self.env.cr.fetchall())
        done.invalidate_recordset()
        done._tell_changed()

    def _tell_changed(self):
        """Have the screens that show these campaigns told to read them again, after the commit.

        Only ids travel, each user's client reads under its own rights.
        """
        if not self or not self.env.registry.ready:
            return
        # sudo: who may see the texts is looked up whoever caused the change
        for company, campaigns in self.sudo().grouped("company_id").items():
            for user in self.env["res.users"]._sms_viewers(company):
                user._bus_send("hr_recruitment_texting/campaign", {"campaign_ids": campaigns.ids})


class HrSmsThread(models.Model):
    """What happens to a campaign's texts shows on the campaign."""

    _inherit = "hr.sms.thread"

    def _tell_screens(self):
        result = super()._tell_screens()
        self.env.cr.execute(
            """
            SELECT DISTINCT campaign.id
              FROM hr_sms_message AS message
              JOIN hr_sms_campaign AS campaign ON campaign.id = message.campaign_id
             WHERE message.thread_id = ANY(%s)
            """,
            [self.ids],
        )
        ids = [row[0] for row in self.env.cr.fetchall()]
        if ids:
            campaigns = self.env["hr.sms.campaign"]
            campaigns._settle_done(ids)
            campaigns.browse(ids)._tell_changed()
        return result
