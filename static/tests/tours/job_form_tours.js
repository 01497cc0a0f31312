import { registry } from "@web/core/registry";

const FIELD = ".o_sms_consent_field";

function fill(values) {
    return Object.entries(values).map(([name, value]) => ({
        content: `Fill in ${name}`,
        trigger: `input[name=${name}]`,
        run: `edit ${value}`,
    }));
}

const ADA = {
    partner_name: "Ada Applicant",
    email_from: "ada@example.com",
    partner_phone: "+12025550142",
};

registry.category("web_tour.tours").add("sms_job_form_answer_required", {
    steps: () => [
        ...fill({ ...ADA, linkedin_profile: "https://www.linkedin.com/in/ada" }),
        {
            content: "Nothing is selected, and the error is not shown yet",
            trigger: `form:not(:has(input[name=sms_consent]:checked)) ${FIELD}:not(.o_has_error)`,
        },
        {
            content: "Apply without an answer",
            trigger: ".s_website_form_send",
            run: "click",
        },
        {
            content: "The form is refused at the question, which has the focus",
            trigger: `${FIELD}.o_has_error .o_sms_consent_error:visible`,
            run() {
                if (document.activeElement.name !== "sms_consent") {
                    console.error("The question does not have the focus");
                }
                if (document.querySelectorAll(".o_has_error").length !== 1) {
                    console.error("Only the question was left out");
                }
            },
        },
        {
            content: "Answer No",
            trigger: `${FIELD} label:contains(No)`,
            run: "click",
        },
        {
            content: "The error goes away with the answer",
            trigger: `${FIELD}:not(.o_has_error):not(:has(.is-invalid))`,
        },
        {
            content: "Apply",
            trigger: ".s_website_form_send",
            run: "click",
            expectUnloadPage: true,
        },
        { content: "The application arrived", trigger: "#jobs_thankyou" },
    ],
});

registry.category("web_tour.tours").add("sms_job_form_server_refusal", {
    steps: () => [
        ...fill({ ...ADA, linkedin_profile: "https://www.linkedin.com/in/ada" }),
        {
            content: "A page from before the addon: the question is not there",
            trigger: FIELD,
            run() {
                this.anchor.remove();
            },
        },
        {
            content: "Apply",
            trigger: ".s_website_form_send",
            run: "click",
        },
        {
            content: "The question comes",
            trigger: `${FIELD} legend:contains(job offers)`,
        },
        {
            content: "Answer Yes",
            trigger: `${FIELD} label:contains(Yes)`,
            run: "click",
        },
        {
            content: "Apply",
            trigger: ".s_website_form_send",
            run: "click",
            expectUnloadPage: true,
        },
        { content: "The application arrived", trigger: "#jobs_thankyou" },
    ],
});

registry.category("web_tour.tours").add("sms_job_form_on_another_page", {
    steps: () => [
        {
            content: "The form asks the company's question, after the phone number",
            trigger: `.s_website_form_field:has([name=partner_phone]) + ${FIELD} legend:contains(job offers)`,
        },
        ...fill(ADA),
        {
            content: "Answer Yes to the company's question",
            trigger: `${FIELD} label:contains(Yes)`,
            run: "click",
        },
        {
            content: "Choose the job that asks as the company does",
            trigger: "select[name=job_id]",
            run: "selectByLabel Day Nurse",
        },
        {
            content: "The same words keep the answer",
            trigger: `${FIELD}:has(legend:contains(job offers)) input[value=yes]:checked`,
        },
        {
            content: "Choose the job that asks its own question",
            trigger: "select[name=job_id]",
            run: "selectByLabel Night Nurse",
        },
        {
            content: "Other words ask again",
            trigger: `${FIELD}:has(legend:contains(at night)):not(:has(:checked))`,
        },
        {
            content: "Answer Yes",
            trigger: `${FIELD} label:contains(Yes)`,
            run: "click",
        },
        {
            content: "Apply",
            trigger: ".s_website_form_send",
            run: "click",
        },
        {
            content: "The application arrived",
            trigger: ".s_website_form_end_message:visible",
        },
    ],
});

// Odoo's own tour of the job form, with the one thing it lacks: an answer to the question.
registry.category("web_tour.tours").add("sms_job_form_core_tour_with_answers", {
    steps: () =>
        registry
            .category("web_tour.tours")
            .get("website_hr_recruitment_tour")
            .steps()
            .flatMap((step) =>
                step.trigger === ".s_website_form_send"
                    ? [
                          {
                              content: "Answer the question",
                              trigger: "input[name=sms_consent][value=no]",
                              run: "click",
                          },
                          step,
                      ]
                    : [step]
            ),
});
