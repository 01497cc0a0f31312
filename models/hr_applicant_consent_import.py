from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from .hr_applicant import SEND_GROUP
from .hr_applicant_consent_given import Given
from .hr_applicant_import_rows import CONSENT_COLUMNS, PHONE_LIMIT, TEXT_LIMIT

COLUMNS = ("phone", "email", "applicant_id", *CONSENT_COLUMNS)
MAX_ROWS = 5000


class HrApplicant(models.Model):
    """Many consents at once, from a spreadsheet or another system."""

    _inherit = "hr.applicant"

    @api.model
    def sms_consent_import(self, rows, dry_run=False):
        """Record consents that candidates gave outside Odoo, for the company one is in.

        A row that cannot be recorded is refused with its reason, the others are recorded. A row
        with a ``source_ref`` that is recorded already, of the same number, method and source, is
        not recorded again: the same call may be repeated.

        :param list rows: dicts with ``given_date`` (UTC datetime or date, never in the future),
            ``phone`` (any format) or ``applicant_id``, and any of ``email`` (tells apart who shares
            a number), ``method`` (``import`` by default, ``job_board`` or ``manual``), ``scope``,
            ``source``, ``source_ref`` and ``note``, as for :meth:`sms_consent_grant`;
            5,000 at most
        :param bool dry_run: only check
        :returns: list of dicts, one for each row: ``row`` (from 1), ``status`` (``recorded``,
            ``known`` or ``refused``; ``ready`` for ``recorded`` in a dry run), ``reason`` (why
            refused), ``applicant_id`` and ``consent_id``, both ``False`` where there is none
        :raises AccessError: without the right to send SMS
        :raises ValidationError: when it is no list of at most 5,000 dicts
        """
        self._sms_check_right(SEND_GROUP)
        self._sms_import_check_rows(rows, MAX_ROWS)
        results = [
            {"row": number, "status": "", "reason": "", "applicant_id": False, "consent_id": False}
            for number in range(1, len(rows) + 1)
        ]
        givens = self._sms_import_givens(rows, results)
        positions, wanted = list(givens), list(givens.values())
        going = {}
        seen = set()
        for position, given, (reason, event) in zip(
            positions, wanted, self._sms_weigh(wanted), strict=True
        ):
            result = results[position]
            key = (given.number, given.method, given.source, given.source_ref)
            if event:
                result |= {"status": "known", "consent_id": event.id}
            elif reason:
                result |= {"status": "refused", "reason": reason}
            elif given.source_ref and key in seen:
                reason = self.env._("The same reference is in a row above already.")
                result |= {"status": "refused", "reason": reason}
            else:
                result["status"] = "ready" if dry_run else "recorded"
                going[position] = given
                seen.add(key)
        if not dry_run:
            events = self._sms_record(list(going.values()))
            for position, event in zip(going, events, strict=True):
                results[position]["consent_id"] = event.id
        return results

    # ------------------------------------------------------------
    # From rows to consents
    # ------------------------------------------------------------

    def _sms_import_givens(self, rows, results):
        """Read rows; what is wrong with one is written into its result.

        :param list rows: dicts as they came
        :param list results: dicts, changed
        :returns: dict from position to :class:`~.hr_applicant_consent_given.Given`
        """
        values = {}
        for position, row in enumerate(rows):
            try:
                values[position] = self._sms_import_values(row)
            except UserError as error:  # also ValidationError
                results[position] |= {"status": "refused", "reason": error.args[0]}
        found = self._sms_import_applicants(values.values())
        givens = {}
        for position, row in values.items():
            try:
                applicant, number = self._sms_import_match(row, found)
            except UserError as error:
                results[position] |= {"status": "refused", "reason": error.args[0]}
                continue
            results[position]["applicant_id"] = applicant.id
            givens[position] = Given(
                applicant=applicant,
                number=number,
                **{
                    name: row[name]
                    for name in ("method", "given_date", "note", "source", "source_ref", "scope")
                },
            )
        return givens

    def _sms_import_values(self, row):
        """Check a row by itself.

        :param dict row: as it came
        :returns: dict of all columns, ``number`` and ``company`` beside them
        :raises UserError: with what is wrong
        """
        row = self._sms_import_columns(row, COLUMNS)
        values = {
            **self._sms_import_texts(row, {"phone": PHONE_LIMIT, "email": TEXT_LIMIT}),
            **self._sms_import_consent(row, method="import"),
            "applicant_id": self._sms_import_id("applicant_id", row.get("applicant_id")),
        }
        if not values["given_date"]:
            raise ValidationError(self.env._("Say in given_date when the candidate agreed."))
        values["number"] = self._sms_import_number(values["phone"])
        if not values["phone"] and not values["applicant_id"]:
            raise ValidationError(self.env._("Say in phone which number the consent is for."))
        return values

    def _sms_import_applicants(self, rows):
        """Find the applicants that rows may be about, of this company and readable by the user.

        :param rows: iterable of dicts of :meth:`_sms_import_values`
        :returns: dict from E.164 number, and from id, to ``hr.applicant`` records, newest first
        """
        numbers = {row["number"] for row in rows if row["number"]}
        ids = {row["applicant_id"] for row in rows if row["applicant_id"]}
        # Under the user's own rules: who may not read an applicant records nothing for them.
        applicants = self.search_fetch(
            self._sms_import_ours()
            & (
                Domain("sms_number", "in", list(numbers))
                | Domain("sms_phone_ids.number", "in", list(numbers))
                | Domain("id", "in", list(ids))
            ),
            ["sms_number", "email_normalized", "company_id", "job_id", "partner_name"],
            order="id desc",
        )
        found = {number: self.browse() for number in numbers}
        for applicant in applicants:
            for number in numbers.intersection(applicant._sms_numbers()):
                found[number] += applicant
        found |= {applicant.id: applicant for applicant in applicants}
        return found

    def _sms_import_match(self, row, found):
        """Return the applicant and the number a row is about.

        :raises UserError: when there is none
        """
        if row["applicant_id"]:
            applicant = found.get(row["applicant_id"], self.browse())
            if not applicant:
                raise UserError(
                    self.env._(
                        "There is no applicant %(id)s in %(company)s that you may read.",
                        id=row["applicant_id"],
                        company=self.env.company.name,
                    )
                )
            number = row["number"] or applicant.sms_number
            if not number or number not in applicant._sms_numbers():
                raise UserError(
                    self.env._(
                        "%(number)s is not the number of %(applicant)s. Correct the applicant first.",
                        number=row["phone"] or "–",
                        applicant=applicant.display_name,
                    )
                )
            return applicant, number
        candidates = found.get(row["number"], self.browse())
        if row["email"]:
            email = row["email"].strip().casefold()
            candidates = candidates.filtered(
                lambda one: (one.email_normalized or "").casefold() == email
            )
        if not candidates:
            raise UserError(
                self.env._(
                    "No applicant of %(company)s has this number and e-mail address. Import the "
                    "applicants first.",
                    company=self.env.company.name,
                )
            )
        newest, others = candidates[:1], candidates[1:]
        pairs = {(newest.id, other.id) for other in others}
        if self._sms_same_person(pairs) != pairs:
            raise UserError(
                self.env._(
                    "Several people have this number. Say in email or applicant_id whose consent "
                    "it is."
                )
            )
        return newest, row["number"]
