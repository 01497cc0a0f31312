"""Texting many as people live it, on a desk and on a phone: from the kanban, from a saved filter, later,
paused, gone on with and stopped, and what the figures say afterwards."""

from odoo.tests import tagged

from .test_campaign_live import LiveCampaignCase
from .workplace import WorkplaceCase

KANBAN = "/odoo/action-hr_recruitment.crm_case_categ0_act_job?view_type=kanban"
CAMPAIGNS = "/odoo/sms-campaigns"
ANALYSIS = "/odoo/action-hr_recruitment_texting.hr_sms_report_action"
FORM = ".o_sms_campaign_form"


@tagged("post_install", "-at_install")
class TestCampaignsOnScreen(WorkplaceCase, LiveCampaignCase):
    def give_job(self, people):
        """Without a job they stand in no column of the kanban that is open."""
        [job] = self.admin.call("hr.job", "search", [], limit=1)
        self.admin.call("hr.applicant", "write", people, {"job_id": job})

    def select(self, names, where):
        """Select cards of the kanban: Alt and a click, or a long touch for the first one on a phone."""
        for name in names:
            card = f"[...document.querySelectorAll('.o_kanban_record')].find((e) => e.innerText.includes({name!r}))"
            self.browser.wait_for(f"!!{card}")
            self.browser.eval(f"{card}.setAttribute('data-wanted', '')")
            is_touched = where == "phone" and name == names[0]
            event = "TouchEvent('touchstart'" if is_touched else "MouseEvent('click'"
            self.browser.eval(
                "document.querySelector('[data-wanted]')"
                f".dispatchEvent(new {event}, {{altKey: true, bubbles: true}})); true"
            )
            self.browser.wait_for("!!document.querySelector('[data-wanted].o_record_selected')")
            self.browser.eval(
                "document.querySelector('[data-wanted]').removeAttribute('data-wanted')"
            )

    def press(self, name, confirm=False):
        """Click a button of the form's head, which a phone has in a menu."""
        button = f"button[name={name}]"
        self.browser.wait_for_selector(f"{FORM} .o_form_statusbar, .o_form_view .o_form_statusbar")
        if not self.browser.eval(
            f"[...document.querySelectorAll({button!r})].some((e) => e.checkVisibility())"
        ):
            self.browser.click(
                ".o_statusbar_buttons .dropdown-toggle, .o_statusbar_buttons ~ .o-dropdown"
            )
        self.browser.click(button)
        if confirm:
            self.browser.click(".modal .btn-primary")
            self.browser.wait_for("!document.querySelector('.modal')")

    def test_from_the_kanban_paused_and_gone_on_with(self):
        for where, first in zip(self.desk_and_phone(), (6400, 6410), strict=True):
            with self.subTest(where):
                self.give_job(self.people(3, first))
                self.browser.goto(self.server.url + KANBAN)
                self.select([f"Live {first + number}" for number in range(3)], where)
                self.browser.click(".o_cp_action_menus .dropdown-toggle")
                self.click_text(".o-dropdown-item", "Send SMS")
                self.wait_for_text(".o_sms_preview_who", "3 get the text")
                self.browser.type(".o_sms_campaign_input", "Are you free tonight?")
                self.wait_for_text(".o_sms_preview_examples", "Are you free tonight?")
                self.no_sideways_scrolling()
                self.press("action_start", confirm=True)
                self.wait_for_text(".o_sms_progress", "of 3 are done")
                self.press("action_pause")
                self.wait_for_text(".o_sms_progress", "Paused")
                self.run_all()
                self.assertEqual(self.arrived(first, 3), set())
                self.no_sideways_scrolling()
                self.press("action_resume")
                self.browser.wait_for(
                    "!document.querySelector('.o_sms_progress').innerText.includes('Paused')"
                )
                self.run_all()
                self.wait_for_text(".o_sms_progress", "3 of 3 are done")
                self.eventually(lambda first=first: len(self.arrived(first, 3)) == 3)

    def choose(self, field, words, where):
        """Choose a record, from what is offered while typing or, on a phone, in a dialog."""
        if where == "phone":
            self.browser.click(f".o_field_widget[name={field}] input")
            self.click_text(".modal .o_kanban_record, .modal .o_data_row", words)
            self.browser.wait_for("!document.querySelector('.modal')")
        else:
            self.browser.type(f".o_field_widget[name={field}] input", words, clear=True)
            # not while those are there that were offered before
            self.browser.wait_for(
                "[...document.querySelectorAll('.o-autocomplete--dropdown-item')].every((e) =>"
                f" /Search more/.test(e.innerText) || e.innerText.includes({words!r}))"
            )
            self.click_text(".o-autocomplete--dropdown-item", words)

    def test_later_from_a_saved_filter_and_stopped(self):
        for where, first in zip(self.desk_and_phone(), (6500, 6510), strict=True):
            with self.subTest(where):
                self.people(2, first)
                name = f"Night shift {where}"
                domain = f"[('partner_name', 'like', 'Live {first // 10}')]"
                self.admin.call(
                    "ir.filters",
                    "create",
                    [{"name": name, "model_id": "hr.applicant", "domain": domain}],
                )
                self.browser.goto(self.server.url + CAMPAIGNS)
                self.browser.click(".o_list_button_add, .o-kanban-button-new")
                self.browser.wait_for_selector(FORM)
                if where == "desk":  # Odoo's own "By Job" finds everybody
                    self.browser.type(".o_field_widget[name=filter_id] input", "By Job")
                    self.wait_for_text(".o-autocomplete--dropdown-menu", "No records")
                self.choose("filter_id", name, where)
                self.browser.type(".o_sms_campaign_input", "Are you free tonight?")
                self.wait_for_text(".o_sms_preview_who", "2 get the text")
                self.wait_for_text(".o_sms_preview_examples", "Are you free tonight?")
                self.browser.click(
                    ".o_field_widget[name=scheduled_date] button, .o_field_widget[name=scheduled_date] input"
                )
                self.browser.wait_for_selector(".o_datetime_picker")
                self.browser.click(".o_datetime_picker .o_next")
                self.browser.click(
                    ".o_datetime_picker .o_date_item_cell:not(.o_out_of_range):not(.o_invalid)"
                )
                self.browser.click(".o_datetime_picker .o_apply, .o_datetime_picker .btn-primary")
                self.browser.wait_for("!document.querySelector('.o_datetime_picker')")
                self.no_sideways_scrolling()
                self.press("action_start")
                self.wait_for_text(".o_arrow_button_current, .o_statusbar_status", "Scheduled")
                self.run_all()
                self.press("action_stop", confirm=True)
                self.wait_for_text(".o_sms_progress", "Stopped")
                self.no_sideways_scrolling()
                self.run_all()
                self.assertEqual(self.arrived(first, 2), set())

    def test_figures(self):
        people = self.people(2, 6600)
        for person in people:
            self.admin.call("hr.applicant", "sms_send", [person], "Hello")
        for where in self.desk_and_phone():
            for view, shown in (
                ("graph", ".o_graph_canvas_container canvas"),
                ("pivot", ".o_pivot table"),
                ("list", ".o_list_renderer"),
            ):
                with self.subTest(where, view=view):
                    self.browser.goto(f"{self.server.url}{ANALYSIS}?view_type={view}")
                    self.browser.wait_for_selector(shown)
                    self.no_sideways_scrolling()
                    if view == "pivot":
                        self.wait_for_text(".o_pivot", "Delivery Rate")
