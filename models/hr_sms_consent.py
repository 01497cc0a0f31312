import hashlib
import hmac
import json
import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..rules import consent
from ..rules.phone import erased_number
from .hr_sms_thread import CONSENT_SCOPES, LEDGER

# Columns of the event, in the order they are hashed. Changing this breaks every chain.
_CHAINED = (
    "thread_id",
    "sequence",
    "event",
    "method",
    "scope",
    "keyword",
    "company_name",
    "applicant_ref",
    "job_ref",
    "given_date",
    "recorded_date",
    "wording",
    "wording_lang",
    "wording_version",
    "personal_digest",
)
PERSONAL = (
    "number",
    "applicant_name",
    "actor_name",
    "source",
    "source_ref",
    "page_url",
    "ip_address",
    "user_agent",
    "twilio_sid",
    "note",
)


_TEXTS = (*PERSONAL, "keyword", "wording", "wording_lang", "wording_version")


class HrSmsConsent(models.Model):
    """The append-only ledger: every yes and no of a number to a company, with its proof.

    The only foreign key is the thread, everything else is a plain snapshot: merging contacts
    or deleting users and applicants must not be able to change a row. A database trigger
    refuses UPDATE and DELETE (see ``init``).
    """

    _name = "hr.sms.consent"
    _description = "SMS Consent Event"
    _order = "recorded_date desc, id desc"
    _log_access = False

    thread_id = fields.Many2one(
        "hr.sms.thread", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="thread_id.company_id")
    sequence = fields.Integer(required=True, readonly=True)
    event = fields.Selection(
        [
            ("granted", "Granted"),
            ("declined", "Declined"),
            ("withdrawn", "Withdrawn"),
            ("review", "Put to a decision"),
            ("review_cleared", "Cleared"),
            ("erased", "Personal data erased"),
        ],
        required=True,
        readonly=True,
    )
    method = fields.Selection(
        [
            ("job_form", "Job application form"),
            ("manual", "Recorded by a colleague"),
            ("keyword", "Keyword by text"),
            ("reply", "Reply by text"),
            ("job_board", "Job board"),
            ("import", "Import"),
            ("link", "Link by e-mail"),
            ("text_to_apply", "Text to apply"),
            ("provider", "Reported by the provider"),
        ],
        required=True,
        readonly=True,
    )
    scope = fields.Selection(
        CONSENT_SCOPES,
        readonly=True,
    )
    keyword = fields.Char(readonly=True, help="The keyword a text was taken for.")
    company_name = fields.Char(readonly=True)
    applicant_ref = fields.Integer("Applicant ID", readonly=True)
    job_ref = fields.Integer("Job ID", readonly=True)
    given_date = fields.Datetime("Given on", required=True, readonly=True)
    recorded_date = fields.Datetime("Recorded on", required=True, readonly=True)
    wording = fields.Text(readonly=True, help="Exactly what was shown to the candidate.")
    wording_lang = fields.Char("Wording Language", readonly=True)
    wording_version = fields.Char(readonly=True)
    personal_digest = fields.Char(required=True, readonly=True)
    previous_hash = fields.Char(readonly=True)
    hash = fields.Char(required=True, readonly=True)

    number = fields.Char(compute="_compute_evidence", search="_search_number")
    number_shown = fields.Char("Phone Number", compute="_compute_number_shown")
    applicant_name = fields.Char(
        "Applicant", compute="_compute_evidence", search="_search_applicant_name"
    )
    actor_name = fields.Char("By", compute="_compute_evidence", search="_search_actor_name")
    source = fields.Char(
        compute="_compute_evidence",
        search="_search_source",
        help="Where it was given, for example the job board.",
    )
    source_ref = fields.Char(
        "Source Reference", compute="_compute_evidence", search="_search_source_ref"
    )
    page_url = fields.Char("Page", compute="_compute_evidence")
    ip_address = fields.Char("IP Address", compute="_compute_evidence")
    user_agent = fields.Char(compute="_compute_evidence")
    twilio_sid = fields.Char("Twilio Message SID", compute="_compute_evidence")
    note = fields.Text(compute="_compute_evidence", search="_search_note")

    _thread_sequence_unique = models.UniqueIndex("(thread_id, sequence)")
    _recorded_date_idx = models.Index("(recorded_date)")

    def init(self):
        """Back the append-only promise by the database itself.

        ORM overrides are not enough: a partner merge rewrites foreign keys by SQL, and
        whoever writes SQL passes them by.
        """
        create_append_only_trigger(self.env.cr, self._table)

    @api.depends("sequence", "event")
    def _compute_display_name(self):
        labels = dict(self._fields["event"]._description_selection(self.env))
        for event in self:
            event.display_name = f"{event.sequence}. {labels.get(event.event, '')}"

    @api.depends("personal_digest")
    def _compute_evidence(self):
        # sudo: the evidence has no access of its own, reading the event is what was checked
        evidence = {
            row.consent_id.id: row
            for row in self.env["hr.sms.consent.evidence"]
            .sudo()
            .search([("consent_id", "in", self.ids)])
        }
        none = self.env["hr.sms.consent.evidence"]
        for event in self:
            row = evidence.get(event.id, none)
            for name in PERSONAL:
                event[name] = row[name]

    @api.depends("number", "thread_id")
    def _compute_number_shown(self):
        for event in self:
            thread = event.thread_id.id
            event.number_shown = (
                self.env._("Erased number %s", thread)
                if event.number in (False, erased_number(thread))
                else event.number
            )

    def _search_evidence(self, name, operator, value):
        """Return the domain of the events whose evidence matches; a missing one is empty."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented  # the ORM asks for the opposite and turns it around
        # sudo: as for reading; the rules of the event itself still apply to the result
        evidence = self.env["hr.sms.consent.evidence"].sudo()
        found = Domain(
            "id", "in", evidence._search([(name, operator, value)]).subselect("consent_id")
        )
        if operator == "in" and False in value:
            found |= Domain("id", "not in", evidence._search([]).subselect("consent_id"))
        return found

    def _search_number(self, operator, value):
        return self._search_evidence("number", operator, value)

    def _search_applicant_name(self, operator, value):
        return self._search_evidence("applicant_name", operator, value)

    def _search_actor_name(self, operator, value):
        return self._search_evidence("actor_name", operator, value)

    def _search_source(self, operator, value):
        return self._search_evidence("source", operator, value)

    def _search_source_ref(self, operator, value):
        return self._search_evidence("source_ref", operator, value)

    def _search_note(self, operator, value):
        return self._search_evidence("note", operator, value)

    # ------------------------------------------------------------
    # Append-only
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.context.get("hr_sms_ledger") is not LEDGER:
            raise AccessError(
                self.env._(
                    "Consent events cannot be created directly. Use Add consent in the "
                    "applicant's SMS tab, or the applicant's sms_consent_grant method."
                )
            )
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_change()
        return super().write(vals)

    def unlink(self):
        self._refuse_change()
        return super().unlink()

    @api.model
    def _refuse_change(self):
        raise UserError(
            self.env._(
                "The consent ledger is append-only: its events are the proof and cannot be "
                "changed or deleted. Add a new event instead."
            )
        )

    @api.model
    def _append(self, entries):
        """Append events to the ledgers of their threads and bring the threads in line.

        Takes the lock of each thread's row, so that two events of a thread never take the same
        place in its chain. In the caller's transaction, on purpose: the event stands or falls
        with the application, the webhook or the click that caused it.

        :param entries: list of dicts with ``thread`` (record), ``event``, ``method`` and any of
            ``scope``, ``keyword``, ``given_date`` (UTC datetime, now by default),
            ``applicant`` (record), ``wording``, ``wording_lang``, ``wording_version`` and the
            personal fields ``actor_name``, ``source``, ``source_ref``, ``page_url``, ``ip_address``,
            ``user_agent``, ``twilio_sid``, ``note``
        :returns: the new events, in the order of ``entries``
        :raises ValueError: for an event or method that does not exist
        """
        # sudo: nobody may create events at will; the callers are the doors that checked
        ledger = self.sudo().with_context(hr_sms_ledger=LEDGER)
        threads = ledger.env["hr.sms.thread"].browse({entry["thread"].id for entry in entries})
        heads = self._lock_heads(threads)
        now = fields.Datetime.now()
        rows, evidence = [], []
        for entry in entries:
            thread = threads.browse(entry["thread"].id).with_prefetch(threads.ids)
            row, personal = self._prepare(entry, thread, heads[thread.id], now)
            heads[thread.id] = (row["sequence"], row["hash"])
            rows.append(row)
            evidence.append(personal)
        events = ledger.create(rows)
        for event, personal in zip(events, evidence, strict=True):
            personal["consent_id"] = event.id
        ledger.env["hr.sms.consent.evidence"].create(evidence)
        for thread in threads:
            head_sequence, head_hash = heads[thread.id]
            thread.write({"head_sequence": head_sequence, "head_hash": head_hash})
        threads._refold()
        threads._after_fold(events)
        threads._notify_changed()
        return events.with_env(self.env)

    def _lock_heads(self, threads):
        """Lock the threads' rows and return ``{id: (last sequence, last hash)}``.

        NO KEY: a text just received for the thread holds its key share; two such transactions
        asking for more would wait for each other.
        """
        threads.flush_recordset()
        self.env.cr.execute(
            "SELECT id, head_sequence, head_hash FROM hr_sms_thread WHERE id = ANY(%s)"
            " ORDER BY id FOR NO KEY UPDATE",
            [threads.ids],
        )
        heads = {row[0]: (row[1] or 0, row[2]) for row in self.env.cr.fetchall()}
        threads.invalidate_recordset()
        return heads

    def _prepare(self, entry, thread, head, now):
        """Return the values of an event and of its evidence.

        :param head: ``(sequence, hash)`` of the event before it
        """
        if entry["event"] not in consent.EVENTS or entry["method"] not in consent.METHODS:
            raise ValueError(f"unknown consent event {entry['event']!r} by {entry['method']!r}")
        applicant = entry.get("applicant") or self.env["hr.applicant"]
        applicant_sudo = applicant.sudo()  # a snapshot of the name, whoever appends
        personal = {name: entry.get(name) or False for name in PERSONAL}
        personal["number"] = thread.number
        personal["applicant_name"] = (
            personal["applicant_name"] or applicant_sudo.partner_name or False
        )
        salt = secrets.token_hex(16)
        row = {
            "thread_id": thread.id,
            "sequence": head[0] + 1,
            "event": entry["event"],
            "method": entry["method"],
            "scope": entry.get("scope") or (entry["event"] == "granted" and "jobs"),
            "keyword": entry.get("keyword") or False,
            "company_name": thread.company_id.name,
            "applicant_ref": applicant_sudo.id or 0,
            "job_ref": entry.get("job_ref") or applicant_sudo.job_id.id or 0,
            "given_date": entry.get("given_date") or now,
            "recorded_date": now,
            "wording": entry.get("wording") or False,
            "wording_lang": entry.get("wording_lang") or False,
            "wording_version": entry.get("wording_version") or False,
            "personal_digest": personal_digest(salt, personal),
            "previous_hash": head[1] or False,
        }
        values = row | personal
        wrong = [name for name in _TEXTS if values[name] and not isinstance(values[name], str)]
        if wrong:
            # The database would keep another value than the one that is hashed.
            raise TypeError(f"{', '.join(wrong)} of a consent event must be text")
        row["hash"] = event_hash(row)
        return row, {**personal, "salt": salt}


def create_append_only_trigger(cr, table):
    """Make PostgreSQL refuse UPDATE, DELETE and TRUNCATE on a table of the ledger.

    Rows of evidence alone may be deleted, by an erasure that says so in its transaction.

    :param cr: database cursor
    :param str table: ``hr_sms_consent`` or ``hr_sms_consent_evidence``
    """
    cr.execute(
        """
        CREATE OR REPLACE FUNCTION hr_sms_consent_append_only() RETURNS trigger AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'hr_sms_consent_evidence'
               AND current_setting('hr_recruitment_texting.erasing', TRUE) = 'on' THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION 'the consent ledger is append-only (% on %)',
                            TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
        END;
        $$ LANGUAGE plpgsql
        """
    )
    for name, what in (
        ("append_only", "BEFORE UPDATE OR DELETE ON %s FOR EACH ROW"),
        ("append_only_truncate", "BEFORE TRUNCATE ON %s FOR EACH STATEMENT"),
    ):
        trigger, target = SQL.identifier(name), SQL.identifier(table)
        cr.execute(SQL("DROP TRIGGER IF EXISTS %s ON %s", trigger, target))
        cr.execute(
            SQL(
                f"CREATE TRIGGER %s {what} EXECUTE FUNCTION hr_sms_consent_append_only()",
                trigger,
                target,
            )
        )


def personal_digest(salt, personal):
    """Digest the personal fields of an event, so that they can be erased later.

    :param str salt: random, kept beside the fields and erased with them: without it nobody can
        guess the fields from the digest
    :param dict personal: the fields named in ``PERSONAL``
    :returns: str, 64 hexadecimal digits (HMAC-SHA256)
    """
    text = json.dumps([personal[name] or None for name in PERSONAL], ensure_ascii=False)
    return hmac.new(salt.encode(), text.encode(), hashlib.sha256).hexdigest()


def event_hash(row):
    """Hash an event together with the hash of the one before it.

    :param dict row: values of the event, dates as datetimes
    :returns: str, 64 hexadecimal digits (SHA-256)
    """
    values = [row["previous_hash"] or None]
    for name in _CHAINED:
        value = row[name]
        values.append(fields.Datetime.to_string(value) if "date" in name else value or None)
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()
