import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";
import { patch } from "@web/core/utils/patch";
import wUtils from "@website/js/utils";
import { Form } from "@website/snippets/s_website_form/form";
import {
    fetchQuestion,
    FIELD_SELECTOR,
    FORM_SELECTOR,
    insertQuestion,
} from "@hr_recruitment_texting/website/sms_consent_markup";

const ASK_EVENT = "sms_consent_ask";

/**
 * Asks the texting question in job application forms that were not rendered with it: forms
 * dropped on other pages. Follows the job chosen in the form, as jobs may ask their own question.
 */
export class SmsConsentQuestion extends Interaction {
    static selector = FORM_SELECTOR;
    dynamicContent = {
        _root: {
            "t-on-change": this.onChange,
            [`t-on-${ASK_EVENT}`]: () => this.ask(),
        },
    };

    setup() {
        this.restore = null;
        this.registerCleanup(() => this.restore?.());
    }

    async willStart() {
        if (!this.isAsked) {
            await this.waitFor(this.load());
        }
    }

    start() {
        if (this.question && !this.isAsked) {
            this.insertLoaded();
        }
    }

    get fieldEl() {
        return this.el.querySelector(FIELD_SELECTOR);
    }

    get isAsked() {
        return Boolean(
            this.fieldEl?.querySelector("input[name=sms_consent], .o_sms_consent_given")
        );
    }

    get isGiven() {
        return Boolean(this.fieldEl?.querySelector(".o_sms_consent_given"));
    }

    get jobId() {
        const preset = wUtils.getParsedDataFor(this.el.id, this.el.ownerDocument)?.job_id;
        return new FormData(this.el).get("job_id") || preset || "";
    }

    async load() {
        try {
            this.question = await fetchQuestion(this.el, this.jobId);
        } catch {
            // The form must work all the same: the server asks for the answer once more.
            this.question = null;
        }
    }

    insertLoaded() {
        const restore = insertQuestion(this.el, this.question.html);
        this.restore = this.restore || restore;
        this.updateContent();
    }

    async ask() {
        if (!this.isAsked) {
            await this.waitFor(this.load());
            if (this.question) {
                this.protectSyncAfterAsync(() => this.insertLoaded())();
            }
        }
    }

    async onChange(ev) {
        if (ev.target.name === "sms_consent") {
            setError(this.fieldEl, false);
        } else if (ev.target.name === "job_id" && this.isAsked && !this.isGiven) {
            const before = this.fieldEl.dataset.smsConsentVersion;
            await this.waitFor(this.load());
            if (!this.question) {
                return;
            }
            this.protectSyncAfterAsync(() => {
                if (this.question.version === before) {
                    // Same words: keep the answer, prove it for the other job.
                    this.fieldEl.querySelector("[name=sms_consent_token]").value =
                        this.question.token;
                } else {
                    this.insertLoaded();
                }
            })();
        }
    }
}

registry
    .category("public.interactions")
    .add("hr_recruitment_texting.sms_consent_question", SmsConsentQuestion);

function setError(fieldEl, hasError) {
    fieldEl.classList.toggle("o_has_error", hasError);
    for (const el of fieldEl.querySelectorAll(".form-check-input")) {
        el.classList.toggle("is-invalid", hasError);
        el.setAttribute("aria-invalid", hasError);
    }
}

patch(Form.prototype, {
    checkErrorFields(errorFields) {
        let isValid = super.checkErrorFields(errorFields);
        if (!this.el.matches(FORM_SELECTOR)) {
            return isValid;
        }
        // Core looks the server's error fields up by a label that no field has.
        const isRefused = Array.isArray(errorFields) && errorFields.includes("sms_consent");
        const fieldEl = this.el.querySelector(FIELD_SELECTOR);
        if (!fieldEl?.querySelector("input[name=sms_consent]")) {
            if (isRefused) {
                // What was agreed to by text was withdrawn since: ask after all.
                fieldEl?.querySelector(".o_sms_consent_given")?.remove();
            }
            this.el.dispatchEvent(new CustomEvent(ASK_EVENT));
            return isValid && !isRefused;
        }
        const hasError = isRefused || fieldEl.classList.contains("o_has_error");
        setError(fieldEl, hasError);
        if (hasError) {
            isValid = false;
            if (this.el.querySelector(".o_has_error") === fieldEl) {
                fieldEl.querySelector("input[name=sms_consent]").focus();
            }
        }
        return isValid;
    },
});
