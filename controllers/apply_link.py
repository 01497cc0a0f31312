import re

from odoo import http
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request
from odoo.tools.translate import LazyTranslate

from odoo.addons.base.models.ir_qweb_fields import nl2br_enclose

from ..rules.job_form_markup import open_from_link
from ..rules.text_to_apply import LINK_PATH, sms_uri
from .consent_link import HEADERS
from .evidence import request_evidence
from .form import JobForm

_lt = LazyTranslate(__name__)

# Jobs to choose from on one page.
_MOST_JOBS = 200
# Why a link opens no form -> heading, text, whether a new text with the keyword helps
_OBSTACLES = {
    "unknown": (
        _lt("This link does not work"),
        _lt(
            "It may be cut off: open the text message again and copy the whole link, to its last "
            "letter."
        ),
        False,
    ),
    "erased": (
        _lt("This link does not work any more"),
        _lt("What %(company)s kept of your text messages was erased."),
        False,
    ),
    "completed": (
        _lt("You have applied already"),
        _lt("Your application reached %(company)s. The link is used up: it is good once."),
        False,
    ),
    "moved": (
        _lt("This link does not work any more"),
        _lt("It is not for the application and the phone number that %(company)s has of you now."),
        True,
    ),
    "closed": (
        _lt("This job is not open any more"),
        _lt("%(company)s does not take applications for it by this link any more."),
        False,
    ),
    "expired": (
        _lt("This link has expired"),
        _lt("It worked until %(date)s."),
        True,
    ),
}


