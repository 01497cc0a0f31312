"""The texting question in a browser: on the job's page, on other pages, in the builder."""

from odoo.tests import tagged

from .test_job_form import PHONE, JobFormCase


@tagged("post_install", "-at_install")
class TestJobFormBrowser(JobFormCase):
    def new_applicant(self, tour, path, login=None):
        before = self.env["hr.applicant"].search([])
        self.start_tour(path, tour, login=login)
        self.env.invalidate_all()
        return self.env["hr.applicant"].search([]) - before

    def saved_arch(self, view):
        """:returns: the arch the website has, its own copy if it has one"""
        self.env.invalidate_all()
        return view.search(
            [("key", "=", view.key), ("website_id", "in", [self.website.id, False])],
            order="website_id",
            limit=1,
        ).arch_db

    def test_the_browser_wants_an_answer(self):
        applicant = self.new_applicant(
            "sms_job_form_answer_required", f"/jobs/apply/{self.job.id}"
        )
        event = self.event(applicant)
        self.assertEqual(event.event, "declined")
        self.assertTrue(event.page_url.endswith(f"-{self.job.id}"), event.page_url)
        self.assertNotEqual(event.wording_version, "unproven")

    def test_a_page_without_the_question_gets_it_when_refused(self):
        applicant = self.new_applicant(
            "sms_job_form_server_refusal", f"/jobs/apply/{self.job.id}"
        )
        event = self.event(applicant)
        self.assertEqual(event.event, "granted")
        self.assertNotEqual(event.wording_version, "unproven")

    def test_a_form_on_another_page_asks_for_the_job_chosen_in_it(self):
        self.env["hr.job"].create(
            {"name": "Day Nurse", "company_id": self.company.id, "website_published": True}
        )
        self.job.sms_consent_question = "Texts about work at night?"
        fields = "".join(
            f"""<div class="col-12 mb-3 s_website_form_field" data-type="char" data-name="Field">
                <div class="row"><label class="col-sm-auto s_website_form_label"
                style="width: 150px"><span class="s_website_form_label_content">{name}</span>
                </label><div class="col-sm">{control}</div></div></div>"""
            for name, control in (
                *(
                    (name, f'<input class="form-control s_website_form_input" name="{name}"/>')
                    for name in ("partner_name", "email_from", "partner_phone")
                ),
                (
                    "job_id",
                    '<select class="form-select s_website_form_input" name="job_id">'
                    '<option value=""></option>'
                    + "".join(
                        f'<option value="{job.id}">{job.name}</option>'
                        for job in self.env["hr.job"].search([("name", "like", "Nurse")])
                    )
                    + "</select>",
                ),
            )
        )
        self.env["website.page"].create(
            {
                "name": "Join us",
                "url": "/join-us",
                "type": "qweb",
                "website_id": self.website.id,
                "is_published": True,
                "arch": f"""<t t-call="website.layout"><div id="wrap" class="oe_structure">
                    <section class="s_website_form" data-vcss="001"><div class="container">
                    <form action="/website/form/" method="post" class="o_mark_required"
                        data-mark="*" data-model_name="hr.applicant"
                        data-success-mode="message">
                    <div class="s_website_form_rows row">{fields}
                    <div class="col-12 s_website_form_submit"><a href="#" role="button"
                    class="btn btn-primary s_website_form_send">Send</a>
                    <span id="s_website_form_result"/></div></div></form>
                    <div class="s_website_form_end_message d-none">Thank you</div>
                    </div></section></div></t>""",
            }
        )
        applicant = self.new_applicant("sms_job_form_on_another_page", "/join-us")
        self.assertEqual(applicant.job_id, self.job)
        event = self.event(applicant)
        self.assertEqual(event.thread_id.number, PHONE)
        self.assertTrue(event.wording.startswith("Texts about work at night?"))
        self.assertEqual(
            event.wording_version, f"job-{self.job.id}-{self.job.sms_consent_version}"
        )

    def test_the_builder_moves_and_styles_the_question_but_does_not_save_it(self):
        path = self.website.get_client_action_url(f"/jobs/apply/{self.job.id}")
        self.start_tour(path, "sms_job_form_builder", login="admin")
        arch = self.saved_arch(self.env.ref("website_hr_recruitment.apply"))
        self.assertEqual(arch.count("o_sms_consent_field"), 1)
        self.assertIn("bg-info", arch)
        for text in ("sms_consent_token", 'name="sms_consent"', "job offers", "checked"):
            self.assertNotIn(text, arch)
        form = self.form()
        self.assert_one_open_question(form)
        _answer, applicant = self.apply(sms_consent="yes", sms_consent_token=self.token(form))
        self.assertNotEqual(self.event(applicant).wording_version, "unproven")

    def test_a_form_dropped_on_a_page_asks_in_the_builder_and_after(self):
        self.start_tour(
            self.website.get_client_action_url("/", True), "sms_job_form_dropped", login="admin"
        )
        page = self.env["ir.ui.view"].search([("arch_db", "like", "o_sms_consent_field")])
        self.assertEqual(len(page), 1)
        self.assertNotIn("sms_consent_token", page.arch_db)
        self.assertNotIn("job offers", page.arch_db)
