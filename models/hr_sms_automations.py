from dataclasses import dataclass

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

KINDS = {
    "action": _lt("Server action"),
    "rule": _lt("Automation rule"),
    "stage": _lt("Text of a stage"),
    "reminder": _lt("Reminder of an interview"),
    "mailing": _lt("SMS mailing"),
}
# What code that sends texts calls, in Odoo's own words.
_SENDING = ("_message_sms", "sms.composer", "sms.sms")
_MODEL = "hr.applicant"


@dataclass(frozen=True)
class Automation:
    """Something that texts applicants by itself.

    :param str kind: a key of ``KINDS``
    :param record: what to open to change it (superuser)
    :param int waiting: interviews or recipients to come, 0 when that is not known
    """

    kind: str
    record: object
    waiting: int = 0


class HrSmsAutomations(models.AbstractModel):
    """Which automations of this database text applicants: they go by the gate now.

    Some of the modules they belong to may not be installed.
    """

    _name = "hr.sms.automations"
    _description = "Automations That Text Applicants"

    @api.model
    def _find(self):
        """Return what texts applicants by itself.

        The callers check who may know: names of automations are all they show.

        :returns: list of :class:`Automation`
        """
        # sudo: SMS managers read neither server actions nor mailings, and are to know of them
        automations = self.sudo()
        return [
            *automations._find_rules(),
            *automations._find_actions(),
            *automations._find_stages(),
            *automations._find_reminders(),
            *automations._find_mailings(),
        ]

    def _sending_actions(self):
        """Return the domain of server actions that text applicants."""
        by_code = Domain.OR(Domain("code", "like", words) for words in _SENDING)
        return Domain("model_id.model", "=", _MODEL) & (
            Domain("state", "=", "sms") | Domain("state", "=", "code") & by_code
        )

    def _find_rules(self):
        if "base.automation" not in self.env:
            return []
        rules = self.env["base.automation"].search(
            [("action_server_ids", "any", self._sending_actions())]
        )
        return [Automation("rule", rule) for rule in rules]

    def _find_actions(self):
        domain = self._sending_actions()
        if "base.automation" in self.env:
            domain &= Domain("base_automation_id", "=", False)
        return [
            Automation("action", action) for action in self.env["ir.actions.server"].search(domain)
        ]

    def _find_stages(self):
        """Odoo 19 itself has no text of a stage; whatever adds one points to a text template."""
        stages = self.env["hr.recruitment.stage"]
        names = [
            name
            for name, field in stages._fields.items()
            if field.type == "many2one" and field.comodel_name == "sms.template" and field.store
        ]
        if not names:
            return []
        found = stages.search(Domain.OR(Domain(name, "!=", False) for name in names))
        return [Automation("stage", stage) for stage in found]

    def _find_reminders(self):
        """Reminders by text that an interview to come has."""
        groups = self.env["calendar.event"]._read_group(
            [
                ("applicant_id", "!=", False),
                ("start", ">=", fields.Datetime.now()),
                ("alarm_ids.alarm_type", "=", "sms"),
            ],
            ["alarm_ids"],
            ["__count"],
        )
        return [
            Automation("reminder", alarm, count)
            for alarm, count in groups
            if alarm.alarm_type == "sms"
        ]

    def _find_mailings(self):
        if "mailing.mailing" not in self.env:
            return []
        mailings = self.env["mailing.mailing"].search(
            [
                ("mailing_type", "=", "sms"),
                ("mailing_model_id.model", "=", _MODEL),
                ("state", "in", ("draft", "in_queue", "sending")),
            ]
        )
        return [Automation("mailing", mailing) for mailing in mailings]
