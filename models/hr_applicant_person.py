from odoo import api, models

from ..rules.keywords import fold_text


class HrApplicant(models.Model):
    """Which applications are of one person."""

    _inherit = "hr.applicant"

    @api.model
    def _sms_same_person(self, pairs):
        """Say which applications, known to share a number, are of the same person.

        They are if they share a contact, an e-mail address or a name, or if nothing is known
        about one of them that could tell them apart.

        :param pairs: set of ``(id, id)`` of ``hr.applicant``; the second may be deleted by now,
            the ledger still knows its name
        :returns: the set of those pairs that are one person
        """
        if not pairs:
            return set()
        people = self._sms_people({applicant for pair in pairs for applicant in pair})
        nobody = (None, None, "")

        def same(one, other):
            if not any(one) or not any(other):
                return True
            return any(mine and mine == theirs for mine, theirs in zip(one, other, strict=True))

        return {
            (one, other)
            for one, other in pairs
            if one == other or same(people.get(one, nobody), people.get(other, nobody))
        }

    def _sms_people(self, ids):
        """Return what tells people apart: ``{id: (contact id, e-mail address, folded name)}``."""
        # sudo: compared, not shown
        applicants = self.sudo().with_context(active_test=False).browse(ids).exists()
        people = {
            applicant.id: (
                applicant.partner_id.id or None,
                applicant.email_normalized or None,
                fold_text(applicant.partner_name),
            )
            for applicant in applicants
        }
        gone = set(ids) - people.keys()
        if gone:
            events = self.env["hr.sms.consent"].sudo().search([("applicant_ref", "in", list(gone))])
            for event in events.sorted("id"):
                people[event.applicant_ref] = (None, None, fold_text(event.applicant_name))
        return people
