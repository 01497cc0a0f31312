from string import Formatter
from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

from ..rules import keywords, segments, text_to_apply

_LANGUAGES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "nl": "Dutch",
}
_WORD_LIMIT = 40
# Units of its encoding: three segments at most.
_REPLY_LIMIT = 459


class Keyword(NamedTuple):
    """What a whole text was taken for.

    :param str word: folded
    :param str action: ``stop``, ``start``, ``help`` or ``apply``
    :param str lang: language of the answer, a key of ``keywords.ANSWERS``
    :param reply: the answer in own words, falsy for the usual one
    :param int row: id of the ``hr.sms.keyword``, 0 for a built-in word
    """

    word: str
    action: str
    lang: str
    reply: str | None = None
    row: int = 0


class HrSmsKeyword(models.Model):
    """A word that a candidate texts to say something to the system.

    Built-in words are rows too, so that a manager sees them and can word their answers, but what
    they do is in ``rules/keywords.py`` and holds without any row.
    """

    _name = "hr.sms.keyword"
    _description = "SMS Keyword"
    _order = "is_built_in, action, lang, word"
    _rec_name = "word"

    word = fields.Char(
        required=True, help="The whole text; case, accents and punctuation do not matter."
    )
    folded = fields.Char(compute="_compute_folded", store=True, index=True)
    lang = fields.Selection(
        list(_LANGUAGES.items()),
        "Language",
        required=True,
        default=lambda self: self._default_lang(),
        help="Of the answer, and of the poster.",
    )
    action = fields.Selection(
        [
            ("stop", "Opt out"),
            ("start", "Opt in"),
            ("help", "Help"),
            ("apply", "Apply for a job"),
        ],
        required=True,
    )
    job_id = fields.Many2one(
        "hr.job", ondelete="cascade", help="Empty: the candidate chooses the job."
    )
    reply = fields.Text(
        "Answer",
        help="In your own words; empty for the usual answer. {company} is your company, and {job} "
        "the job, where there is one. The link to apply and the small print follow by themselves.",
    )
    company_id = fields.Many2one("res.company", ondelete="cascade", help="Empty: all companies.")
    active = fields.Boolean(default=True)
    is_built_in = fields.Boolean("Built-in", readonly=True)

    _folded_unique = models.UniqueIndex(
        "(COALESCE(company_id, 0), folded)", "This word is a keyword already."
    )

    @api.model
    def _default_lang(self):
        lang = (self.env.lang or "").partition("_")[0]
        return lang if lang in _LANGUAGES else "en"

    @api.depends("word")
    def _compute_folded(self):
        for keyword in self:
            keyword.folded = keywords.fold_keyword(keyword.word)

    # ------------------------------------------------------------
    # What may be a keyword
    # ------------------------------------------------------------

    @api.constrains("word", "action", "job_id", "reply", "company_id")
    def _check_keyword(self):
        for keyword in self:
            if not keyword.folded or len(keyword.folded) > _WORD_LIMIT:
                raise ValidationError(
                    self.env._(
                        "A keyword has at least one letter or digit and at most %(limit)s "
                        "characters.",
                        limit=_WORD_LIMIT,
                    )
                )
            keyword._check_built_in_word()
            if keyword.job_id and keyword.action != "apply":
                raise ValidationError(
                    self.env._("Only a keyword to apply belongs to a job. Remove the job.")
                )
            keyword._check_reply()

    def _check_built_in_word(self):
        built_in = keywords.BUILT_IN.get(self.folded)
        if built_in and built_in[0] != self.action:
            labels = dict(self._fields["action"]._description_selection(self.env))
            raise ValidationError(
                self.env._(
                    "“%(word)s” is a built-in word (%(action)s) and cannot mean anything else. "
                    "Choose another word.",
                    word=self.word,
                    action=labels[built_in[0]],
                )
            )

    def _check_reply(self):
        try:
            names = {name for _text, name, *_rest in Formatter().parse(self.reply or "")} - {None}
        except ValueError:
            names = {""}
        known = text_to_apply.PLACEHOLDERS if self.action == "apply" else {"company"}
        if names - known:
            raise ValidationError(
                self.env._(
                    "The answer knows these placeholders only: %(placeholders)s. Write other "
                    "braces as {{ and }}.",
                    placeholders=", ".join(f"{{{name}}}" for name in sorted(known)),
                )
            )
        if segments.count(self.reply or "").units > _REPLY_LIMIT:
            raise ValidationError(
                self.env._(
                    "The answer is longer than %(limit)s characters. Shorten it.",
                    limit=_REPLY_LIMIT,
                )
            )

    # ------------------------------------------------------------
    # Built-in words stay
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not self.env.context.get("hr_sms_built_in") is _BUILT_IN:
                vals["is_built_in"] = False
            self._company_of_job(vals)
            self.browse()._refuse_conflict(vals)
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if self.filtered("is_built_in") and vals.keys() - {"reply"}:
            raise UserError(
                self.env._(
                    "Built-in words stay as they are: candidates and carriers rely on them. Only "
                    "the answer can be changed."
                )
            )
        vals = {name: value for name, value in vals.items() if name != "is_built_in"}
        self._company_of_job(vals)
        for keyword in self:
            keyword._refuse_conflict(vals)
        self.env.registry.clear_cache()
        return super().write(vals)

    def copy_data(self, default=None):
        return [
            {**vals, "word": self.env._("%s (copy)", vals["word"])}
            for vals in super().copy_data(default)
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_built_in(self):
        if self.filtered("is_built_in"):
            raise UserError(
                self.env._(
                    "Built-in words cannot be deleted: candidates and carriers rely on them."
                )
            )
        self.env.registry.clear_cache()

    def _company_of_job(self, vals):
        """Two jobs of a company cannot have the same word: theirs is the job's company."""
        if vals.get("job_id") and not vals.get("company_id"):
            vals["company_id"] = self.env["hr.job"].browse(vals["job_id"]).company_id.id

    @api.model
    def _ensure_built_in(self):
        """Make the rows of built-in words that are missing. Called at install and update."""
        model = self.sudo().with_context(active_test=False, hr_sms_built_in=_BUILT_IN)
        known = set(model.search([("is_built_in", "=", True)]).mapped("folded"))
        model.create(
            [
                {"word": word.upper(), "action": action, "lang": lang, "is_built_in": True}
                for word, (action, lang) in keywords.BUILT_IN.items()
                if word not in known
            ]
        )

    # ------------------------------------------------------------
    # Matching
    # ------------------------------------------------------------

    @api.model
    def _match(self, companies, body):
        """Match a whole text against the keywords, never inside a sentence.

        Whatever opts out in any company that shares the number, or in any language, opts out.

        :param companies: ``res.company`` records the text may be for
        :param body: the received text
        :returns: :class:`Keyword`, ``None`` when it is an ordinary text
        """
        word = keywords.fold_keyword(body)
        if not word:
            return None
        table = self._vocabulary()
        own = [table.get((company, word)) for company in (*companies.ids, 0)]
        found = [Keyword(word, *row) for row in own if row]
        if word in keywords.BUILT_IN:
            found.append(Keyword(word, *keywords.BUILT_IN[word]))
        return next((keyword for keyword in found if keyword.action == "stop"), None) or next(
            iter(found), None
        )

    @api.model
    @tools.ormcache()
    def _vocabulary(self):
        """Return all keywords: ``{(company id or 0, word): (action, lang, reply, id)}``."""
        # sudo: what a candidate's text means does not depend on who receives it
        return {
            (keyword.company_id.id or 0, keyword.folded): (
                keyword.action,
                keyword.lang,
                keyword.reply or None,
                keyword.id,
            )
            for keyword in self.sudo().search([])
        }


# Only _ensure_built_in makes built-in rows: an object that nobody can send over RPC says so.
_BUILT_IN = object()
