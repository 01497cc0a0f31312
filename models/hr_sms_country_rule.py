from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ..rules import quiet_hours
from ..rules.phone import taken_for

HOURS = (0.0, 24.0)


class HrSmsCountryRule(models.Model):
    """What a company does with numbers of some countries.

    French numbers are refused at first: French operators do not carry texts from software to
    mobile numbers that come from ordinary long numbers
    (https://www.twilio.com/en-us/guidelines/fr/sms).
    """

    _name = "hr.sms.country.rule"
    _description = "SMS Country Rule"
    _order = "company_id, id"
    _rec_name = "rule"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
        index=True,
    )
    country_ids = fields.Many2many(
        "res.country",
        string="Countries",
        required=True,
        help="Overseas territories have numbers of their own: name them too if they are meant.",
    )
    rule = fields.Selection(
        [
            ("refuse", "No texts"),
            ("one_way", "One-way: no replies, no STOP"),
            ("allow", "Texts"),
        ],
        required=True,
        default="refuse",
        help="One-way: the carriers there replace our number by another one, so replies and STOP "
        "do not arrive. The SMS tab says so.",
    )
    has_own_hours = fields.Boolean("Own Quiet Hours")
    open_from = fields.Float("Texts From", default=8.0)
    open_until = fields.Float("Texts Until", default=21.0)

    _hours_on_the_clock = models.Constraint(
        "CHECK (open_from >= 0 AND open_from <= 24 AND open_until >= 0 AND open_until <= 24)",
        "Hours go from 0:00 to 24:00.",
    )

    @api.onchange("country_ids")
    def _onchange_country_ids(self):
        """Say when a rule cannot do what it seems to: numbers do not tell every territory."""
        named = set(self.country_ids.mapped("code"))
        mixed_up = [
            self.env._(
                "Mobile numbers of %(territory)s cannot be told from those of %(country)s. The rule "
                "covers them only if it names %(country)s, too.",
                territory=country.name,
                country=neighbour.name,
            )
            for country in self.country_ids
            if (neighbour := self._neighbour(country)) and neighbour.code not in named
        ]
        if not mixed_up:
            return None
        return {"warning": {"title": self.env._("Shared numbers"), "message": "\n".join(mixed_up)}}

    def _neighbour(self, country):
        code = taken_for(country.code)
        return code and self.env["res.country"].browse(self._country_ids().get(code))

    @api.constrains("country_ids", "company_id")
    def _check_country_once(self):
        for rule in self:
            if not rule.country_ids:
                raise ValidationError(self.env._("Choose the countries the rule is for."))
            twin = self.search(
                [
                    ("company_id", "=", rule.company_id.id),
                    ("country_ids", "in", rule.country_ids.ids),
                    ("id", "!=", rule.id),
                ],
                limit=1,
            )
            if twin:
                raise ValidationError(
                    self.env._(
                        "%(countries)s already has a rule. Change that one instead.",
                        countries=", ".join((twin.country_ids & rule.country_ids).mapped("name")),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self.env.registry.clear_cache()
        return rules

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.model
    @ormcache("company_id")
    def _by_country(self, company_id):
        """Return a company's rules as the gate needs them.

        :param int company_id: of the company
        :returns: dict from country code to ``(rule, hours)``, hours being ``None`` or a tuple
            ``(from, until)`` of local hours
        """
        # sudo: the gate keeps the rules, whoever sends; cached, without records
        return {
            country.code: (
                rule.rule,
                (rule.open_from, rule.open_until) if rule.has_own_hours else None,
            )
            for rule in self.sudo().search([("company_id", "=", company_id)])
            for country in rule.country_ids
        }

    @api.model
    def _is_one_way(self, company, number):
        """Tell whether replies from a number do not arrive.

        :param company: ``res.company`` record
        :param number: E.164, falsy when there is none
        :returns: bool
        """
        rules = number and self._by_country(company.id)
        return bool(rules) and rules.get(quiet_hours.region_of(number), (None,))[0] == "one_way"

    @api.model
    @ormcache()
    def _country_ids(self):
        """Return ``{country code: id of res.country}``."""
        return {country.code: country.id for country in self.env["res.country"].search([])}
