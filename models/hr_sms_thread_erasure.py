from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, hmac

from odoo.addons.phone_validation.tools import phone_validation

from ..rules.phone import erased_number, same_digits
from .hr_sms_thread import LEDGER

MANAGER_GROUP = "hr_recruitment_texting.group_sms_manager"


class HrSmsThread(models.Model):
    """Erasure: what a number said is forgotten, that it must not be texted is not."""

    _inherit = "hr.sms.thread"

    number_hmac = fields.Char(
        readonly=True,
        help="Set while the number is erased: recognises it if it ever comes back.",
    )

    _company_number_hmac_unique = models.UniqueIndex(
        "(company_id, number_hmac) WHERE number_hmac IS NOT NULL"
    )

    # ------------------------------------------------------------
    # Recognising an erased number
    # ------------------------------------------------------------

    @api.model
    def _number_hmacs(self, company, numbers):
        """Return what recognises erased numbers without telling them.

        A number is short enough to be guessed from a plain digest; the database's secret, which
        no dump of these tables holds, is what keeps it.

        :param company: ``res.company`` record
        :param numbers: iterable of E.164 numbers
        :returns: dict from HMAC-SHA256 (hexadecimal) to number
        """
        # sudo: the secret is a system parameter
        env = self.sudo().env
        return {
            hmac(env, "hr_recruitment_texting.number", (company.id, number)): number
            for number in numbers
        }

    @api.model
    def _find(self, company, numbers, domain=()):
        """Find the threads of numbers, erased ones too. Nothing is changed, one query.

        :param company: ``res.company`` record
        :param numbers: iterable of E.164 numbers
        :param domain: what else the threads must fulfil
        :returns: dict from number to ``hr.sms.thread`` (superuser: the caller checked what its
            user may do)
        """
        numbers = list(numbers)
        hmacs = self._number_hmacs(company, numbers)
        # sudo: the conversation and the consent of a number, whoever asks for it
        threads = (
            self.sudo()
            .with_context(active_test=False)
            .search_fetch(
                Domain("company_id", "=", company.id)
                & (Domain("number", "in", numbers) | Domain("number_hmac", "in", list(hmacs)))
                & Domain(domain),
                ["number", "number_hmac", "consent_state", "consent_locked", "consent_sequence"],
            )
        )
        return {hmacs.get(thread.number_hmac, thread.number): thread for thread in threads}

    @api.model
    def _restore_numbers(self, company, numbers):
        """Give erased threads their numbers back, as they came to us again. Their state holds on.

        :param company: ``res.company`` record
        :param numbers: iterable of E.164 numbers
        :returns: as for :meth:`_find`
        """
        found = self._find(company, numbers)
        erased = {number: thread for number, thread in found.items() if thread.number_hmac}
        for number, thread in erased.items():
            thread.with_context(hr_sms_ledger=LEDGER).write(
                {"number": number, "number_hmac": False}
            )
        self._link_applicants(self.sudo().browse(thread.id for thread in erased.values()))
        return found

    def _hold(self, number):
        """Keep this thread from being erased until the end of the transaction.

        An erasure that is under way is waited for; what comes after it comes anew.
        To be called in a READ COMMITTED transaction.

        :param str number: E.164, this thread's
        """
        self.ensure_one()
        self.flush_recordset()
        self.env.cr.execute(
            "SELECT number_hmac FROM hr_sms_thread WHERE id = %s FOR KEY SHARE", [self.id]
        )
        if self.env.cr.fetchone()[0]:
            self.env.invalidate_all()
            self._restore_numbers(self.company_id, [number])

    # ------------------------------------------------------------
    # Erasing
    # ------------------------------------------------------------

    def action_erase(self):
        """Open the erasure of these numbers.

        :returns: action of the wizard
        """
        return self.env["hr.sms.erasure"]._action(threads=self)

    def _check_erasable(self):
        """Check that the user may erase these numbers.

        :raises AccessError: for anybody but managers of SMS, and for other companies
        """
        if not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(
                self.env._('You need the permission "Manage SMS" to erase texts and personal data.')
            )
        self.check_access("read")

    def _erase(self, actor_name, at_twilio=False):
        """Erase texts and personal data of these numbers, but not that they want no texts.

        What stays: that there were texts, with date and state; the events of the ledger without
        their personal part, so that its chain still verifies; and an HMAC of the number, so
        that the withdrawal that this amounts to holds if the number comes back.

        Best run in a READ COMMITTED transaction: one that began earlier does not see a text
        that arrived since.

        :param str actor_name: who erases, for the ledger
        :param at_twilio: ``redact`` or ``delete`` what Twilio keeps too, falsy to leave it
        :raises UserError: while a text is being handed to Twilio
        """
        # sudo: the callers checked; a user may neither write threads nor texts
        threads = self.sudo().with_context(active_test=False, hr_sms_ledger=LEDGER)
        threads = threads.filtered(lambda thread: not thread.number_hmac)
        if not threads:
            return
        ledger = threads.env["hr.sms.consent"]
        threads.flush_recordset()
        # Not only against other events: a text that arrives now has to wait, and what arrived
        # just before must be seen.
        self.env.cr.execute(
            "SELECT FROM hr_sms_thread WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [threads.ids]
        )
        messages = threads.env["hr.sms.message"].search([("thread_id", "in", threads.ids)])
        if messages.filtered(lambda message: message.state == "sending"):
            raise UserError(
                self.env._("A text to this number is being sent right now. Try again in a minute.")
            )
        messages._erase_content(at_twilio)
        messages.write({"applicant_id": False})
        threads._erase_waiting_answers()
        threads.env["hr.sms.invitation"]._erase_of(threads)
        threads.env["hr.sms.source.ref"]._erase_of(threads.applicant_ids)
        threads.env["hr.sms.apply.link"].search([("thread_id", "in", threads.ids)]).unlink()
        threads._erase_elsewhere()
        threads._mark_applicants_erased()
        threads._erase_further_numbers()
        for thread in threads:
            [number_hmac] = self._number_hmacs(thread.company_id, [thread.number])
            thread.write(
                {
                    "number": erased_number(thread.id),
                    "number_hmac": number_hmac,
                    "user_id": False,
                    "applicant_ids": [fields.Command.clear()],
                }
            )
        threads.consent_ids._erase_evidence()
        ledger._append(
            [
                {
                    "thread": thread,
                    "event": "erased",
                    "method": "manual",
                    "actor_name": actor_name,
                }
                for thread in threads
            ]
        )

    def _mark_applicants_erased(self):
        """Have lists know applications that still have one of these numbers: nothing else does."""
        applicants = self.env["hr.applicant"]
        applicants.flush_model(["company_id", "job_id", "sms_number", "sms_erased_date"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE hr_applicant AS applicant
                   SET sms_erased_date = %(now)s
                  FROM hr_sms_thread AS thread, hr_applicant AS other
             LEFT JOIN hr_job AS job ON job.id = other.job_id
                 WHERE thread.id = ANY(%(threads)s)
                   AND other.sms_number = thread.number
                   AND COALESCE(other.company_id, job.company_id, %(company)s)
                       = thread.company_id
                   AND applicant.id = other.id
                """,
                now=fields.Datetime.now(),
                threads=self.ids,
                company=self.env.company.id,
            )
        )
        applicants.invalidate_model(["sms_erased_date"])

    def _erase_further_numbers(self):
        """Delete these numbers where they are further numbers of an applicant."""
        phones = self.env["hr.applicant.phone"].search([("number", "in", self.mapped("number"))])
        theirs = {(thread.company_id, thread.number) for thread in self}
        phones.filtered(
            lambda phone: (phone.applicant_id._sms_company(), phone.number) in theirs
        ).unlink()

    def _erase_waiting_answers(self):
        """Delete the answers that wait for their number to be corrected to one of these."""
        answers = self.env["hr.sms.pending.answer"].search(
            [("company_id", "in", self.company_id.ids)]
        )
        numbers = {
            (thread.company_id, thread.number): (
                thread.applicant_ids,
                phone_validation.phone_get_region_data_for_number(thread.number),
            )
            for thread in self
        }

        def is_theirs(answer):
            return any(
                company == answer.company_id
                and (
                    answer.applicant_id in applicants
                    or same_digits(
                        answer.typed_number, parsed["phone_code"], parsed["national_number"]
                    )
                )
                for (company, _number), (applicants, parsed) in numbers.items()
            )

        answers.filtered(is_theirs).unlink()

    def _erase_elsewhere(self):
        """Take what follows from these threads off Odoo's phone blacklist.

        Unless another company's thread still needs it: the list has no company.
        """
        others = self.search(
            [
                ("number", "in", self.mapped("number")),
                ("id", "not in", self.ids),
                ("consent_locked", "=", True),
            ]
        )
        gone = set(self.mapped("number")) - set(others.mapped("number"))
        self.env["phone.blacklist"]._sms_forget(list(gone))
