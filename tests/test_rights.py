"""Who may see and do what, tried the way a client does: by public methods, as real users."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TextingCase

MODELS = ("hr.sms.thread", "hr.sms.message", "hr.sms.consent")
HIDDEN_MODELS = ("hr.sms.consent.evidence", "hr.sms.pending.answer", "hr.sms.source.ref")
FIELDS = ("sms_number", "sms_thread_ids", "sms_consent_state")


@tagged("post_install", "-at_install")
class TestRights(TextingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["hr.sms.consent"]._append(
            [
                {
                    "thread": cls.applicant._sms_thread(cls.applicant.sms_number, create=True),
                    "event": "granted",
                    "method": "job_form",
                    "applicant": cls.applicant,
                }
            ]
        )
        cls.message = cls.env["hr.sms.message"].browse(cls.applicant.sms_send("Hello"))
        cls.thread = cls.message.thread_id
        # What is refused is refused for want of View, not of the right to export.
        export = [Command.link(cls.env.ref("base.group_allow_export").id)]
        (cls.nobody | cls.viewer).write({"group_ids": export})
        cls.env.flush_all()

    def rpc(self, user, model, method, *args, **kwargs):
        """Call a method as a client of that user does."""
        self.env.invalidate_all()
        return call_kw(self.env(user=user)[model], method, args, kwargs)

    def assertAllRefused(self, user, calls):
        for model, method, *args in calls:
            with (
                self.subTest(user=user.login, model=model, method=method, args=args),
                mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"),
                self.assertRaises(AccessError),
                self.env.cr.savepoint(),
            ):
                self.rpc(user, model, method, *args)

    def ours(self, model):
        field = "thread_id.company_id" if model == "hr.sms.consent" else "company_id"
        return self.env[model].search([(field, "=", self.company.id)])

    def reads(self, model, ids):
        return [
            (model, "read", ids, ["id"]),
            (model, "search_read", []),
            (model, "search", []),
            (model, "search_count", []),
            (model, "web_search_read", [], {"id": {}}),
            (model, "web_read", ids, {"display_name": {}}),
            (model, "formatted_read_group", [], ["company_id"], ["__count"])
            if model != "hr.sms.consent"
            else (model, "formatted_read_group", [], ["event"], ["__count"]),
            (model, "export_data", ids, ["display_name"]),
            (model, "name_search", ""),
        ]

    def test_without_view_nothing_is_seen(self):
        calls = []
        for model in MODELS:
            calls += self.reads(model, self.ours(model).ids)
        for name in FIELDS:
            calls += [
                ("hr.applicant", "read", self.applicant.ids, [name]),
                ("hr.applicant", "search_read", [], [name]),
                ("hr.applicant", "search", [(name, "!=", False)]),
                ("hr.applicant", "web_read", self.applicant.ids, {name: {}}),
                ("hr.applicant", "export_data", self.applicant.ids, [name]),
                ("hr.applicant", "search", [], 0, 1, f"{name} desc"),
                ("hr.applicant", "write", self.applicant.ids, {name: False}),
            ]
        calls += [
            ("hr.applicant", "search", [("sms_consent_state", "=", "granted")]),
            ("hr.applicant", "search", [("sms_thread_ids.consent_state", "=", "granted")]),
            ("hr.applicant", "formatted_read_group", [], ["sms_number"], ["__count"]),
            ("hr.applicant", "formatted_read_group", [], ["sms_thread_ids"], ["__count"]),
            ("hr.applicant", "formatted_read_group", [], [], ["sms_number:count_distinct"]),
            ("hr.applicant", "sms_tab", self.applicant.ids),
            ("hr.applicant", "sms_consent_history", self.applicant.ids),
            ("hr.applicant", "sms_mark_read", self.applicant.ids),
            ("hr.applicant", "sms_send", self.applicant.ids, "Hi"),
            ("hr.applicant", "sms_consent_grant", self.applicant.ids),
            ("hr.applicant", "sms_consent_withdraw", self.applicant.ids),
        ]
        self.assertAllRefused(self.nobody, calls)
        described = self.rpc(self.nobody, "hr.applicant", "fields_get")
        self.assertFalse(set(FIELDS) & set(described))
        info = self.env["ir.http"].with_user(self.nobody)
        self.assertFalse(info.env.user.has_group("hr_recruitment_texting.group_sms_view"))
        # Ordinary work goes on, also where it touches what they cannot see.
        self.rpc(self.nobody, "hr.applicant", "write", self.applicant.ids, {"partner_phone": "1"})
        self.rpc(self.nobody, "hr.applicant", "web_read", self.applicant.ids, {"partner_name": {}})

    def test_view_reads_and_does_nothing(self):
        for model in MODELS:
            for call in self.reads(model, self.ours(model).ids):
                self.rpc(self.viewer, *call)
        data = self.rpc(self.viewer, "hr.applicant", "sms_tab", self.applicant.ids)
        self.assertEqual(data["messages"][0]["body"], "Hello")
        self.assertFalse(data["can_send"])
        self.assertFalse(data["consent"]["can_withdraw"])
        self.assertTrue(
            self.rpc(self.viewer, "hr.applicant", "sms_consent_history", self.applicant.ids)
        )
        self.assertAllRefused(
            self.viewer,
            [
                ("hr.applicant", "sms_send", self.applicant.ids, "Hi"),
                ("hr.applicant", "sms_consent_grant", self.applicant.ids),
                ("hr.applicant", "sms_consent_withdraw", self.applicant.ids),
            ],
        )

    def test_nobody_writes_the_models(self):
        for user in (self.viewer, self.sender, self.manager, self.env.ref("base.user_admin")):
            for record in (self.thread, self.message, self.thread.consent_ids):
                with self.subTest(user=user.login, model=record._name):
                    for method, args in (
                        ("write", [record.ids, {"company_id": self.company.id}]),
                        ("unlink", [record.ids]),
                        ("copy", [record.ids]),
                        ("create", [{}]),
                        ("load", [["id"], [["x"]]]),
                    ):
                        with (
                            mute_logger("odoo.addons.base.models.ir_model", "odoo.sql_db"),
                            self.env.cr.savepoint(),
                        ):
                            try:
                                result = self.rpc(user, record._name, method, *args)
                            except (AccessError, UserError):
                                continue
                            # An import answers with messages instead of raising.
                            self.assertFalse(result["ids"], method)
                            self.assertEqual(result["messages"][0]["type"], "error")

    def test_evidence_is_read_through_the_event_only(self):
        for model in HIDDEN_MODELS:
            for user in (self.manager, self.env.ref("base.user_admin")):
                self.assertAllRefused(user, [(model, "search_read", []), (model, "create", {})])

    def test_private_methods_are_not_callable(self):
        for model, method in (
            ("hr.sms.consent", "_append"),
            ("hr.sms.message", "_queue"),
            ("hr.sms.message", "_receive"),
            ("hr.sms.message", "_process_queue"),
            ("hr.sms.thread", "_get_or_create"),
            ("hr.applicant", "_sms_record_form_answer"),
        ):
            with self.subTest(method=method), self.assertRaises(AccessError):
                self.rpc(self.manager, model, method, [])

    def test_sender_sends_and_grants(self):
        ids = self.rpc(self.sender, "hr.applicant", "sms_send", self.applicant.ids, "Hi there")
        self.assertEqual(self.env["hr.sms.message"].browse(ids).author_id, self.sender)
        self.rpc(self.sender, "hr.applicant", "sms_consent_withdraw", self.applicant.ids)
        self.rpc(self.sender, "hr.applicant", "sms_consent_grant", self.applicant.ids)
        self.assertEqual(self.thread.consent_state, "granted")

    def test_interviewers_see_their_applicants_only(self):
        self.assertFalse(self.rpc(self.interviewer, "hr.sms.thread", "search", []))
        self.assertFalse(self.rpc(self.interviewer, "hr.sms.message", "search", []))
        self.assertFalse(self.rpc(self.interviewer, "hr.sms.consent", "search", []))
        self.assertAllRefused(
            self.interviewer,
            [
                ("hr.sms.thread", "read", self.thread.ids, ["number"]),
                ("hr.sms.message", "read", self.message.ids, ["body"]),
                ("hr.applicant", "sms_tab", self.applicant.ids),
                ("hr.applicant", "sms_consent_history", self.applicant.ids),
            ],
        )
        self.applicant.interviewer_ids = [Command.link(self.interviewer.id)]
        self.assertEqual(self.rpc(self.interviewer, "hr.sms.thread", "search", []), self.thread.ids)
        self.assertEqual(
            self.rpc(self.interviewer, "hr.sms.message", "search", []), self.message.ids
        )
        self.assertFalse(self.rpc(self.interviewer, "hr.sms.consent", "search", []))
        [event] = self.rpc(
            self.interviewer, "hr.applicant", "sms_consent_history", self.applicant.ids
        )
        self.assertEqual(event["event"], "granted")
        data = self.rpc(self.interviewer, "hr.applicant", "sms_tab", self.applicant.ids)
        self.assertEqual(len(data["messages"]), 1)

    def test_two_people_on_one_number_keep_their_texts_apart(self):
        other = self.make_applicant(partner_name="Kim, same phone")
        other.interviewer_ids = [Command.link(self.interviewer.id)]
        data = self.rpc(self.interviewer, "hr.applicant", "sms_tab", other.ids)
        self.assertFalse(data["messages"], "written to somebody they may not read")
        self.assertEqual(data["consent"]["state"], "granted")

    def test_whose_evidence_it_is(self):
        """Interviewers of one person do not learn how another one on that number agreed."""
        self.append("granted", "manual", note="told me about her son", actor_name="A colleague")
        other = self.make_applicant(partner_name="Kim, same phone")
        other.interviewer_ids = [Command.link(self.interviewer.id)]
        events = self.rpc(self.interviewer, "hr.applicant", "sms_consent_history", other.ids)
        self.assertEqual([event["event"] for event in events], ["granted", "granted"])
        self.assertEqual({event["note"] + event["actor_name"] for event in events}, {""})
        data = self.rpc(self.interviewer, "hr.applicant", "sms_tab", other.ids)
        self.assertEqual(data["consent"]["actor_name"], "")
        events = self.rpc(self.viewer, "hr.applicant", "sms_consent_history", other.ids)
        self.assertEqual(events[0]["note"], "told me about her son")

    def test_nobody_redirects_texts(self):
        thread = self.thread.ids
        for user in (self.viewer, self.sender, self.manager):
            calls = [
                ("hr.applicant", "write", self.applicant.ids, {"sms_number": "+12025550199"}),
                ("hr.applicant", "write", self.applicant.ids, {"sms_thread_ids": [(5,)]}),
                ("hr.applicant", "write", self.applicant.ids, {"sms_thread_ids": [(4, thread[0])]}),
                ("hr.applicant", "create", [{"partner_name": "x", "sms_number": "+12025550142"}]),
                (
                    "hr.applicant",
                    "create",
                    [{"partner_name": "x", "sms_thread_ids": [(4, thread[0])]}],
                ),
            ]
            self.assertAllRefused(user, calls)
        made = (
            self.env["hr.applicant"]
            .with_user(self.sender)
            .with_context(
                default_sms_number="+12025550142", default_sms_thread_ids=[(4, thread[0])]
            )
            .create({"partner_name": "Forged"})
            .sudo()
        )
        self.assertFalse(made.sms_number or made.sms_thread_ids)

    def test_an_applicant_without_company_is_texted_by_its_own_only(self):
        other = self.env["res.company"].create({"name": "Other Hiring"})
        stranger = self.make_user(
            "stranger2",
            "hr_recruitment.group_hr_recruitment_user,hr_recruitment_texting.group_sms_manager",
        )
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.env.cr.execute(
            "UPDATE hr_applicant SET company_id = NULL WHERE id = %s", [self.applicant.id]
        )
        self.assertAllRefused(
            stranger,
            [
                ("hr.applicant", "sms_tab", self.applicant.ids),
                ("hr.applicant", "sms_send", self.applicant.ids, "Hi"),
                ("hr.applicant", "sms_consent_withdraw", self.applicant.ids),
            ],
        )
        self.env.invalidate_all()
        for state, found in (("granted", self.applicant), ("none", self.applicant.browse())):
            self.assertEqual(
                self.applicant.search(
                    [("id", "=", self.applicant.id), ("sms_consent_state", "=", state)]
                ),
                found,
            )

    def test_odd_arguments_get_a_clear_error(self):
        for method, args in (
            ("sms_send", [["a"]]),
            ("sms_send", ["Hi", [1]]),
            ("sms_send", ["Hi", 123]),
            ("sms_send", ["a\x00b"]),
            ("sms_send", ["\ud83d"]),
            ("sms_send", ["Hi", None, "soon"]),
            ("sms_tab", [[1]]),
            ("sms_tab", [None, "abc"]),
            ("sms_tab", [None, None, "x"]),
            ("sms_tab", [None, None, float("inf")]),
            ("sms_mark_read", [[1]]),
        ):
            with self.subTest(method=method, args=args), self.assertRaises(UserError):
                self.rpc(self.sender, "hr.applicant", method, self.applicant.ids, *args)
        self.rpc(self.sender, "hr.applicant", "sms_tab", self.applicant.ids, None, 10**12, -5)

    def test_the_question_of_a_job_is_the_managers(self):
        job = self.job.ids
        for user in (self.nobody, self.sender):
            self.assertAllRefused(
                user, [("hr.job", "write", job, {"sms_consent_question": "Do you like cake?"})]
            )
            self.rpc(user, "hr.job", "write", job, {"name": "Head nurse"})
        self.rpc(self.manager, "hr.job", "write", job, {"sms_consent_question": "May we text you?"})

    def test_other_companies_see_nothing(self):
        other = self.env["res.company"].create({"name": "Other Hiring"})
        stranger = self.make_user(
            "stranger",
            "hr_recruitment.group_hr_recruitment_user,hr_recruitment_texting.group_sms_manager",
        )
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        for model in MODELS:
            self.assertFalse(self.rpc(stranger, model, "search", []))
        self.assertAllRefused(
            stranger,
            [
                ("hr.sms.thread", "read", self.thread.ids, ["number"]),
                ("hr.sms.message", "read", self.message.ids, ["body"]),
                ("hr.sms.consent", "read", self.thread.consent_ids.ids, ["event"]),
                ("hr.applicant", "sms_tab", self.applicant.ids),
                ("hr.applicant", "sms_send", self.applicant.ids, "Hi"),
                ("hr.applicant", "sms_consent_grant", self.applicant.ids),
            ],
        )

    def test_live_screens_of_permitted_users_only(self):
        def told():
            self.env.cr.precommit.run()
            self.env.flush_all()
            return self.env["bus.bus"].search(
                [("message", "like", "hr_recruitment_texting/thread")]
            )

        told().unlink()
        self.thread._tell_screens()
        channels = " ".join(told().mapped("channel"))
        for user, expected in (
            (self.nobody, False),
            (self.interviewer, False),
            (self.viewer, True),
            (self.sender, True),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(
                    f'"res.partner",{user.partner_id.id}]'
                    in channels.replace("[", "").replace(", ", ","),
                    expected,
                    channels,
                )

    def test_first_install_gives_the_groups_to_the_administrator_only(self):
        group = self.env.ref("hr_recruitment_texting.group_sms_view")
        ours = self.nobody | self.viewer | self.sender | self.manager | self.interviewer
        self.assertEqual(
            group.all_user_ids.filtered("active") - ours - self.env.ref("base.user_root"),
            self.env.ref("base.user_admin"),
        )
