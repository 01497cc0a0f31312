"""The texting question in a browser: on the job's page, on other pages, in the builder."""

from odoo.tests import tagged

from .test_job_form import PHONE, JobFormCase

BUILDER_SCRIPT = """
const until = async (what, find) => {
    for (let i = 0; i < 300; i++) {
        const found = find();
        if (found) {
            return found;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("Not there: " + what);
};
const page = () => document.querySelector("iframe:not(.o_ignore_in_tour)").contentDocument;
const click = (el) => {
    for (const name of ["pointerdown", "mousedown", "pointerup", "mouseup", "click"]) {
        const view = el.ownerDocument.defaultView;
        el.dispatchEvent(new view.MouseEvent(name, { bubbles: true, cancelable: true, view }));
    }
};
(async () => {
    const legend = await until("the question", () =>
        page()?.querySelector(".o_sms_consent_field legend")
    );
    const options = await until("the question's options", () => {
        click(legend);
        return [...document.querySelectorAll(".options-container")].find((el) =>
            el.innerText.includes("answer this question with Yes or No")
        );
    });
    const remove = options.querySelector(".oe_snippet_remove");
    if (!remove.disabled || !remove.closest("span").title.includes("nobody could apply")) {
        throw new Error("The question can be removed");
    }
    for (const label of ["Type", "Required", "Requirement", "Label", "Placeholder"]) {
        if (options.querySelector(`[data-label="${label}"]`)) {
            throw new Error(`The question offers the option ${label}`);
        }
    }
    const field = legend.closest(".o_sms_consent_field");
    %(change)s
    click(options.querySelector("button.btn-success"));
    await until("the new field", () =>
        [...page().querySelectorAll(".s_website_form_field")].find((el) =>
            el.innerText.includes("Custom Text")
        )
    );
    if (page().querySelectorAll("input[name=sms_consent]").length !== 2) {
        throw new Error("The question must be there once");
    }
    const edited = page();
    click(await until("Save", () => document.querySelector("button[data-action=save]:enabled")));
    await until("the end of editing", () => !document.querySelector(".o_builder_open"));
    await until("the saved page", () =>
        page() !== edited && page()?.querySelector(".o_sms_consent_field legend")
    );
    if (page().querySelectorAll("input[name=sms_consent]:not(:checked)").length !== 2) {
        throw new Error("The question must be there once, unanswered");
    }
    console.log("test successful");
})().catch((error) => console.error(error.message));
"""


@tagged("post_install", "-at_install")
class TestJobFormBrowser(JobFormCase):
    def new_applicant(self, tour, path, login=None):
        before = self.env["hr.applicant"].search([])
        self.start_tour(path, tour, login=login)
        self.env.invalidate_all()
        return self.env["hr.applicant"].search([]) - before

    def make_page(self):
        """:returns: a page with a job form that knows nothing of the question"""
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
        return self.env["website.page"].create(
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

    def saved_arch(self, view):
        """:returns: the arch the website has, its own copy if it has one"""
        self.env.invalidate_all()
        return view.search(
            [("key", "=", view.key), ("website_id", "in", [self.website.id, False])],
            order="website_id",
            limit=1,
        ).arch_db

    def test_the_browser_wants_an_answer(self):
        applicant = self.new_applicant("sms_job_form_answer_required", f"/jobs/apply/{self.job.id}")
        event = self.event(applicant)
        self.assertEqual(event.event, "declined")
        self.assertTrue(event.page_url.endswith(f"-{self.job.id}"), event.page_url)
        self.assertNotEqual(event.wording_version, "unproven")

    def test_a_page_without_the_question_gets_it_when_refused(self):
        applicant = self.new_applicant("sms_job_form_server_refusal", f"/jobs/apply/{self.job.id}")
        event = self.event(applicant)
        self.assertEqual(event.event, "granted")
        self.assertNotEqual(event.wording_version, "unproven")

    def test_a_form_on_another_page_asks_for_the_job_chosen_in_it(self):
        self.env["hr.job"].create(
            {"name": "Day Nurse", "company_id": self.company.id, "website_published": True}
        )
        self.job.sms_consent_question = "Texts about work at night?"
        self.make_page()
        applicant = self.new_applicant("sms_job_form_on_another_page", "/join-us")
        self.assertEqual(applicant.job_id, self.job)
        event = self.event(applicant)
        self.assertEqual(event.thread_id.number, PHONE)
        self.assertTrue(event.wording.startswith("Texts about work at night?"))
        self.assertEqual(event.wording_version, f"job-{self.job.id}-{self.job.sms_consent_version}")

    def edit_in_builder(self, path, change):
        """Open the website builder on a page, change something there and save.

        No tour: it stalls in the builder's frame, with core's own tours too.

        :param str path: page of the website
        :param str change: JavaScript run with ``field``, the selected question, and ``click``
        """
        self.browser_js(
            self.website.get_client_action_url(path, True),
            BUILDER_SCRIPT % {"change": change},
            ready="!!document.querySelector('.o_builder_sidebar_open')",
            login="admin",
            timeout=120,
        )

    def test_the_builder_moves_and_styles_the_question_but_does_not_save_it(self):
        self.edit_in_builder(
            f"/jobs/apply/{self.job.id}",
            """
            field.querySelector("input[value=yes]").setAttribute("checked", "checked");
            field.classList.add("bg-info", "d-none", "d-lg-none");
            field.closest("form").querySelector(".s_website_form_submit").before(field);
            """,
        )
        arch = self.saved_arch(self.env.ref("website_hr_recruitment.apply"))
        self.assertEqual(arch.count("o_sms_consent_field"), 1)
        self.assertIn("bg-info", arch)
        self.assertIn("Custom Text", arch)
        for text in ("sms_consent_token", 'name="sms_consent"', "job offers", "checked"):
            self.assertNotIn(text, arch)
        self.authenticate(None, None)
        form = self.form()
        self.assert_one_open_question(form)
        names = form.xpath(".//input/@name")
        self.assertGreater(names.index("sms_consent"), names.index("department_id"))
        field = form.xpath(".//*[contains(@class, 'o_sms_consent_field')]")[0]
        self.assertIn("bg-info", field.get("class"))
        self.assertNotIn("none", field.get("class"))
        _answer, applicant = self.apply(sms_consent="yes", sms_consent_token=self.token(form))
        self.assertNotEqual(self.event(applicant).wording_version, "unproven")

    def test_the_builder_shows_the_question_in_a_form_on_another_page(self):
        page = self.make_page()
        self.edit_in_builder("/join-us", "")
        arch = self.saved_arch(page.view_id)
        self.assertEqual(arch.count("o_sms_consent_field"), 1)
        self.assertIn("Custom Text", arch)
        for text in ("sms_consent_token", 'name="sms_consent"', "job offers"):
            self.assertNotIn(text, arch)
        # The saved place is filled in the browser.
        self.browser_js(
            "/join-us",
            """
            const form = document.querySelector("form[data-model_name='hr.applicant']");
            const answers = form.querySelectorAll("input[name=sms_consent]:not(:checked)");
            const fields = form.querySelectorAll(".o_sms_consent_field");
            if (answers.length === 2 && fields.length === 1 && fields[0].offsetHeight > 0) {
                console.log("test successful");
            } else {
                console.error("Not one open question: " + form.innerHTML);
            }
            """,
            ready="!!document.querySelector('.o_sms_consent_field legend')",
        )
