from odoo import api, models
from odoo.tools.translate import get_translation

from ..rules.keywords import fold_text


class HrApplicant(models.Model):
    """Which applications are of one person."""

    _inherit = "hr.applicant"

    @api.model
    def _sms_same_person(self, pairs):
        """Say which applications, known to share a number, are of the same person.

        They are if they share a contact, an e-mail address, a talent or a name, or if nothing is
        known about one of them that could tell them apart.

        :param pairs: set of ``(id, id)`` of ``hr.applicant``; the second may be deleted by now,
            the ledger still knows its name
        :returns: the set of those pairs that are one person
        """
        if not pairs:
            return set()
        people = self._sms_people({applicant for pair in pairs for applicant in pair})
        nobody = (None, None, None, "")

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
        """Return what tells people apart.

        :param ids: ids of ``hr.applicant``, some may be deleted by now
        :returns: dict from id to ``(contact id, e-mail address, talent id, folded name)``
        """
        # sudo: compared, not shown
        applicants = self.sudo().with_context(active_test=False).browse(ids).exists()
        markers = self._sms_copy_markers()
        people = {
            applicant.id: (
                applicant.partner_id.id or None,
                applicant.email_normalized or None,
                applicant.pool_applicant_id.id or None,
                self._sms_folded_name(applicant.partner_name, markers),
            )
            for applicant in applicants
        }
        gone = set(ids) - people.keys()
        if gone:
            events = self.env["hr.sms.consent"].sudo().search([("applicant_ref", "in", list(gone))])
            for event in events.sorted("id"):
                name = self._sms_folded_name(event.applicant_name, markers)
                people[event.applicant_ref] = (None, None, None, name)
        return people

    @api.model
    def _sms_copy_markers(self):
        """Return what Odoo puts around the name of a duplicated application.

        :returns: list of ``(prefix, suffix)``, one for each language of this database; see
            ``copy_data`` in ``hr_recruitment/models/hr_applicant.py``
        """
        templates = {
            get_translation("hr_recruitment", code, "%s (copy)", ())
            for code, _name in self.env["res.lang"].get_installed()
        }
        return [tuple(template.split("%s", 1)) for template in templates if "%s" in template]

    def _sms_folded_name(self, name, markers):
        """Return a name for comparison: a duplicate's is that of the application it was made of.

        What has no letter is no name: who applied by text is called by their number at first.
        """
        name = name if any(map(str.isalpha, name or "")) else ""
        shorter = True
        while shorter:
            shorter = next(
                (
                    name[len(prefix) : len(name) - len(suffix)]
                    for prefix, suffix in markers
                    if len(name) > len(prefix) + len(suffix)
                    and name.startswith(prefix)
                    and name.endswith(suffix)
                    and (prefix or suffix)
                ),
                None,
            )
            name = shorter or name
        return fold_text(name)
