from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..rules import consent, keywords
from . import screen_teller

# Only the ledger may write these: an object nobody can send over RPC opens the door
# (the idea is queue_job's).
LEDGER = object()
VIEW_GROUP = "hr_recruitment_texting.group_sms_view"
CONSENT_SCOPES = [
    ("jobs", "This and other job offers"),
    ("this_job", "This job only"),
    ("reminders", "Reminders only"),
]
# What a transaction remembers of threads that changed.
_CHANGED = "hr_recruitment_texting.changed_threads"
OFFICER_GROUP = "hr_recruitment.group_hr_recruitment_user"
LEDGER_FIELDS = frozenset(
    {
        "company_id",
        "number",
        "number_hmac",
        "consent_state",
        "consent_locked",
        "consent_scope",
        "consent_grants",
        "consent_sequence",
        "opt_out_date",
        "head_sequence",
        "head_hash",
        "number_flag",
    }
)


class HrSmsThread(models.Model):
    """A company and a phone number: the consent and the conversation between the two."""

    _name = "hr.sms.thread"
    _description = "SMS Thread"
    _rec_name = "number"
    _order = "id desc"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict", index=True
    )
    number = fields.Char(required=True, readonly=True, help="Phone number in E.164 format.")
    consent_state = fields.Selection(
        [
            ("none", "No consent yet"),
            ("granted", "Consent given"),
            ("declined", "Declined"),
            ("withdrawn", "Withdrawn"),
            ("review", "Needs a decision"),
        ],
        string="SMS Consent",
        required=True,
        readonly=True,
        default="none",
        index=True,
    )
    consent_locked = fields.Boolean(
        readonly=True,
        help="Withdrawn by keyword: only START, YES or UNSTOP from that handset lifts it.",
    )
    consent_scope = fields.Selection(
        CONSENT_SCOPES,
        readonly=True,
    )
    consent_grants = fields.Json(
        readonly=True,
        help="Every Yes that holds: what it covers, for which job, and whose it is.",
    )
    consent_sequence = fields.Integer(
        readonly=True, help="Sequence of the ledger event that made the state what it is."
    )
    opt_out_date = fields.Datetime(
        "Opted out on", readonly=True, help="Since when consent is withdrawn."
    )
    head_sequence = fields.Integer(readonly=True, help="Sequence of the ledger's last event.")
    head_hash = fields.Char(readonly=True, help="Hash of the ledger's last event.")
    consent_ids = fields.One2many("hr.sms.consent", "thread_id", string="Consent History")
    message_ids = fields.One2many("hr.sms.message", "thread_id", string="Messages")
    applicant_ids = fields.Many2many(
        "hr.applicant",
        "hr_sms_thread_applicant_rel",
        "thread_id",
        "applicant_id",
        string="Applicants",
        help="Applications with this number, now or formerly.",
    )
    unread_count = fields.Integer(compute="_compute_unread_count", string="Unread")
    number_flag = fields.Selection(
        [("wrong_number", "Wrong number"), ("unreachable", "Not reachable")],
        readonly=True,
        help="What is the matter with the number itself.",
    )
    user_id = fields.Many2one("res.users", string="Assigned to", ondelete="set null", index=True)

    _company_number_unique = models.UniqueIndex("(company_id, number)")
    _number_idx = models.Index("(number)")

    @api.depends("message_ids.is_unread")
    def _compute_unread_count(self):
        counts = dict(
            self.env["hr.sms.message"]._read_group(
                [("thread_id", "in", self.ids), ("is_unread", "=", True)],
                ["thread_id"],
                ["__count"],
            )
        )
        for thread in self:
            thread.unread_count = counts.get(thread, 0)

    # ------------------------------------------------------------
    # Only the ledger writes consent
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._check_ledger_writes(LEDGER_FIELDS)
        return super().create(vals_list)

    def write(self, vals):
        self._check_ledger_writes(LEDGER_FIELDS & vals.keys())
        return super().write(vals)

    def _check_ledger_writes(self, names):
        if names and self.env.context.get("hr_sms_ledger") is not LEDGER:
            raise AccessError(
                self.env._(
                    "The consent of a number follows from its history and cannot be edited. "
                    "Add or withdraw consent in the applicant's SMS tab instead."
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_history(self):
        if self.sudo().filtered("head_sequence"):
            raise UserError(
                self.env._("A number with a consent history cannot be deleted: it is the proof.")
            )

    # ------------------------------------------------------------
    # Finding threads
    # ------------------------------------------------------------

    @api.model
    def _get_or_create(self, company, numbers):
        """Return the threads of a company and phone numbers, making the missing ones.

        A thread whose number was erased gets it back: what its owner wanted still holds.
        Safe against two transactions making the same thread at once.

        :param company: ``res.company`` record
        :param numbers: iterable of E.164 numbers
        :returns: dict from number to ``hr.sms.thread`` (superuser: the caller checked what
            its user may do)
        """
        # sudo: threads are made on behalf of candidates and colleagues alike; no user has
        # the right to create one at will.
        threads_sudo = self.sudo().with_context(active_test=False)
        numbers = list(dict.fromkeys(numbers))
        found = self._restore_numbers(company, numbers)
        missing = [number for number in numbers if number not in found]
        if missing:
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO hr_sms_thread (company_id, number, consent_state, consent_locked,
                                               consent_sequence, head_sequence,
                                               create_uid, create_date, write_uid, write_date)
                    SELECT %(company)s, number, 'none', FALSE, 0, 0,
                           %(uid)s, %(now)s, %(uid)s, %(now)s
                      FROM unnest(%(numbers)s) AS number
                    ON CONFLICT (company_id, number) DO NOTHING
                    """,
                    company=company.id,
                    uid=self.env.uid,
                    now=fields.Datetime.now(),
                    numbers=missing,
                )
            )
            found |= self._find(company, missing)
            self.browse()._link_applicants(
                threads_sudo.browse(found[number].id for number in missing)
            )
        return found

    @api.model
    def _link_applicants(self, threads, applicants=None):
        """Tie threads to the applications that have their number now.

        Straight into the relation: a write on the thread would collide with every webhook and
        every event of that number.

        :param threads: ``hr.sms.thread`` records; links that exist stay, also of those who
            have another number by now (*former*)
        :param applicants: ``hr.applicant`` records to look at only, ``None`` for all
        """
        if not threads:
            return
        self.env["hr.applicant"].flush_model(["company_id", "job_id", "sms_number"])
        self.env["hr.applicant.phone"].flush_model(["applicant_id", "number"])
        self.env["hr.job"].flush_model(["company_id"])
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO hr_sms_thread_applicant_rel (thread_id, applicant_id)
                SELECT thread.id, applicant.id
                  FROM hr_sms_thread thread
                  JOIN (SELECT sms_number AS number, id AS applicant_id FROM hr_applicant
                         UNION ALL
                        SELECT number, applicant_id FROM hr_applicant_phone
                       ) AS owned ON owned.number = thread.number
                  JOIN hr_applicant applicant ON applicant.id = owned.applicant_id
             LEFT JOIN hr_job job ON job.id = applicant.job_id
                 WHERE thread.id = ANY(%s)
                   -- of no company: whoever texts them does it for their own
                   AND thread.company_id
                       = COALESCE(applicant.company_id, job.company_id, thread.company_id)
                   AND %s
                ON CONFLICT DO NOTHING
                """,
                threads.ids,
                SQL("TRUE")
                if applicants is None
                else SQL("applicant.id = ANY(%s)", applicants.ids),
            )
        )
        if self.env.cr.rowcount:
            threads.invalidate_recordset(["applicant_ids"])
            self.env["hr.applicant"].invalidate_model(
                ["sms_thread_ids", "sms_consent_state", "sms_opt_out_date"]
            )

    def _unlink_stranger(self, applicant):
        """Untie an application that lost the number of these threads and never had a word there.

        Of a mistyped number nothing is to be kept, least of all somebody else's conversation.
        A thread with a text, an event or an invitation of the same person stays tied.

        :param applicant: ``hr.applicant`` record
        """
        owners = self._owners()
        strange = self.filtered(
            lambda thread: (
                not applicant._sms_same_person({(applicant.id, one) for one in owners[thread]})
            )
        )
        if not strange:
            return
        # Straight out of the relation, as it came in.
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM hr_sms_thread_applicant_rel
                 WHERE thread_id = ANY(%s) AND applicant_id = %s
                """,
                strange.ids,
                applicant.id,
            )
        )
        strange.invalidate_recordset(["applicant_ids"])
        applicant.invalidate_recordset(["sms_thread_ids", "sms_consent_state", "sms_opt_out_date"])

    def _written_to(self):
        """Return to whom something was written in these threads, or recorded of their consent.

        :returns: dict from thread to set of ids of ``hr.applicant``
        """
        return self._owners(Domain("direction", "=", "outbound"))

    def _owners(self, texts=Domain.TRUE):
        """Return whose texts, invitations and consent these threads hold.

        :param texts: domain on ``hr.sms.message``, which of them count
        :returns: dict from thread to set of ids of ``hr.applicant``
        """
        of_threads = Domain("thread_id", "in", self.ids)
        owners = defaultdict(set)
        for model, domain in (("hr.sms.message", texts), ("hr.sms.invitation", Domain.TRUE)):
            for thread, theirs in self.env[model]._read_group(
                of_threads & Domain("applicant_id", "!=", False) & domain,
                ["thread_id"],
                ["applicant_id:recordset"],
            ):
                owners[thread].update(theirs.ids)
        for thread, applicant_ref in self.env["hr.sms.consent"]._read_group(
            of_threads & Domain("applicant_ref", "!=", 0), ["thread_id", "applicant_ref"]
        ):
            owners[thread].add(applicant_ref)
        return owners

    # ------------------------------------------------------------
    # Consent
    # ------------------------------------------------------------

    def _refold(self):
        """Bring state and lock in line with the ledger. Called by the ledger only."""
        events = defaultdict(list)
        for event in self.env["hr.sms.consent"].search_fetch(
            [("thread_id", "in", self.ids)],
            [
                "thread_id",
                "sequence",
                "event",
                "method",
                "scope",
                "given_date",
                "applicant_ref",
                "job_ref",
            ],
            order="thread_id, sequence",
        ):
            events[event.thread_id.id].append(
                consent.Event(
                    event.sequence,
                    event.event,
                    event.method,
                    event.scope or None,
                    event.given_date,
                    event.applicant_ref,
                    event.job_ref,
                )
            )
        for thread in self.with_context(hr_sms_ledger=LEDGER):
            result = consent.fold(events[thread.id])
            thread.write(
                {
                    "consent_state": result.state,
                    "consent_locked": result.locked,
                    "consent_scope": result.scope,
                    "consent_grants": [list(grant) for grant in result.grants] or False,
                    "consent_sequence": result.sequence,
                    "opt_out_date": result.state == "withdrawn" and result.since,
                }
            )

    def _after_fold(self, events):
        """Do what follows from new events, after state and lock are in line with them.

        In the transaction of the event, the threads' rows are locked. To be extended.

        :param events: the new ``hr.sms.consent`` records of these threads
        """

    def _deciding_event(self):
        """Return the ledger event that made the state what it is, possibly none.

        :returns: ``hr.sms.consent`` recordset of at most one record
        """
        self.ensure_one()
        return self.env["hr.sms.consent"].search(
            [("thread_id", "=", self.id), ("sequence", "=", self.consent_sequence or -1)]
        )

    def _grants(self):
        """Return every Yes that holds.

        :returns: list of :class:`~..rules.consent.Grant`
        """
        self.ensure_one()
        return [consent.Grant(*grant) for grant in self.consent_grants or ()]

    def _is_locked_at_twilio(self, our_number):
        """Tell whether Twilio itself blocks this pair, because STOP went to that number.

        Twilio blocks per sender, and only for its own words: a lock by one of ours is ours to
        lift.

        :param str our_number: the company's number, E.164
        :returns: bool
        """
        self.ensure_one()
        if not self.consent_locked:
            return False
        # Not only the last one: another opt-out after it does not lift Twilio's block.
        for event in self.consent_ids.sorted("sequence", reverse=True):
            if event.event == "granted" and event.method == "keyword":
                return False
            if event.method == "provider":
                return True
            if event.method != "keyword":
                continue
            if not event.number and event.keyword in keywords.TWILIO_STOP:
                return True  # which of our numbers it went to is erased
            if event.source_ref == our_number and keywords.twilio_handles(
                event.note, event.keyword, our_number
            ):
                return True
        return False

    def _is_locked_by_us(self, our_number):
        """Tell whether one of our own words closed the line, so that ours is to confirm.

        :param str our_number: the company's number, E.164
        :returns: bool
        """
        return self.consent_locked and not self._is_locked_at_twilio(our_number)

    def _applicant_in_conversation(self):
        """Return the application a received text most likely answers.

        The one last texted, else the newest one that is still open.

        :returns: ``hr.applicant`` record, possibly empty
        """
        self.ensure_one()
        last = self.env["hr.sms.message"].search(
            [
                ("thread_id", "=", self.id),
                ("direction", "=", "outbound"),
                ("state", "not in", ("scheduled", "canceled")),
                ("applicant_id", "!=", False),
            ],
            limit=1,
        )
        return (
            last.applicant_id
            or self.with_context(active_test=False).applicant_ids.sorted(
                lambda applicant: (applicant.active, applicant.id), reverse=True
            )[:1]
        )

    # ------------------------------------------------------------
    # Live screens
    # ------------------------------------------------------------

    def _notify_changed(self):
        """Have the screens of everyone who may read these threads told to read them again.

        After the commit, once, however often a thread changed. See ``screen_teller``.
        """
        if not self or not self.env.registry.ready:  # nobody looks on while it is installed
            return
        postcommit = self.env.cr.postcommit
        if _CHANGED not in postcommit.data:
            dbname, changed = self.env.cr.dbname, set()
            postcommit.data[_CHANGED] = changed
            postcommit.add(lambda: screen_teller.tell(dbname, changed))
        postcommit.data[_CHANGED].update(self.ids)

    def _tell_screens(self):
        """Tell the screens of everyone who may read these threads to read them again.

        Runs in a READ COMMITTED transaction of its own, see ``screen_teller``, and opens no other:
        one that waited for a lock which this one holds would wait for ever.

        Only ids travel, each user's client reads under its own rights.
        """
        # sudo: who may see the texts is looked up whoever caused the change
        threads = self.sudo().exists().with_context(active_test=False)
        if not threads:
            return
        users = self.env["res.users"]._sms_viewers(threads.company_id)
        # Officers read every applicant of their companies (see security/rules.xml); for the
        # others, interviewers, it depends on each thread.
        officers = users.filtered_domain([("all_group_ids", "in", self.env.ref(OFFICER_GROUP).ids)])
        for user in users:
            mine = threads.filtered(lambda thread, user=user: thread.company_id in user.company_ids)
            if user not in officers:
                as_user = mine.with_user(user).with_context(
                    allowed_company_ids=user.company_ids.ids
                )
                mine = threads.browse(as_user._filtered_access("read").ids)
            if not mine:
                continue
            applicants = mine.applicant_ids
            if user not in officers:
                applicants = applicants.with_user(user)._filtered_access("read")
            user._bus_send(
                "hr_recruitment_texting/thread",
                {"thread_ids": mine.ids, "applicant_ids": applicants.ids},
            )