class ApplyLink(JobForm):
    """The link that answers a keyword to apply: opens the job form, and completes an application.

    Opening it changes nothing: phones, carriers and mail programs open links to look at them.
    """

    @http.route(
        [f"{LINK_PATH}<string:token>", f"{LINK_PATH}<string:token>/<int:job_id>"],
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["GET"],
        readonly=True,
    )
    def apply_link(self, token, job_id=None, **_params):
        """Show the job form with the number filled in, or the jobs to choose from.

        :param str token: of the link
        :param job_id: id of the job that was chosen, where the link leaves the choice
        """
        link = request.env["hr.sms.apply.link"]._from_token(token)
        obstacle = link._obstacle() if link else "unknown"
        if obstacle:
            return self._apply_obstacle(link, obstacle)
        if link.job_id:
            # sudo: the job need not be published for those who were told its keyword
            return self._apply_form(link, token, link.job_id.with_env(request.env).sudo())
        jobs = self._jobs_of(link)
        job = jobs.filtered(lambda one: one.id == job_id)
        if job:
            return self._apply_form(link, token, job)
        return request.render(
            "hr_recruitment_texting.apply_page_jobs",
            {
                "company": link.company_id.name,
                "jobs": jobs,
                "path": f"{LINK_PATH}{token}",
            },
            headers=HEADERS,
        )

    def _jobs_of(self, link):
        """Return the jobs that a visitor may choose from, published by the company of the link.

        :returns: ``hr.job`` records (superuser)
        """
        companies = [link.company_id.id]
        # sudo: the website may be another company's, whose visitors see that one's jobs only
        if request.website.sudo().company_id == link.company_id:
            companies.append(False)
        return (
            request.env["hr.job"]
            .sudo()
            .search(
                Domain("company_id", "in", companies)
                & Domain("is_published", "=", True)
                & Domain(request.website.website_domain()),
                limit=_MOST_JOBS,
            )
        )

    def _apply_form(self, link, token, job):
        response = request.render(
            "website_hr_recruitment.apply", {"job": job, "error": {}, "default": {}}
        )
        response.flatten()
        page = open_from_link(response.get_data(as_text=True), link.thread_id.number, token)
        question = request.env["hr.sms.job.form"]._question_of(
            link.company_id, job, request.website
        )
        if link._is_covered(job):
            question["given"] = self._given_text(link)
        response.set_data(self._with_question(page, question))
        response.headers.update(HEADERS)
        return response

    def _given_text(self, link):
        # sudo: the link's signature is the right; env: the visitor's language
        thread = link.thread_id.with_env(request.env).sudo()
        return request.env._(
            "You agreed to text messages from %(company)s on %(date)s. Text STOP to end them.",
            company=link.company_id.name,
            date=thread._consent_day(thread._deciding_event()),
        )

    def _apply_obstacle(self, link, obstacle):
        heading, text, helps, values = self._apply_obstacle_words(link, obstacle)
        return request.render(
            "hr_recruitment_texting.apply_page_obstacle",
            {
                "heading": heading,
                "text": text,
                "done": obstacle == "completed",
                "help": helps and self._new_link_text(link),
                "keyword": link.keyword,
                "uri": helps and sms_uri(link.our_number, link.keyword),
                **values,
            },
            status=200 if obstacle == "completed" else 404 if obstacle == "unknown" else 410,
            headers=HEADERS,
        )

    def _apply_obstacle_words(self, link, obstacle):
        """Return heading, text, whether a new text helps, and the values of both."""
        heading, text, helps = _OBSTACLES[obstacle]
        # sudo: the link's signature is the right; env: dates in the visitor's language
        link = link.with_env(request.env).sudo()
        values = {
            "company": link.company_id.name,
            "date": link._last_day() if obstacle == "expired" else "",
        }
        heading = request.env._(heading)  # pylint: disable=gettext-variable
        text = request.env._(text)  # pylint: disable=gettext-variable
        helps = bool(helps and link.keyword and link.our_number)
        return heading, text % values, helps, values

    def _new_link_text(self, link):
        return request.env._(
            "Text %(keyword)s to %(number)s for a new link.",
            keyword=link.keyword,
            number=link.our_number,
        )

    # ------------------------------------------------------------
    # The form's POST
    # ------------------------------------------------------------

    def extract_data(self, model_sudo, values):
        request.sms_apply_link = None
        if model_sudo.model == "hr.applicant" and "sms_consent_apply" in values:
            request.sms_apply_link = self._checked_link(
                values["sms_consent_apply"], values.get("job_id")
            )
        return super().extract_data(model_sudo, values)

    def _checked_link(self, token, job_id):
        """Return the link that a form was opened by.

        :param token: what the form sent, whatever it is
        :param job_id: the same, of the job
        :returns: ``(hr.sms.apply.link record, hr.job record)``
        :raises UserError: when the link is not good for this, with what to do
        """
        link = request.env["hr.sms.apply.link"]._from_token(token)
        obstacle = link._obstacle() if link else "unknown"
        if obstacle:
            heading, text, helps, _values = self._apply_obstacle_words(link, obstacle)
            text = f"{heading}. {text}"
            if helps:
                text += f" {self._new_link_text(link)}"
            raise UserError(text)
        asked = int(job_id) if re.fullmatch(r"[0-9]{1,9}", str(job_id or "")) else 0
        jobs = link.job_id or self._jobs_of(link)
        job = jobs.filtered(lambda one: one.id == asked)
        if not job:
            raise UserError(
                request.env._(
                    "This link is for another job. Open it again from the text message and send "
                    "the form that it shows."
                )
            )
        return link, job

    def _is_answer_needed(self, values):
        if not request.sms_apply_link:
            return super()._is_answer_needed(values)
        link, job = request.sms_apply_link
        return not link._is_covered(job)

    def insert_record(self, request, model_sudo, values, custom, meta=None):
        if model_sudo.model != "hr.applicant" or not request.sms_apply_link:
            return super().insert_record(request, model_sudo, values, custom, meta)
        link, job = request.sms_apply_link
        applicant, left = link._complete(job, values)
        self._log_form(applicant, left, custom, meta)
        answer, token = request.sms_consent_answer
        if answer:
            evidence = request.env["hr.sms.job.form"]._evidence(
                token, job, link.company_id, request.website
            )
            # Not the address itself: the ledger is no place for a key.
            page = request_evidence(request.httprequest.host_url + LINK_PATH[1:])
            applicant._sms_record_form_answer(
                answer, {**evidence, **page}, number=link.thread_id.number
            )
        return applicant.id

    def _log_form(self, applicant, left, custom, meta):
        """Note what the form said beside the fields of the application, as the core does."""
        lines = [
            f"{applicant._fields[name]._description_string(request.env)} : {value}"
            for name, value in left.items()
        ]
        lines += [custom] if custom else []
        applicant._message_log(
            body=nl2br_enclose(
                "\n".join(
                    [
                        request.env._("The candidate completed the application by the link."),
                        *lines,
                        *([meta] if meta else []),
                    ]
                ),
                "p",
            ),
            message_type="comment",
        )
