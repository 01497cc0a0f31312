"""The first look at a living database: who has not agreed, what is held back, what to do."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import TextingCase


@tagged("post_install", "-at_install")
class TestTakeover(TextingCase):
    def look(self, user=None):
        model = self.env["hr.sms.takeover"].with_user(user or self.manager)
        action = model.action_takeover()
        return model.browse(action["res_id"])

    def line(self, name, user=None):
        return self.look(user).line_ids.filtered(lambda line: line.name == name)

    def make_action(self, name="Text them", model="hr.applicant", **values):
        return self.env["ir.actions.server"].create(
            {
                "name": name,
                "model_id": self.env["ir.model"]._get_id(model),
                "state": "sms",
                "sms_method": "sms",
                "sms_template_id": self.env["sms.template"]
                .create(
                    {"name": name, "model_id": self.env["ir.model"]._get_id(model), "body": "Hi"}
                )
                .id,
                **values,
            }
        )

    def test_counts(self):
        before = self.look()
        self.assertEqual(before.company_id, self.company)
        for number, (event, method) in enumerate(
            (
                ("granted", "manual"),
                ("declined", "job_form"),
                ("withdrawn", "keyword"),
                ("review", "reply"),
            )
        ):
            applicant = self.make_applicant(partner_phone=f"+1202555013{number}")
            self.append(event, method, applicant)
        self.make_applicant(partner_phone="12")
        self.make_applicant(partner_phone="+12025550139", email_from="robin@example.com")
        other = self.env["res.company"].create({"name": "Other"})
        self.make_applicant(company_id=other.id, job_id=False)
        after = self.look()
        grown = {
            name: after[name] - before[name]
            for name in (
                "total",
                "granted",
                "none",
                "declined",
                "withdrawn",
                "review",
                "without_number",
                "askable",
            )
        }
        self.assertEqual(
            grown,
            {
                "total": 6,
                "granted": 1,
                "none": 2,
                "declined": 1,
                "withdrawn": 1,
                "review": 1,
                "without_number": 1,
                "askable": 1,
            },
        )
        for state, count in (("none", after.none), ("askable", after.askable), ("granted", 1)):
            action = after.with_context(sms_state=state).action_applicants()
            found = self.env["hr.applicant"].with_user(self.manager).search(action["domain"])
            self.assertEqual(len(found), count, state)

    def test_server_actions(self):
        self.make_action()
        self.make_action("Of contacts", model="res.partner")
        self.make_action(
            "By code", state="code", code="records._message_sms('Hi')", sms_template_id=False
        )
        self.make_action("Other code", state="code", code="pass", sms_template_id=False)
        [line] = self.line("Text them")
        self.assertEqual(line.kind, "Server action")
        self.assertTrue(self.line("By code"))
        self.assertFalse(self.line("Of contacts") | self.line("Other code"))
        # What people start by hand is no automation.
        send = self.env.ref("hr_recruitment_sms.action_applicant_send_sms")
        self.assertFalse(self.line(send.name))

    def test_links_open_for_who_may(self):
        action = self.make_action()
        self.assertFalse(self.line("Text them").can_open)
        with self.assertRaises(AccessError):
            self.line("Text them").action_open()
        admin = new_test_user(
            self.env,
            login="sms_admin",
            groups="base.group_system",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        line = self.line("Text them", admin)
        self.assertTrue(line.can_open)
        opened = line.action_open()
        self.assertEqual((opened["res_model"], opened["res_id"]), ("ir.actions.server", action.id))

    def test_reminders(self):
        alarm = self.env["calendar.alarm"].create(
            {"name": "Text an hour before", "alarm_type": "sms", "duration": 1, "interval": "hours"}
        )
        self.assertFalse(self.line(alarm.name))
        start = fields.Datetime.now() + timedelta(days=2)
        for days in (0, 3, -9):
            self.env["calendar.event"].create(
                {
                    "name": "Interview",
                    "start": start + timedelta(days=days),
                    "stop": start + timedelta(days=days, hours=1),
                    "applicant_id": self.applicant.id,
                    "alarm_ids": [Command.set(alarm.ids)],
                }
            )
        [line] = self.line(alarm.name)
        self.assertEqual((line.kind, line.waiting), ("Reminder of an interview", 2))

    def test_automation_rules_if_they_are_installed(self):
        if "base.automation" not in self.env:
            self.assertEqual(self.env["hr.sms.automations"]._find_rules(), [])
            return
        action = self.make_action("Text on refusal")
        rule = self.env["base.automation"].create(
            {
                "name": "On refusal",
                "model_id": self.env["ir.model"]._get_id("hr.applicant"),
                "trigger": "on_archive",
                "action_server_ids": [Command.set(action.ids)],
            }
        )
        self.assertEqual(self.line(rule.name).kind, "Automation rule")
        self.assertFalse(self.line("Text on refusal"))

    def test_rights(self):
        for user in (self.nobody, self.viewer, self.sender):
            with self.assertRaises(AccessError):
                self.look(user)

    def test_the_import_from_here(self):
        action = self.look().action_import()
        self.assertEqual(action["res_model"], "hr.sms.consent.import")

    def test_who_installs_sees_it_once(self):
        todo = self.env.ref("hr_recruitment_texting.todo_takeover")
        todo.action_open()
        action = self.env["ir.module.module"].next()
        self.assertEqual(action["id"], self.env.ref("hr_recruitment_texting.action_takeover").id)
        self.assertEqual(action["type"], "ir.actions.server")
        self.assertEqual(todo.state, "done")
