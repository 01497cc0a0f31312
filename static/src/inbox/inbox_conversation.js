import { SmsConversation } from "../core/sms_conversation";

/** What the tab calls on an applicant, and what stands for it where a number is nobody's. */
const OF_NUMBER = {
    sms_tab: "sms_inbox_conversation",
    sms_mark_read: "sms_inbox_mark_read",
    sms_consent_history: "sms_inbox_history",
};

/** The conversation beside the inbox's list: with an applicant, or with a number of nobody. */
export class InboxConversation extends SmsConversation {
    /** @param {object|null} thread a row of the list */
    open(thread) {
        const isOther =
            !thread || thread.id !== this.openId || (thread.applicant_id || false) !== this.applicantOf;
        if (!isOther) {
            return;
        }
        this.reset(thread ? thread.applicant_id || -thread.id : false);
        /** The row that is open, and its applicant: either may change below it. */
        this.openId = thread?.id || false;
        this.applicantOf = thread?.applicant_id || false;
        this.picked = thread?.number || false;
        this.load();
    }

    /** Nobody's: there is no applicant to add a number to. */
    get isNumberOnly() {
        return !this.applicantOf;
    }

    concerns(payload) {
        return (payload.thread_ids || []).includes(this.openId) || super.concerns(payload);
    }

    _call(method, kwargs) {
        if (this.applicantOf) {
            return super._call(method, kwargs);
        }
        const { number, ...others } = kwargs;
        return this.orm.silent.call("hr.sms.thread", OF_NUMBER[method], [[this.openId]], others);
    }
}
