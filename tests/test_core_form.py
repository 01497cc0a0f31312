"""Odoo's own tests of the job form, which post no answer and are refused, pass with one."""

from odoo.tests import RecordCapturer, tagged

from odoo.addons.website_hr_recruitment.tests import test_website_hr_recruitment as core


@tagged("post_install", "-at_install")
class TestCoreFormWithAnAnswer(core.TestWebsiteHrRecruitmentForm):
    # Does not send the form.
    test_jobs_listing_city_unspecified = None

    def url_open(self, url, data=None, **kwargs):
        if url == "/website/form/hr.applicant":
            data = {**data, "sms_consent": "no"}
        return super().url_open(url, data=data, **kwargs)

    def test_tour(self):
        department = self.env["hr.department"].create({"name": "guru team"})
        jobs = self.env["hr.job"].create(
            [
                {"name": name, "is_published": True, "department_id": department.id}
                for name in ("Guru", "Internship")
            ]
        )
        with RecordCapturer(self.env["hr.applicant"]) as captured:
            self.start_tour("/jobs", "sms_job_form_core_tour_with_answers")
        self.assertEqual(captured.records.mapped("partner_name"), ["John Smith", "Jack Doe"])
        self.assertEqual(captured.records.mapped("job_id"), jobs)
