from types import SimpleNamespace
from unittest.mock import patch

from odoo import Command
from odoo.tests import new_test_user, tagged

from .common import OtherModulesCase


@tagged("post_install", "-at_install")
class TestOtherTexts(OtherModulesCase):
    """What other departments text is theirs, but not to who opted out of all texts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.templates = {
            model: cls.env["sms.template"].create(
                {
                    "name": model,
                    "model_id": cls.env["ir.model"]._get_id(model),
                    "body": "News about {{ object.display_name }}",
                }
            )
            for model in ("event.registration", "pos.order", "project.project", "project.task")
        }

    def employee(self, login, groups):
        return new_test_user(
            self.env,
            login=login,
            groups=groups,
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )

    def test_website_visitors(self):
        """website_sms: the button on a visitor opens the composer on their contact."""
        user = self.employee(
            "web", "base.group_user,website.group_website_designer,base.group_partner_manager"
        )
        for state, partner in self.people.items():
            visitor = self.env["website.visitor"].create({"access_token": partner.id})
            self.assertEqual(visitor.partner_id, partner)
            action = visitor.with_user(user).action_send_sms()
            composers = self.env[action["res_model"]].with_user(user)
            composer = composers.with_context(**action["context"]).create({"body": state})
            composer.action_send_sms()
        self.assert_open_ones_got_it()
        self.assert_failures_show(self.people)

    def test_event_registrations(self):
        """event_sms: the confirmation when somebody registers, and the reminder."""
        now = {"interval_unit": "now", "interval_type": "after_sub"}
        before = {"interval_nbr": 3, "interval_unit": "days", "interval_type": "before_event"}
        template = self.templates["event.registration"]
        event = self.env["event.event"].create(
            {
                "name": "Open day",
                "company_id": self.company.id,
                "date_begin": "2040-01-01 08:00:00",
                "date_end": "2040-01-01 18:00:00",
                "event_mail_ids": [
                    Command.create(
                        {
                            "notification_type": "sms",
                            "template_ref": f"sms.template,{template.id}",
                            **interval,
                        }
                    )
                    for interval in (now, before)
                ],
            }
        )
        registrations = {
            state: self.env["event.registration"].create(
                {"event_id": event.id, "partner_id": partner.id, "phone": partner.phone}
            )
            for state, partner in self.people.items()
        }
        self.send_waiting()
        self.assert_open_ones_got_it()
        self.assert_notes_show(registrations)
        self.left_by_core.clear()
        reminder = event.event_mail_ids.filtered(lambda mail: mail.interval_type != "after_sub")
        reminder._execute_event_based_for_registrations(event.registration_ids)
        self.send_waiting()
        self.assert_open_ones_got_it()

    def test_event_of_another_company_than_the_cron_s(self):
        """OdooBot sends for all companies: the opt-out is the event's company's."""
        event = self.env["event.event"].create(
            {
                "name": "Open day",
                "company_id": self.company.id,
                "date_begin": "2040-01-01 08:00:00",
                "date_end": "2040-01-01 18:00:00",
                "event_mail_ids": [Command.clear()],
            }
        )
        registrations = {
            state: self.env["event.registration"].create(
                {"event_id": event.id, "partner_id": partner.id, "phone": partner.phone}
            )
            for state, partner in self.people.items()
        }
        main = self.env.ref("base.main_company")
        everybody = event.registration_ids.with_context(allowed_company_ids=main.ids)
        everybody._message_sms_schedule_mass(template=self.templates["event.registration"])
        self.send_waiting()
        self.assert_open_ones_got_it()
        self.assert_notes_show(registrations)

    def test_receipts_of_the_point_of_sale(self):
        """pos_sms: the cashier types a number on the receipt screen."""
        self.env["account.journal"].create({"name": "Bank", "type": "bank", "code": "BNK1"})
        config = self.env["pos.config"].create(
            {
                "name": "Canteen",
                "module_pos_sms": True,
                "sms_receipt_template_id": self.templates["pos.order"].id,
            }
        )
        session = self.env["pos.session"].create({"config_id": config.id, "user_id": self.env.uid})
        orders = {
            state: self.env["pos.order"].create(
                {
                    "session_id": session.id,
                    "company_id": self.company.id,
                    "amount_tax": 0,
                    "amount_total": 0,
                    "amount_paid": 0,
                    "amount_return": 0,
                }
            )
            for state in self.people
        }
        for state, order in orders.items():
            order.action_sent_message_on_sms(self.people[state].phone, None)
        self.assert_open_ones_got_it()
        self.assert_failures_show(orders)

    def test_deliveries(self):
        """stock_sms: the parcel is on its way."""
        self.company.write({"stock_text_confirmation": True, "stock_confirmation_type": "sms"})
        self.company.has_received_warning_stock_sms = True
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", self.company.id)])
        product = self.env["product.product"].create({"name": "Badge", "type": "consu"})
        deliveries = {}
        for state, partner in self.people.items():
            deliveries[state] = self.env["stock.picking"].create(
                {
                    "partner_id": partner.id,
                    "picking_type_id": warehouse.out_type_id.id,
                    "location_id": warehouse.lot_stock_id.id,
                    "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                    "move_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "product_uom_qty": 1,
                                "location_id": warehouse.lot_stock_id.id,
                                "location_dest_id": self.env.ref(
                                    "stock.stock_location_customers"
                                ).id,
                            }
                        )
                    ],
                }
            )
        # stock_sms sends nothing while tests run
        outside_tests = SimpleNamespace(module=SimpleNamespace(current_test=False))
        with patch("odoo.addons.stock_sms.models.stock_picking.modules", outside_tests):
            for delivery in deliveries.values():
                delivery.action_confirm()
                delivery.move_ids.quantity = 1
                delivery.move_ids.picked = True
                delivery.button_validate()
        self.assertEqual({delivery.state for delivery in deliveries.values()}, {"done"})
        self.assert_open_ones_got_it()
        self.assert_failures_show(deliveries)

    def test_projects_and_tasks(self):
        """project_sms: a stage texts the customer."""
        user = self.employee(
            "project", "project.group_project_manager,project.group_project_stages"
        )
        stage = self.env["project.project.stage"].create(
            {"name": "Started", "sms_template_id": self.templates["project.project"].id}
        )
        projects = {
            state: self.env["project.project"].create(
                {"name": "Move", "partner_id": partner.id, "company_id": self.company.id}
            )
            for state, partner in self.people.items()
        }
        for project in projects.values():
            project.with_user(user).stage_id = stage
        self.assert_open_ones_got_it()
        self.assert_failures_show(projects)
        self.left_by_core.clear()
        stage = self.env["project.task.type"].create(
            {"name": "Done", "sms_template_id": self.templates["project.task"].id}
        )
        tasks = {
            state: self.env["project.task"].create(
                {"name": "Pack", "partner_id": project.partner_id.id, "project_id": project.id}
            )
            for state, project in projects.items()
        }
        for task in tasks.values():
            task.with_user(user).stage_id = stage
        self.assert_open_ones_got_it()
        self.assert_failures_show(tasks)

    def test_absent_employees(self):
        """hr_presence: where are you?"""
        user = self.employee("hr", "hr.group_hr_manager")
        employees = {
            state: self.env["hr.employee"].create(
                {
                    "name": state,
                    "mobile_phone": partner.phone,
                    "work_contact_id": partner.id,
                    "company_id": self.company.id,
                }
            )
            for state, partner in self.people.items()
        }
        everybody = self.env["hr.employee"].browse(employee.id for employee in employees.values())
        action = everybody.with_user(user).action_send_sms()
        composers = self.env[action["res_model"]].with_user(user)
        composers.with_context(**action["context"]).create({}).action_send_sms_mass_now()
        self.assert_open_ones_got_it()
        self.assert_notes_show(employees)
