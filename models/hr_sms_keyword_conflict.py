from odoo import models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..rules import keywords


class HrSmsKeyword(models.Model):
    """One word, one meaning: what is against a word is said when it is saved, and where.

    A company's own words and those of all companies stand side by side. Between them an opt-out
    wins, so only a word to apply can be in the way, or be kept from working.
    """

    _inherit = "hr.sms.keyword"

    def _refuse_conflict(self, vals):
        """Refuse values that give a keyword a word which means something else already.

        :param dict vals: of a new keyword (``self`` is empty), or to be written to one
        :raises ValidationError: naming what has the word
        """
        if not vals.keys() & {"word", "action", "company_id", "job_id"}:
            return
        word = vals.get("word", self.word)
        action = vals.get("action", self.action)
        folded = keywords.fold_keyword(word)
        company = vals.get("company_id", self.company_id.id) or False
        if not folded or folded in keywords.BUILT_IN:
            return  # see _check_keyword
        # sudo: also what the user may not see keeps a word from being free
        others = (
            self.sudo()
            .with_context(active_test=False)
            .search(
                Domain("folded", "=", folded)
                & Domain("id", "not in", self.ids)
                & (Domain("company_id", "in", [company, False]) if company else Domain.TRUE)
            )
        )
        others = others.filtered(
            lambda other: other.company_id.id == company or "apply" in (action, other.action)
        )
        if others:
            raise ValidationError(self._conflict_text(word, others[0]))

    def _conflict_text(self, word, other):
        """Say what has a word already.

        :param str word: as it was typed
        :param other: ``hr.sms.keyword`` record (superuser)
        :returns: str
        """
        company = other.company_id
        if company and company not in self.env.user.company_ids:
            return self.env._(
                "“%(word)s” is a keyword of another company already. Choose another word.",
                word=word,
            )
        labels = dict(self._fields["action"]._description_selection(self.env))
        values = {
            "word": word,
            "other": other.word,
            "action": labels[other.action],
            "job": other.job_id.name,
        }
        if not other.active:
            return self.env._(
                "“%(word)s” is the same as the archived keyword “%(other)s” (%(action)s). Delete "
                "that one, or choose another word.",
                **values,
            )
        if other.job_id:
            return self.env._(
                "“%(word)s” is the same as “%(other)s”, the keyword of the job “%(job)s”. Choose "
                "another word, or change it there first.",
                **values,
            )
        return self.env._(
            "“%(word)s” is the same as the keyword “%(other)s” (%(action)s). Choose another word, "
            "or change that one first.",
            **values,
        )
