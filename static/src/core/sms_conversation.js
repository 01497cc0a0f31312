import { markRaw, reactive } from "@odoo/owl";

import { messageOf } from "./errors";
import { isBefore } from "./text_window";

const PAGE = 30;
/** So many of the messages on screen are read again when something changed: their states may have. */
const REFRESHED = 200;

/**
 * The conversation with one applicant, as the SMS tab shows it: which number, its consent, whether it
 * may be texted, its messages. Holds what the server said and nothing else; every change is a call to
 * the server followed by reading anew, under the rights of whoever is looking.
 */
export class SmsConversation {
    constructor(orm) {
        this.orm = markRaw(orm);
        this.reset(false);
        return reactive(this);
    }

    /** @param {number|false} applicantId */
    reset(applicantId) {
        this.applicantId = applicantId;
        /** Number picked in the switcher; `false`: the applicant's main one. */
        this.picked = false;
        this.error = "";
        this.loading = false;
        this.loadingOlder = false;
        this._reading = null;
        this._readAgain = false;
        this._clear();
    }

    _clear() {
        this.ready = false;
        this.number = false;
        this.rawPhone = "";
        this.company = null;
        this.threadId = false;
        this.consent = null;
        this.gate = null;
        this.notices = [];
        this.review = false;
        this.canSend = false;
        this.limit = 1400;
        /** The line that the next text will get, see `opt_out_line.js`; `false`: none. */
        this.optOut = false;
        /** UTC end of the quiet hours where the candidate is, and the same on their clock. */
        this.quietUntil = false;
        this.quietUntilLocal = "";
        this.messages = [];
        this.hasOlder = false;
        /** The texts that wait, the next one first. */
        this.planned = [];
        /** What is asked about texts that were left when the application was closed; `false`: nothing. */
        this.closing = false;
        /** IANA names of the time zones the candidate may be in. */
        this.zones = [];
        this.numbers = [];
        /** Of whom the next text should name one, as it is the first; `false`: it is not. */
        this.introduction = false;
        /** Segments; `false`: unlimited. */
        this.allowanceLeft = false;
        /** A text to be written anew, see `reuse`. */
        this.reused = null;
    }

    get unread() {
        return this.numbers.reduce((sum, { unread }) => sum + (unread || 0), 0);
    }

    get selected() {
        return this.numbers.find(({ number }) => number === this.number);
    }

    /**
     * Read anew. Calls that come while one is under way are answered by one more read after it: a
     * message can arrive between the server's answer and its being shown.
     */
    load() {
        if (!this.applicantId) {
            return Promise.resolve();
        }
        if (this._reading) {
            this._readAgain = true;
            return this._reading;
        }
        this.loading = true;
        const reading = this._read().finally(() => {
            if (this._reading === reading) {
                this._reading = null;
                this.loading = false;
            }
        });
        this._reading = reading;
        return reading;
    }

    async _read() {
        do {
            this._readAgain = false;
            const { applicantId, picked } = this;
            const limit = Math.min(Math.max(PAGE, this.messages.length), REFRESHED);
            try {
                const answer = await this._call("sms_tab", {
                    number: picked,
                    before_id: false,
                    limit,
                });
                if (this.applicantId !== applicantId) {
                    return;
                }
                if (this.picked !== picked) {
                    this._readAgain = true;
                    continue;
                }
                this._accept(answer);
            } catch (error) {
                if (this.applicantId !== applicantId) {
                    return;
                }
                this.error = messageOf(error);
            }
        } while (this._readAgain);
    }

    _accept(answer) {
        const isSameNumber = this.ready && this.number === answer.number;
        const older = isSameNumber ? this._above(answer.messages, this.messages) : [];
        // Without a message in common, in its place, there may be a hole between what is shown and
        // what came.
        const known = new Map(this.messages.map(({ id, date }) => [id, date]));
        const joins = !answer.has_older || answer.messages.some(({ id, date }) => known.get(id) === date);
        this.messages = joins ? [...older, ...answer.messages] : answer.messages;
        if (!joins || !older.length) {
            this.hasOlder = answer.has_older;
        }
        this.error = "";
        this.number = answer.number;
        this.rawPhone = answer.raw_phone || "";
        this.numbers = answer.numbers || [];
        this.company = answer.company;
        this.threadId = answer.thread_id;
        this.consent = answer.consent;
        this.gate = answer.gate;
        this.notices = answer.notices || [];
        this.review = answer.review || false;
        this.canSend = answer.can_send;
        this.limit = answer.limit || 1400;
        this.optOut = answer.opt_out || false;
        this.quietUntil = answer.quiet_until || false;
        this.quietUntilLocal = answer.quiet_until_local || "";
        this.planned = answer.planned || [];
        this.closing = answer.closing || false;
        this.zones = answer.zones || [];
        this.introduction = answer.introduction || false;
        this.allowanceLeft = answer.allowance_left ?? false;
        this.ready = true;
    }

    /** Those of some texts that stand above others; a text that waited has moved when it goes. */
    _above(texts, others) {
        const [first] = texts;
        const known = new Set(texts.map(({ id }) => id));
        return first ? others.filter((one) => !known.has(one.id) && isBefore(one, first)) : [];
    }

