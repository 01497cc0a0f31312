from dataclasses import dataclass, replace

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize, escape_psql

from .hr_applicant import SEND_GROUP
from .hr_applicant_consent_given import Given
from .hr_applicant_import_rows import CONSENT_COLUMNS, TEXT_LIMIT

APPLICANT_COLUMNS = ("name", "email", "phone", "job_id", "medium", *CONSENT_COLUMNS)
# Creating an application takes some 30 times as long as recording a consent.
MAX_APPLICANTS = 1000
# What Odoo's own fields hold.
_LIMITS = {"name": TEXT_LIMIT, "email": 128, "phone": 32, "medium": TEXT_LIMIT}


@dataclass
class _Application:
    """A row that is right by itself, and what becomes of it.

    :param dict values: of :meth:`HrApplicant._sms_application_values`
    :param str key: recognises its reference, ``None`` without one
    :param applicant: ``hr.applicant`` record; empty until it is created
    :param first: the :class:`_Application` before it of the same person for the same job
    :param given: its :class:`~.hr_applicant_consent_given.Given`, ``None`` without consent
    """

    values: dict
    result: dict
    key: str | None
    applicant: object
    first: object = None
    given: Given | None = None

    @property
    def person(self):
        """What tells that it is the same application, ``None`` when nothing does."""
        values = self.values
        if not values["number"] or not values["email"]:
            return None
        return values["number"], values["email"], values["job"].id


