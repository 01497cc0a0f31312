import json
import re
import secrets

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.website_hr_recruitment.controllers.main import WebsiteHrRecruitment

from ..rules.job_form_markup import insert_questions
from .evidence import request_evidence

_ANSWERS = ("yes", "no")


class MissingAnswer(UserError):
    """An application without an answer to the texting question."""


class JobForm(WebsiteHrRecruitment):
    """Ask the texting question on the job form, and take nothing without an answer."""

    @http.route()
    def jobs_apply(self, job, **kwargs):
        response = super().jobs_apply(job, **kwargs)
        if getattr(response, "is_qweb", False):
            response.flatten()
        if response.status_code == 200 and response.mimetype == "text/html":
            question = request.env["hr.sms.job.form"]._question(job, request.website)
            response.set_data(self._with_question(response.get_data(as_text=True), question))
        return response

    def _with_question(self, page, question):
        """Put the question into the forms of a page."""
        return insert_questions(page, lambda stacked: self._render_sms_question(question, stacked))

    @http.route(
        "/recruitment_texting/job_form/question",
        type="jsonrpc",
        auth="public",
        website=True,
        readonly=True,
    )
    def sms_question(self, job_id=None, lang=None, stacked=False):
        """The question for a form that was not rendered with it, on any page of the website.

        :param int job_id: job of the form; one the visitor may not see counts as none
        :param str lang: language of the page, as in its ``lang`` attribute
        :param bool stacked: whether the form's labels stand above their fields
        :returns: dict with ``html``, ``token`` and ``version``
        """
        env = request.env
        code = str(lang or "").replace("-", "_")
        # sudo: a visitor does not read which languages the website has
        if code in request.website.sudo().language_ids.mapped("code"):
            env = env(context={**env.context, "lang": code})
        job = env["hr.job"]
        if isinstance(job_id, int) or re.fullmatch(r"[0-9]{1,9}", str(job_id or "")):
            job = job.search([("id", "=", int(job_id))])
        question = env["hr.sms.job.form"]._question(job, request.website)
        return {
            "html": self._render_sms_question(question, bool(stacked), env),
            "token": question["token"],
            "version": question["version"],
        }

    def _render_sms_question(self, question, stacked, env=None):
        """:returns: HTML of one question, with ids of its own"""
        # Without branding: the builder must not take the question for a part of a view.
        qweb = (env or request.env)["ir.qweb"].with_context(inherit_branding=False)
        return str(
            qweb._render(
                "hr_recruitment_texting.job_form_question",
                {**question, "stacked": stacked, "uid": f"sms_consent_{secrets.token_hex(4)}"},
            )
        )

    def _handle_website_form(self, model_name, **kwargs):
        try:
            return super()._handle_website_form(model_name, **kwargs)
        except MissingAnswer as error:
            # Core answers with either of the two, but the page shows the text of the first
            # and our part of it marks the second.
            return json.dumps({"error": error.args[0], "error_fields": ["sms_consent"]})

    def extract_data(self, model_sudo, values):
        if model_sudo.model != "hr.applicant":
            return super().extract_data(model_sudo, values)
        # Before super(): it would list fields it does not know in a note on the applicant.
        answer = values.get("sms_consent")
        token = values.get("sms_consent_token")
        needed = self._is_answer_needed(values)
        values = {
            name: value
            for name, value in values.items()
            if name != "sms_consent" and not name.startswith("sms_consent_")
        }
        if answer not in _ANSWERS and needed:
            raise MissingAnswer(
                request.env._(
                    "Please answer whether you want to receive text messages, with Yes or No. "
                    "You can apply with either answer."
                )
            )
        request.sms_consent_answer = (answer if answer in _ANSWERS else None, token)
        return super().extract_data(model_sudo, values)

    def _is_answer_needed(self, values):
        """Tell whether the question has to be answered. To be extended.

        :param dict values: what the form sent
        :returns: bool
        """
        return True

    def insert_record(self, request, model_sudo, values, custom, meta=None):
        if model_sudo.model != "hr.applicant":
            return super().insert_record(request, model_sudo, values, custom, meta)
        answer, token = request.sms_consent_answer
        # sudo: a visitor reads neither unpublished jobs nor departments; the ids are the form's
        job = request.env["hr.job"].sudo().browse(values.get("job_id")).exists()
        department = request.env["hr.department"].sudo().browse(values.get("department_id"))
        company = job._sms_consent_company(request.website, department.exists())
        # The application belongs to the company that the question named.
        values = {**values, "company_id": company.id}
        record_id = super().insert_record(request, model_sudo, values, custom, meta)
        if record_id:
            evidence = request.env["hr.sms.job.form"]._evidence(
                token, job, company, request.website
            )
            # sudo: the visitor has no rights on the application they just made
            applicant = request.env["hr.applicant"].sudo().browse(record_id)
            page_url = request.httprequest.headers.get("Referer") or ""
            applicant._sms_record_form_answer(answer, {**evidence, **request_evidence(page_url)})
        return record_id
