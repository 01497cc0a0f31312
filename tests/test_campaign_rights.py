"""Campaigns for five kinds of users and another company's, as over RPC."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .test_campaign import CampaignCase

SEND = "hr_recruitment_texting.group_sms_send"


@tagged("post_install", "-at_install")
class TestCampaignRights(CampaignCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.stranger = new_test_user(
            cls.env,
            login="sms_stranger",
            groups="hr_recruitment.group_hr_recruitment_user,"
            "hr_recruitment_texting.group_sms_manager",
            company_id=cls.other_company.id,
            company_ids=[Command.set(cls.other_company.ids)],
        )
        cls.texting_interviewer = cls.make_user(
            "texting_interviewer", f"hr_recruitment.group_hr_recruitment_interviewer,{SEND}"
        )

    def test_reading(self):
        campaign = self.campaign(self.people(2))
        for user in (self.viewer, self.sender, self.manager):
            self.env.invalidate_all()
            seen = campaign.with_user(user)
            self.assertEqual(seen.read(["body"])[0]["body"], "Hello {{ first_name }}")
            self.assertEqual(len(seen.recipient_ids), 2)
        self.env.invalidate_all()
        seen = campaign.with_user(self.interviewer)
        self.assertEqual(seen.recipient_count, 2, "how many is no secret")
        self.assertFalse(seen.recipient_ids, "who is, to somebody who may not read them")
        for user in (self.nobody, self.stranger):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                campaign.with_user(user).read(["name"])
        with self.assertRaises(AccessError):
            self.env["hr.sms.campaign.recipient"].with_user(self.nobody).search([])
        recipients = self.env["hr.sms.campaign.recipient"].with_user(self.stranger)
        self.assertFalse(recipients.search([("campaign_id", "=", campaign.id)]))

    def test_the_form_of_a_viewer_has_no_empty_fields(self):
        names = ("filter_id", "template_id", "body", "scheduled_date")
        draft = self.campaign(self.people(1), body=False)

        def shown(user, campaign):
            self.env.invalidate_all()
            form = Form(campaign.with_user(user))
            return [name for name in names if not form._get_modifier(name, "invisible")]

        self.assertEqual(shown(self.viewer, draft), [])
        self.assertEqual(shown(self.sender, draft), list(names))
        draft.body = "Hello"
        self.assertEqual(shown(self.viewer, draft), ["body"])
        self.send(draft)
        self.assertEqual(shown(self.sender, draft), ["body"])
        self.assertFalse(draft.with_user(self.sender).is_editable)

    def test_an_interviewer_sees_the_recipients_they_interview(self):
        people = self.people(2)
        people[0].interviewer_ids = self.interviewer
        campaign = self.campaign(people)
        self.send(campaign)
        self.env.invalidate_all()
        recipients = campaign.with_user(self.interviewer).recipient_ids
        self.assertEqual(recipients.applicant_id.ids, people[0].ids)
        action = campaign.with_user(self.interviewer).action_recipients()
        found = self.env[action["res_model"]].with_user(self.interviewer).search(action["domain"])
        self.assertEqual(found, recipients)

    def test_the_preview_believes_no_record_that_the_client_made_up(self):
        """A template is code: one that nobody saved must never be filled in."""
        campaign = self.campaign(self.people(1))
        code = "{{ object.sudo().company_id.sms_twilio_auth_token }}"
        made_up = {"name": "x", "model": "hr.applicant", "body": code}
        # a template that a manager wrote, but for others than applicants
        strange = self.env["sms.template"].create(
            {
                "name": "Contacts",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "body": "Dear {{ object.email }}",
            }
        )
        model = self.env["hr.sms.campaign"].with_user(self.sender)
        for values in (
            {"template_id": made_up},
            {"template_id": [made_up]},
            {"template_id": [0, 0, made_up]},
            {"template_id": True},
            {"template_id": strange.id},
            {"filter_id": {"model_id": "hr.applicant", "domain": "[('id', '!=', 0)]"}},
            {"company_id": {"name": "Mine"}},
        ):
            asked = {"body": "", **values}
            with self.subTest(values=asked):
                answer = model.sms_preview(campaign.id, asked)
                self.assertEqual(list(answer), ["error"])
                with self.assertRaises(UserError):
                    model.sms_preview_list(campaign.id, asked)
        with self.assertRaises(UserError):
            campaign.template_id = strange
        virtual = model.new({"body": "", "template_id": made_up})
        with self.assertRaises(UserError):
            virtual._fill_template(campaign.recipient_ids.applicant_id, "en_US")

    def test_without_the_opt_out_line_by_no_way(self):
        campaign = self.campaign(self.people(1))
        for value in (False, 0, None, ""):
            with self.subTest(value=value), self.assertRaises(AccessError), self.env.cr.savepoint():
                campaign.write({"opt_out_line": value})
            with self.subTest(value=value), self.assertRaises(AccessError), self.env.cr.savepoint():
                self.campaigns.create({"body": "Hello", "opt_out_line": value})
        campaign.invalidate_recordset()
        self.assertTrue(campaign.opt_out_line)
        campaign.with_user(self.manager).opt_out_line = False

    def test_who_may_not_change_a_campaign_takes_nobody_off_its_list(self):
        people = self.people(2)
        people.interviewer_ids = self.texting_interviewer
        campaign = self.campaign(people)
        theirs = self.env["hr.sms.campaign.recipient"].with_user(self.texting_interviewer)
        found = theirs.search([("campaign_id", "=", campaign.id)])
        self.assertEqual(len(found), 2)
        with self.assertRaises(AccessError):
            found.unlink()
        campaign.recipient_ids[0].with_user(self.sender).unlink()
        self.assertEqual(len(campaign.recipient_ids), 1)

    def test_only_senders_make_preview_and_start_them(self):
        people = self.people(1)
        campaign = self.campaign(people)
        for user in (self.nobody, self.viewer, self.interviewer, self.stranger):
            mine = self.env["hr.sms.campaign"].with_user(user)
            with self.subTest(user=user.login):
                for call in (
                    lambda user=user: people.with_user(user).action_send_sms(),
                    lambda mine=mine: mine.sms_preview(campaign.id),
                    lambda mine=mine: mine.sms_preview_list(campaign.id),
                    campaign.with_user(user).action_start,
                    campaign.with_user(user).action_pause,
                    campaign.with_user(user).action_resume,
                    campaign.with_user(user).action_stop,
                    campaign.with_user(user).action_to_draft,
                    campaign.with_user(user).unlink,
                    lambda user=user: campaign.with_user(user).write({"body": "x"}),
                    lambda user=user: campaign.with_user(user).action_text_unanswered(),
                ):
                    with self.assertRaises(UserError) as caught:
                        call()
                    self.assertIsInstance(caught.exception, AccessError)
                if user != self.stranger:
                    with self.assertRaises(AccessError):
                        mine.create({"name": "x"})
        self.assertFalse(self.texts(campaign))

    def test_an_interviewer_steers_their_own_only(self):
        people = self.people(2)
        people[0].interviewer_ids = self.texting_interviewer
        theirs = self.campaign(people)
        for call in (
            theirs.with_user(self.texting_interviewer).action_start,
            lambda: theirs.with_user(self.texting_interviewer).write({"body": "x"}),
        ):
            with self.assertRaises(AccessError):
                call()
        own = self.campaign(people[:1], user=self.texting_interviewer)
        with self.assertRaises(AccessError):
            people.with_user(self.texting_interviewer).action_send_sms()
        self.send(own)
        self.assertEqual(len(self.texts(own)), 1)

    def test_names_in_the_preview_stay_within_rights(self):
        people = self.people(2)
        people[0].interviewer_ids = self.texting_interviewer
        campaign = self.campaign(people, body="Hi {{ object.partner_name }}")
        preview = self.preview(campaign, user=self.texting_interviewer)
        self.assertEqual((preview["count"], preview["hidden"], preview["going"]), (1, 1, 1))
        self.assertNotIn("2001", str(preview))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE hr_sms_campaign SET create_uid = %s WHERE id = %s",
            [self.texting_interviewer.id, campaign.id],
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(AccessError, "may not read some of the recipients"):
            campaign.with_user(self.texting_interviewer).action_start()

    def test_who_lost_an_applicant_does_not_text_them(self):
        people = self.people(2)
        people.interviewer_ids = self.texting_interviewer
        campaign = self.campaign(people, user=self.texting_interviewer)
        campaign.action_start()
        people[0].interviewer_ids = False
        self.work()
        self.assertEqual(self.texts(campaign).applicant_id, people[1])
        lost = campaign.sudo().recipient_ids[0]
        self.assertEqual((lost.state, lost.code), ("refused", "campaign_hidden"))

    def test_how_far_it_is_cannot_be_written(self):
        people = self.people(1)
        campaign = self.campaign(people)
        for values in (
            {"state": "done"},
            {"started_by_id": self.manager.id},
            {"is_prepared": True},
            {"pause_reason": "x"},
        ):
            for user in (self.sender, self.manager):
                with self.assertRaises(AccessError):
                    campaign.with_user(user).write(values)
                with self.assertRaises(AccessError):
                    self.env["hr.sms.campaign"].with_user(user).create({"name": "x", **values})
        forged = self.campaigns.with_context(default_state="sending").create({"name": "x"})
        self.assertEqual(forged.state, "draft")
        recipients = self.env["hr.sms.campaign.recipient"].with_user(self.manager)
        with self.assertRaises(AccessError):
            recipients.create({"campaign_id": campaign.id, "applicant_id": self.applicant.id})
        with self.assertRaises(AccessError):
            campaign.with_user(self.manager).recipient_ids.write({"state": "texted"})
        with self.assertRaises(AccessError):
            campaign.with_user(self.manager).write(
                {"recipient_ids": [Command.create({"applicant_id": self.applicant.id})]}
            )

    def test_another_company_is_out_of_reach(self):
        with self.assertRaises(AccessError):
            self.campaigns.create({"name": "x", "company_id": self.other_company.id})
        campaign = self.campaign(self.people(1))
        with self.assertRaises(AccessError):
            campaign.company_id = self.other_company
        preview = self.campaigns.sms_preview(campaign.id, {"company_id": self.other_company.id})
        self.assertEqual(list(preview), ["error"])

    def test_the_menu_entry_is_there_for_senders(self):
        for user, offered in (
            (self.nobody, False),
            (self.viewer, False),
            (self.sender, True),
            (self.manager, True),
        ):
            actions = self.env["ir.actions.actions"].with_user(user).get_bindings("hr.applicant")
            names = [action["name"] for action in actions.get("action", ())]
            self.assertEqual("Send SMS" in names, offered, user.login)
        arch = (
            self.env["hr.applicant"]
            .with_user(self.viewer)
            .get_view(self.env.ref("hr_recruitment.crm_case_tree_view_job").id, "list")["arch"]
        )
        self.assertNotIn("action_send_sms", arch)