    async loadOlder() {
        if (!this.hasOlder || this.loadingOlder) {
            return;
        }
        this.loadingOlder = true;
        const { applicantId, number } = this;
        try {
            const answer = await this._call("sms_tab", {
                number,
                before_id: this.messages[0].id,
                limit: PAGE,
            });
            if (this.applicantId !== applicantId || this.number !== number) {
                return;
            }
            this.messages = [...this._above(this.messages, answer.messages), ...this.messages];
            this.hasOlder = answer.has_older;
        } catch (error) {
            this.error = messageOf(error);
        } finally {
            this.loadingOlder = false;
        }
    }

    /** @param {string} number */
    async pick(number) {
        if (number === this.number) {
            return;
        }
        const numbers = this.numbers;
        this._clear();
        this.numbers = numbers;
        this.number = number;
        this.picked = number;
        await this.load();
    }

    /**
     * @param {"job"|"reminder"} purpose what the text is about
     * @param {string} token names the attempt: should the answer get lost, the next try sends nothing twice
     */
    async send(body, number, token, purpose = "job", scheduledDate = false, templateId = false) {
        const values = scheduledDate ? { scheduled_date: scheduledDate, token } : { token };
        if (templateId) {
            values.template_id = templateId;
        }
        await this._call("sms_send", { body, number, purpose, ...values });
        await this.load();
    }

    /** @param {string|false} date in UTC that is thought of */
    checkSchedule(date) {
        return this._call("sms_schedule_check", { number: this.number, scheduled_date: date });
    }

    /** @param {number[]} ids of texts that wait */
    cancelTexts(ids) {
        return this._change("sms_cancel", ids);
    }

    sendTextNow(id) {
        return this._change("sms_send_now", [id]);
    }

    /** @param {{ scheduled_date?: string, body?: string }} values what changes */
    rescheduleText(id, values) {
        return this._change("sms_reschedule", [id], values);
    }

    /** @param {"cancel"|"keep"} decision about the texts that were left */
    async decideClosing(decision) {
        await this._call("sms_closing_decide", { decision });
        await this.load();
    }

    async grantConsent(values) {
        await this._call("sms_consent_grant", { number: this.number, method: "manual", ...values });
        await this.load();
    }

    /** Ask the candidate by e-mail. */
    async invite() {
        const [{ email }] = await this._call("sms_consent_invite", { number: this.number });
        await this.load();
        return email;
    }

    /** @param {boolean} byMistake it was entered by mistake: the candidate said nothing */
    async withdrawConsent(note, byMistake) {
        await this._call("sms_consent_withdraw", {
            number: this.number,
            note,
            by_mistake: byMistake,
        });
        await this.load();
    }

    /** @param {"opt_out"|"clear"} decision about a text that sounds like an opt-out */
    async decide(decision) {
        await this._call("sms_review_decide", { decision, number: this.number });
        await this.load();
    }

    /**
     * @param {number} messageId a text that nobody can tell about
     * @param {"arrived"|"again"} decision what became of it, or what shall
     */
    async settle(messageId, decision) {
        await this._call("sms_unconfirmed_decide", { message_id: messageId, decision });
        await this.load();
    }

    readHistory() {
        return this._call("sms_consent_history", { number: this.number });
    }

    async markRead() {
        const { selected } = this;
        if (!selected?.unread) {
            return;
        }
        selected.unread = 0;
        try {
            await this._call("sms_mark_read", { number: selected.number });
        } catch (error) {
            messageOf(error); // what could not be marked stays unread: the next read says so
        }
    }

    /** @param {{ thread_ids?: number[], applicant_ids?: number[] }} payload of a bus notification */
    concerns({ thread_ids: threadIds = [], applicant_ids: applicantIds = [] }) {
        return Boolean(
            this.applicantId &&
                (threadIds.includes(this.threadId) || applicantIds.includes(this.applicantId))
        );
    }

    readTemplates() {
        return this._call("sms_templates", { number: this.number });
    }

    /** Whether another candidate who has a number is this one, in words; empty when there is nothing to ask. */
    askAboutNumber(number) {
        return this._call("sms_number_question", { number });
    }

    async addNumber(number, label) {
        const added = await this._call("sms_number_add", { number, label });
        await this._showNumber(added);
    }

    /** @param {{ new_number?: string, label?: string }} values what changes */
    async editNumber(number, values) {
        const edited = await this._call("sms_number_edit", { number, ...values });
        await this._showNumber(edited);
    }

    async removeNumber(number) {
        await this._call("sms_number_remove", { number });
        // What has texts stays, as a former number; what has none is gone.
        this.picked = number === this.number ? false : this.picked;
        await this.load();
    }

    async _showNumber(number) {
        if (number === this.number) {
            await this.load();
        } else {
            await this.pick(number);
        }
    }

    /** Put a text that did not go into the input, to be changed and sent again. */
    reuse(body) {
        this.reused = { body };
    }

    async _change(method, ids, values = {}) {
        await this.orm.silent.call("hr.sms.message", method, [ids], values);
        await this.load();
    }

    _call(method, kwargs) {
        return this.orm.silent.call("hr.applicant", method, [[this.applicantId]], kwargs);
    }
}