class HrApplicant(models.Model):
    """Applications from job boards and other systems, with the consent given there."""

    _inherit = "hr.applicant"

    @api.model
    def sms_applicant_import(self, rows, dry_run=False):
        """Create applicants with the consent they gave elsewhere, in the company one is in.

        A row that is wrong is refused with its reason and creates nothing, the others are created.
        Where the candidate wants no texts, the applicant is created without the consent, and
        ``reason`` says why. The same person's open application for the same job, which is one with
        the same number and the same e-mail address, is taken instead of a second one, and is not
        changed. A row whose ``source`` and ``source_ref`` were sent before does nothing, and has
        the ids and the outcome of that time.

        :param list rows: dicts with ``name``, and any of ``email``, ``phone`` (any format), ``job_id``
            (of the company, open), ``medium`` and ``source`` (names; made when there are none),
            ``source_ref`` and, of the consent, ``given_date`` (UTC datetime or date, never in the
            future; left out where there is none), ``method`` (``job_board`` by default, ``import``
            or ``manual``), ``scope`` and ``note``, as for :meth:`sms_consent_grant`; 1,000 at most
        :param bool dry_run: only check
        :returns: list of dicts, one for each row: ``row`` (from 1), ``status`` (``created``,
            ``existing`` (application), ``known`` (reference) or ``refused``; ``ready`` for
            ``created`` in a dry run), ``consent_status`` (``recorded``, ``known``, ``refused``, or
            ``none`` where the row gives none; ``ready`` for ``recorded`` in a dry run), ``reason``
            (why one of the two was refused), ``applicant_id`` and ``consent_id``, both ``False``
            where there is none
        :raises AccessError: without the rights to send SMS and to create applicants
        :raises ValidationError: when it is no list of at most 1,000 dicts
        """
        self._sms_check_right(SEND_GROUP)
        self.check_access("create")
        self._sms_import_check_rows(rows, MAX_APPLICANTS)
        results = [
            {
                "row": number,
                "status": "refused",
                "consent_status": "none",
                "reason": "",
                "applicant_id": False,
                "consent_id": False,
            }
            for number in range(1, len(rows) + 1)
        ]
        applications = self._sms_new_applications(self._sms_applications(rows, results))
        self._sms_weigh_applications(applications, dry_run)
        if not dry_run:
            self._sms_create_applications(applications)
        return results

    # ------------------------------------------------------------
    # From rows to applications
    # ------------------------------------------------------------

    def _sms_applications(self, rows, results):
        """Read rows; what is wrong with one is written into its result.

        :param list rows: dicts as they came
        :param list results: dicts, changed
        :returns: list of :class:`_Application` of the others
        """
        read = []
        for row, result in zip(rows, results, strict=True):
            try:
                read.append((self._sms_application_values(row), result))
            except UserError as error:  # also ValidationError
                result["reason"] = error.args[0]
        jobs = self._sms_import_jobs({values["job_id"] for values, _result in read})
        applications = []
        for values, result in read:
            job = jobs.get(values["job_id"])
            if job is None:
                result["reason"] = self.env._(
                    "There is no open job %(id)s in %(company)s that you may read.",
                    id=values["job_id"],
                    company=self.env.company.name,
                )
                continue
            key = values["source_ref"] and self.env["hr.sms.source.ref"]._key(
                self.env.company, values["source"], values["source_ref"]
            )
            applications.append(_Application({**values, "job": job}, result, key, self.browse()))
        return applications

    def _sms_application_values(self, row):
        """Check a row by itself.

        :param dict row: as it came
        :returns: dict of all columns, and ``number``, E.164, beside them
        :raises UserError: with what is wrong
        """
        row = self._sms_import_columns(row, APPLICANT_COLUMNS)
        values = {
            **self._sms_import_texts(row, _LIMITS),
            **self._sms_import_consent(row, method="job_board"),
            "job_id": self._sms_import_id("job_id", row.get("job_id")),
        }
        values["name"] = " ".join((values["name"] or "").split())
        if not values["name"]:
            raise ValidationError(self.env._("Say in name what the candidate is called."))
        if values["email"]:
            email = email_normalize(values["email"])
            if not email:
                raise ValidationError(
                    self.env._("%(email)s is not an e-mail address.", email=values["email"])
                )
            values["email"] = email
        values["number"] = self._sms_import_number(values["phone"])
        if values["given_date"] and not values["number"]:
            raise ValidationError(self.env._("Say in phone which number the consent is for."))
        if not values["given_date"] and any(row.get(name) for name in ("method", "scope", "note")):
            raise ValidationError(self.env._("Say in given_date when the candidate agreed."))
        return values

    def _sms_import_jobs(self, ids):
        """Find jobs that the user may read and that one may apply for here.

        :param ids: ids, ``None`` for no job
        :returns: dict from id, and from ``None``, to ``hr.job`` record
        """
        jobs = self.env["hr.job"].search(
            Domain("id", "in", [job for job in ids if job])
            & Domain("company_id", "in", (self.env.company.id, False))
        )
        return {None: jobs.browse(), **{job.id: job for job in jobs}}

    # ------------------------------------------------------------
    # Which are new
    # ------------------------------------------------------------

    def _sms_new_applications(self, applications):
        """Settle those whose reference is known, and find the open ones of the same people.

        :param list applications: of :meth:`_sms_applications`; results are written
        :returns: list of those that are left
        """
        known = self.env["hr.sms.source.ref"]._find({one.key for one in applications if one.key})
        left, keys, firsts = [], set(), {}
        for one in applications:
            if one.key in known:
                one.result |= self._sms_known_outcome(known[one.key], one)
            elif one.key in keys:
                one.result["reason"] = self.env._("The same reference is in a row above already.")
            else:
                left.append(one)
                keys |= {one.key} - {None}
        existing = self._sms_open_applications({one.person for one in left} - {None})
        for one in left:
            one.applicant = existing.get(one.person, self.browse())
            if one.person and not one.applicant:
                first = firsts.setdefault(one.person, one)
                one.first = first if first is not one else None
        return left

    def _sms_known_outcome(self, ref, application):
        """Return the result of a row that was sent before."""
        outcome = {
            "status": "known",
            "applicant_id": ref.applicant_id.id,
            "consent_id": ref.consent_id.id,
            "reason": ref.refusal or "",
        }
        if not ref.applicant_id:
            outcome["reason"] = self.env._("This application was deleted since.")
        if ref.consent_id:
            return outcome | {"consent_status": "known"}
        asked = bool(application.values["given_date"])
        return outcome | {"consent_status": "refused" if asked else "none"}

    def _sms_open_applications(self, people):
        """Find the open applications of people, under the user's own rules.

        :param people: set of ``(E.164 number, e-mail address, job id)``
        :returns: dict from one of them to ``hr.applicant`` record, the newest
        """
        if not people:
            return {}
        applicants = self.search_fetch(
            self._sms_import_ours()
            & Domain("sms_number", "in", list({number for number, _email, _job in people}))
            & Domain("email_normalized", "in", list({email for _number, email, _job in people}))
            & Domain("application_status", "=", "ongoing")
            & Domain("refuse_reason_id", "=", False)
            & Domain("talent_pool_ids", "=", False),
            ["sms_number", "email_normalized", "job_id", "company_id"],
            order="id",
        )
        found = {(one.sms_number, one.email_normalized, one.job_id.id): one for one in applicants}
        return {person: found[person] for person in people & found.keys()}

    def _sms_weigh_applications(self, applications, dry_run):
        """Say what becomes of applications and their consents.

        :param list applications: of :meth:`_sms_new_applications`; results are written
        :param bool dry_run: for the words
        """
        # Stands for those that are not there yet: the company is all that is asked of it.
        nobody = self.new({"company_id": self.env.company.id})
        with_consent = []
        for one in applications:
            is_there = one.applicant or one.first
            one.result["status"] = "existing" if is_there else "ready" if dry_run else "created"
            one.result["applicant_id"] = one.applicant.id
            if one.values["given_date"]:
                one.given = Given(
                    applicant=one.applicant or nobody,
                    number=one.values["number"],
                    **{name: one.values[name] for name in CONSENT_COLUMNS},
                )
                with_consent.append(one)
        weighed = self._sms_weigh([one.given for one in with_consent])
        for one, (reason, event) in zip(with_consent, weighed, strict=True):
            if event:
                one.result |= {"consent_status": "known", "consent_id": event.id}
            elif reason:
                one.result |= {"consent_status": "refused", "reason": reason}
            else:
                one.result["consent_status"] = "ready" if dry_run else "recorded"
                continue
            one.given = None

    # ------------------------------------------------------------
    # Creating
    # ------------------------------------------------------------

    def _sms_create_applications(self, applications):
        """Create applications and record their consents.

        :param list applications: of :meth:`_sms_new_applications`, weighed; ids are written into
            their results
        """
        refs = self.env["hr.sms.source.ref"]._reserve(one.key for one in applications if one.key)
        new = [one for one in applications if not one.applicant and not one.first]
        # Odoo's e-mail of the stage goes by the queue: nobody waits for a mail server.
        model = self.with_context(mail_create_nosubscribe=True, mail_notify_force_send=False)
        created = model.create(self._sms_applicant_values(new)).with_env(self.env)
        for one, applicant in zip(new, created, strict=True):
            one.applicant = applicant
        for one in applications:
            if one.first:
                one.applicant = one.first.applicant
            one.result["applicant_id"] = one.applicant.id
        agreed = [one for one in applications if one.given]
        events = self._sms_record([replace(one.given, applicant=one.applicant) for one in agreed])
        for one, event in zip(agreed, events, strict=True):
            one.result["consent_id"] = event.id
        for one in applications:
            if one.key:
                refs[one.key].write(
                    {
                        "applicant_id": one.applicant.id,
                        "consent_id": one.result["consent_id"],
                        "refusal": one.result["reason"],
                    }
                )

    def _sms_applicant_values(self, applications):
        """Return what applicants are created with.

        :param list applications: :class:`_Application`
        :returns: list of dicts of values of ``hr.applicant``
        """
        rows = [one.values for one in applications]
        contacts = self._sms_import_contacts(rows)
        sources = self._sms_import_utm("utm.source", {row["source"] for row in rows})
        media = self._sms_import_utm("utm.medium", {row["medium"] for row in rows})
        return [
            {
                "partner_name": row["name"],
                "email_from": row["email"],
                "partner_phone": row["phone"],
                "partner_id": contacts.get(row["email"], False),
                "job_id": row["job"].id,
                "company_id": self.env.company.id,
                "source_id": sources.get(row["source"], False),
                "medium_id": media.get(row["medium"], False),
            }
            for row in rows
        ]

    def _sms_import_contacts(self, rows):
        """Find or create the contacts of e-mail addresses, as Odoo would one by one.

        :param list rows: dicts with ``name``, ``email`` and ``phone``
        :returns: dict from e-mail address to id of ``res.partner``
        """
        people = {row["email"]: row for row in rows if row["email"]}
        # sudo: which addresses are our own, as Odoo looks them up itself
        ours = self.env["mail.alias.domain"].sudo()._find_aliases(list(people))
        emails = [email for email in people if email not in ours]
        partners = self.env["res.partner"]._find_or_create_from_emails(
            emails,
            additional_values={
                email: {"name": people[email]["name"], "phone": people[email]["phone"]}
                for email in emails
            },
        )
        return {email: partner.id for email, partner in zip(emails, partners, strict=True)}

    def _sms_import_utm(self, model, names):
        """Find or create sources or media by their names, whatever their capitals.

        :param str model: ``utm.source`` or ``utm.medium``
        :param names: set of str, ``None`` among them
        :returns: dict from name to id
        """
        records = self.env[model].with_context(active_test=False)
        ids = {}
        for name in sorted(name for name in names if name and name.strip()):
            pattern = escape_psql(name.strip())
            found = records.search([("name", "=ilike", pattern)], limit=1)
            ids[name] = (found or self._sms_make_utm(records, name.strip())).id
        return ids

    def _sms_make_utm(self, records, name):
        """Create a source or medium. Two calls at once make one: the later one is repeated.

        :param records: model ``utm.source`` or ``utm.medium``
        :param str name: that none has
        :returns: record
        """
        records.check_access("create")
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO %(table)s (name, create_uid, create_date, write_uid, write_date)
                VALUES (%(name)s, %(uid)s, %(now)s, %(uid)s, %(now)s)
                ON CONFLICT (name) DO NOTHING  -- Odoo's create would end the call with an error
                RETURNING id
                """,
                table=SQL.identifier(records._table),
                name=name,
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        record = records.browse(self.env.cr.fetchone()[0])
        if "active" in record._fields:
            record.active = True
        return record
