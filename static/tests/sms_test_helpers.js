import { click, contains, mailModels, openFormView, start, startServer } from "@mail/../tests/mail_test_helpers";
import { queryAll, waitUntil } from "@odoo/hoot";
import {
    defineModels,
    fields,
    getMockEnv,
    models,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { makeServerError, MockServer } from "@web/../tests/web_test_helpers";

import { session } from "@web/session";

import { isBefore } from "@hr_recruitment_texting/core/text_window";

export const MAIN = "+14155550101";
export const OTHER = "+4915155550102";
const DISPLAY = { [MAIN]: "+1 415-555-0101", [OTHER]: "+49 1515 5550102" };

class HrApplicant extends models.ServerModel {
    _name = "hr.applicant";
    _views = {
        form: /* xml */ `
            <form>
                <sheet><field name="partner_name"/><field name="partner_phone"/></sheet>
                <chatter/>
            </form>`,
    };

    partner_name = fields.Char();
    partner_phone = fields.Char();
    message_ids = fields.One2many({ relation: "mail.message" });
    activity_ids = fields.One2many({ relation: "mail.activity" });
    message_follower_ids = fields.Many2many({ relation: "mail.followers" });
}

class HrSmsMessage extends models.ServerModel {
    _name = "hr.sms.message";
}

export function defineTextingModels() {
    return defineModels({ ...mailModels, HrApplicant, HrSmsMessage });
}

/**
 * What the server would keep about the texts of one applicant. Tests write to it directly where the
 * real thing would change by itself (a reply, a delivery, a keyword) and then call `notify`.
 */
export class FakeTexting {
    constructor(values = {}) {
        this.calls = [];
        this.nextId = 1000;
        this.canSend = true;
        this.gate = { allowed: true, code: "", reason: "" };
        this.rawPhone = DISPLAY[MAIN];
        this.numbers = [{ number: MAIN, label: "Phone", main: true, former: false }];
        this.consents = { [MAIN]: makeConsent() };
        this.messages = { [MAIN]: [], [OTHER]: [] };
        this.history = [];
        this.zones = [];
        this.presets = [];
        /** Times in quiet hours: when those end. */
        this.quietFor = {};
        /** Names of the attempts to send. */
        this.tokens = [];
        /** Set to an Error to have the next call of that method refused. */
        this.refusals = {};
        /** Set to a Deferred to keep a method from answering. */
        this.waits = {};
        Object.assign(this, values);
    }

    /** Count the calls of a method. */
    count(method) {
        return this.calls.filter((call) => call.method === method).length;
    }

    last(method) {
        return this.calls.findLast((call) => call.method === method)?.kwargs;
    }

    addMessage(values = {}, number = MAIN) {
        const message = {
            id: this.nextId++,
            direction: "outbound",
            body: "Hello",
            state: "delivered",
            state_label: "Delivered",
            date: "2025-03-10 09:30:00",
            scheduled_date: false,
            author_name: "Mitchell Admin",
            failure_code: "",
            failure_reason: "",
            segment_count: 1,
            applicant_id: 1,
            applicant_name: "",
            is_unread: false,
            ...values,
        };
        this.messages[number].push(message);
        return message;
    }

    addReply(body, number = MAIN, values = {}) {
        return this.addMessage(
            { direction: "inbound", state: "received", author_name: "", body, is_unread: true, ...values },
            number
        );
    }

    addPlanned(values = {}, number = MAIN) {
        return this.addMessage(
            {
                state: "scheduled",
                state_label: "Scheduled",
                kind: "direct",
                planned: true,
                can_edit: true,
                can_cancel: true,
                ...values,
            },
            number
        );
    }

    // what the client calls

    sms_tab({ number, before_id, limit }) {
        const selected = this.numbers.some((entry) => entry.number === number)
            ? number
            : this.numbers[0]?.number || false;
        const conversation = [...(this.messages[selected] || [])].sort((a, b) => (isBefore(a, b) ? -1 : 1));
        const before = conversation.find(({ id }) => id === before_id);
        const all = conversation.filter((message) => !before || isBefore(message, before));
        return {
            number: selected,
            raw_phone: this.rawPhone,
            numbers: this.numbers.map((entry) => ({
                display: DISPLAY[entry.number],
                unread: this.messages[entry.number].filter((message) => message.is_unread).length,
                consent_state: this.consents[entry.number]?.state || "none",
                ...entry,
            })),
            company: { id: 1, name: "Azure Interior" },
            thread_id: selected ? 7 : false,
            consent: this.consents[selected] || makeConsent({ state: "none" }),
            gate: this.gate,
            notices: this.notices || [],
            review: this.review || false,
            can_send: this.canSend,
            limit: 1400,
            opt_out: this.optOut || false,
            quiet_until: this.quietUntil || false,
            quiet_until_local: this.quietUntilLocal || "",
            zones: this.zones,
            closing: this.closing || false,
            introduction: this.introduction || false,
            allowance_left: this.allowanceLeft ?? false,
            planned: (this.messages[selected] || [])
                .filter(({ planned, state }) => planned && ["scheduled", "queued"].includes(state))
                .map((message) => ({ ...message })),
            messages: all.slice(-limit).map((message) => ({ ...message })),
            has_older: all.length > limit,
        };
    }

    sms_send({ body, number, scheduled_date: date }) {
        if (date) {
            this.addPlanned({ body, scheduled_date: date }, number);
        } else {
            this.addMessage({ body, state: "queued", state_label: "queued" }, number);
        }
        return true;
    }

    sms_schedule_check({ scheduled_date: date }) {
        return { presets: this.presets, quiet_until: this.quietFor[date] || false };
    }

    sms_closing() {
        return this.closing || false;
    }

    sms_closing_decide({ decision }) {
        this.closing = false;
        for (const message of this.messages[MAIN].filter(({ planned }) => planned)) {
            message.state = decision === "cancel" ? "canceled" : message.state;
        }
        return [];
    }

    sms_cancel(values, ids) {
        for (const message of this.messages[MAIN].filter(({ id }) => ids.includes(id))) {
            Object.assign(message, { state: "canceled", state_label: "Not sent" });
        }
        return ids;
    }

    sms_send_now(values, ids) {
        const message = this.messages[MAIN].find(({ id }) => ids.includes(id));
        Object.assign(message, { state: "queued", scheduled_date: false, planned: false });
        return true;
    }

    sms_reschedule(values, ids) {
        Object.assign(this.messages[MAIN].find(({ id }) => ids.includes(id)), values);
        return true;
    }

    sms_consent_grant({ number }) {
        this.consents[number] = makeConsent({ by: "colleague", actor_name: "Mitchell Admin" });
        this.gate = { allowed: true, code: "", reason: "" };
        return true;
    }

    sms_consent_invite({ number }) {
        Object.assign(this.consents[number], {
            can_invite: false,
            invite_refusal: "Asked by e-mail on Jun 1 already.",
        });
        return [{ applicant_id: 1, email: "ada@example.com", reason: "" }];
    }

    sms_consent_withdraw({ number }) {
        this.consents[number] = makeConsent({
            state: "withdrawn",
            label: "Consent for SMS withdrawn",
            can_grant: true,
            can_withdraw: false,
        });
        this.gate = { allowed: false, code: "consent_withdrawn", reason: "Consent was withdrawn." };
        return true;
    }

    sms_review_decide({ decision }) {
        this.review = false;
        this.gate = { allowed: decision === "clear", code: "", reason: "" };
        return 1;
    }

    sms_unconfirmed_decide({ message_id: id, decision }) {
        const message = Object.values(this.messages).flat().find((one) => one.id === id);
        message.state = { arrived: "delivered", again: "queued" }[decision];
        message.failure_code = message.failure_reason = "";
        message.decided_by = "Mitchell Admin";
        return true;
    }

    sms_templates() {
        return this.templates || [];
    }

    sms_number_question() {
        return this.numberQuestion || "";
    }

    sms_number_add({ number, label }) {
        this.numbers.push({ number, label, main: false, former: false });
        this.messages[number] ||= [];
        return number;
    }

    sms_number_edit({ number, new_number: corrected, label }) {
        const entry = this.numbers.find((one) => one.number === number);
        Object.assign(entry, { number: (corrected || number).replaceAll(" ", ""), label });
        this.messages[entry.number] ||= [];
        return entry.number;
    }

    sms_number_remove({ number }) {
        this.numbers = this.numbers.filter((one) => one.number !== number);
        return true;
    }

    sms_consent_history() {
        return this.history;
    }

    sms_mark_read({ number }) {
        for (const message of this.messages[number]) {
            message.is_unread = false;
        }
        return true;
    }
}

const METHODS = [
    "sms_tab",
    "sms_send",
    "sms_consent_grant",
    "sms_consent_invite",
    "sms_consent_withdraw",
    "sms_consent_history",
    "sms_mark_read",
    "sms_number_question",
    "sms_number_add",
    "sms_number_edit",
    "sms_number_remove",
    "sms_templates",
    "sms_review_decide",
    "sms_unconfirmed_decide",
    "sms_schedule_check",
    "sms_closing",
    "sms_closing_decide",
];
const MESSAGE_METHODS = ["sms_cancel", "sms_send_now", "sms_reschedule"];

export function makeConsent(values = {}) {
    return {
        state: "granted",
        locked: false,
        label: { none: "No consent for SMS yet", declined: "Declined SMS" }[values.state] || "Consent for SMS given",
        by: "candidate",
        actor_name: "Ada Lovelace",
        method: "job_form",
        method_label: "Job form",
        given_date: "2025-03-01 10:00:00",
        recorded_date: "2025-03-01 10:00:00",
        can_grant: false,
        can_withdraw: true,
        refusal: "",
        ...values,
    };
}

/** As the server refuses: a sentence for the user. */
export function refusal(message) {
    return makeServerError({ message, type: "UserError" });
}

/**
 * Open an applicant whose texts `texting` keeps.
 *
 * @param {FakeTexting} texting
 * @param {{ view?: boolean, openTab?: boolean }} [options]
 */
export async function openApplicant(texting, { view = true, openTab = true, resId } = {}) {
    patchWithCleanup(session, { recruitment_texting: { view, send: texting.canSend } });
    for (const method of METHODS) {
        onRpc("hr.applicant", method, async ({ args, kwargs }) => {
            const { context, token, ...rest } = kwargs;
            if (token) {
                texting.tokens.push(token);
            }
            const asked = Object.fromEntries(Object.entries(rest)); // without the mock's marks
            texting.calls.push({ method, ids: [...args[0]], kwargs: asked });
            await texting.waits[method];
            const error = texting.refusals[method];
            if (error) {
                throw error;
            }
            return texting[method](kwargs);
        });
    }
    for (const method of MESSAGE_METHODS) {
        onRpc("hr.sms.message", method, async ({ args: [ids], kwargs: { context, ...kwargs } }) => {
            texting.calls.push({ method, ids: [...ids], kwargs: Object.fromEntries(Object.entries(kwargs)) });
            const error = texting.refusals[method];
            if (error) {
                throw error;
            }
            return texting[method](kwargs, ids);
        });
    }
    const pyEnv = await startServer();
    const applicantId =
        resId === undefined
            ? pyEnv["hr.applicant"].create({
                  partner_name: "Ada Lovelace",
                  partner_phone: texting.rawPhone,
              })
            : resId;
    await start();
    await openFormView("hr.applicant", applicantId);
    if (openTab) {
        await click(".o_sms_tab_button");
    }
    return applicantId;
}

/** As the server does after every change. */
export function notify(applicantId) {
    MockServer.env["bus.bus"]._sendone("broadcast", "hr_recruitment_texting/thread", {
        thread_ids: [7],
        applicant_ids: [applicantId],
    });
}

/** Wait until an element that matches the selector has the words in it. */
export function shows(selector, words) {
    return waitUntil(() => queryAll(selector).some((el) => el.textContent.includes(words)), {
        message: () => `"${selector}" should show: ${words}`,
        timeout: 3000,
    });
}

export function isPhone() {
    return getMockEnv().isSmall;
}

/** Wait for the input; on a desk the cursor is in it, on a phone the keyboard would cover the rest. */
export function readyToWrite() {
    return contains(isPhone() ? ".o_sms_input:not(:focus)" : ".o_sms_input:focus");
}
