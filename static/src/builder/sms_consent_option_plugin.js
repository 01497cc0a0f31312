import { BaseOptionComponent } from "@html_builder/core/utils";
import { Plugin } from "@html_editor/plugin";
import { withSequence } from "@html_editor/utils/resource";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { getParsedDataFor } from "@website/builder/plugins/form/utils";
import { FormFieldOptionRedraw } from "@website/builder/plugins/form/form_field_option_redraw";
import {
    emptyPlace,
    fetchQuestion,
    FIELD_SELECTOR,
    FORM_SELECTOR,
    insertQuestion,
} from "@hr_recruitment_texting/website/sms_consent_markup";

// The field's own options would rename it, make it optional or hide it behind a condition.
FormFieldOptionRedraw.exclude += `, ${FIELD_SELECTOR}`;

export class SmsConsentOption extends BaseOptionComponent {
    static template = "hr_recruitment_texting.SmsConsentOption";
    static selector = FIELD_SELECTOR;
}

/**
 * The texting question in the website builder: every job application form shows it, it can be
 * moved and styled, but not removed, since an application without an answer is refused.
 */
export class SmsConsentOptionPlugin extends Plugin {
    static id = "smsConsentOption";
    static dependencies = ["history"];
    /** @type {import("plugins").WebsiteResources} */
    resources = {
        builder_options: [SmsConsentOption],
        remove_disabled_reason_providers: ({ el, reasons }) => {
            if (el.matches(FIELD_SELECTOR)) {
                reasons.push(
                    _t(
                        "Every candidate must answer this question: without it, nobody could apply. You can move it, or change its wording in the Recruitment settings."
                    )
                );
            }
        },
        clone_disabled_reason_providers: ({ el, reasons }) => {
            if (el.matches(FIELD_SELECTOR)) {
                reasons.push(_t("A job application form asks this question once."));
            }
        },
        // First: core asks the server to open every field it finds for website forms.
        clean_for_save_handlers: withSequence(1, ({ root }) => {
            for (const fieldEl of root.querySelectorAll(FIELD_SELECTOR)) {
                emptyPlace(fieldEl);
            }
        }),
        start_edition_handlers: () => this.askEverywhere(),
        normalize_handlers: () => this.askEverywhere(),
        post_undo_handlers: () => this.askEverywhere(),
        post_redo_handlers: () => this.askEverywhere(),
    };

    setup() {
        this.questions = new Map();
    }

    /** Show the question in each form that lacks it, outside of the undo history. */
    askEverywhere() {
        for (const fieldEl of this.editable.querySelectorAll(FIELD_SELECTOR)) {
            // Undoing "Apply for a Job" leaves it behind, as it is not part of the history.
            if (!fieldEl.closest(FORM_SELECTOR)) {
                this.dependencies.history.ignoreDOMMutations(() => fieldEl.remove());
            }
        }
        for (const formEl of this.editable.querySelectorAll(FORM_SELECTOR)) {
            if (!formEl.querySelector(`${FIELD_SELECTOR} input[name=sms_consent]`)) {
                this.ask(formEl);
            }
        }
    }

    ask(formEl) {
        const jobId =
            formEl.querySelector("[name=job_id]")?.value ||
            getParsedDataFor(formEl.id, formEl.ownerDocument)?.job_id ||
            "";
        const question = this.questions.get(jobId);
        if (!question) {
            const loading = fetchQuestion(formEl, jobId);
            this.questions.set(jobId, loading);
            loading.then(
                ({ html }) => {
                    this.questions.set(jobId, html);
                    if (!this.isDestroyed) {
                        this.askEverywhere();
                    }
                },
                () => this.questions.delete(jobId)
            );
        } else if (typeof question === "string") {
            this.dependencies.history.ignoreDOMMutations(() => insertQuestion(formEl, question));
        }
    }
}

registry.category("website-plugins").add(SmsConsentOptionPlugin.id, SmsConsentOptionPlugin);
