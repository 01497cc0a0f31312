import { Component, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";

import { formatTime, formatWhen } from "../../core/dates";
import { messageOf } from "../../core/errors";
import { linkify } from "../../core/linkify";

const STATES = {
    scheduled: { icon: "fa-clock-o", label: _t("Scheduled") },
    queued: { icon: "fa-clock-o", label: _t("Sending…") },
    sending: { icon: "fa-clock-o", label: _t("Sending…") },
    unknown: { icon: "fa-question-circle", tone: "text-warning", label: _t("Perhaps not sent") },
    sent: { icon: "fa-check", label: _t("Sent") },
    delivered: { icon: "fa-check-circle", tone: "text-success", label: _t("Delivered") },
    failed: { icon: "fa-exclamation-circle", tone: "text-danger", label: _t("Not delivered") },
    canceled: { icon: "fa-ban", label: _t("Canceled") },
};

/** Up to the first full stop that ends a sentence. */
const SENTENCE = /^.*?[.!?:](?=\s)/su;

/** One text: what was said, by whom, when, and what became of it. */
export class SmsBubble extends Component {
    static template = "hr_recruitment_texting.SmsBubble";
    static props = {
        message: Object,
        conversation: { type: Object, optional: true },
        /** When it is decided: the buttons are gone, and the focus with them. */
        onDone: { type: Function, optional: true },
    };

    setup() {
        this.deciding = useState({ busy: false, error: "" });
    }

    get isOutbound() {
        return this.props.message.direction === "outbound";
    }

    get parts() {
        return linkify(this.props.message.body || "");
    }

    /** Pictures and files that came with the text. */
    get media() {
        return this.props.message.media || [];
    }

    get time() {
        return formatTime(this.props.message.date);
    }

    /** When it came or went; of a text that waited also when it was written. */
    get fullDate() {
        const { date, written_date } = this.props.message;
        const [went, written] = [formatWhen(date), formatWhen(written_date)];
        return written && written !== went ? _t("%(went)s, written %(written)s", { went, written }) : went;
    }

    get author() {
        const { author_name: name } = this.props.message;
        return this.isOutbound ? name || _t("Automatic text") : name || _t("Candidate");
    }

    /** @returns {{ icon: string, tone?: string, label: string }|null} */
    get state() {
        const { state, state_label: label, scheduled_date: scheduled } = this.props.message;
        if (!this.isOutbound) {
            return null;
        }
        if (this.waitReason) {
            return { ...STATES.queued, label: _t("Waiting") };
        }
        if (state === "scheduled" && scheduled) {
            return { ...STATES.scheduled, label: _t("Goes out %s", formatWhen(scheduled)) };
        }
        return STATES[state] || { icon: "fa-circle-o", label: label || state };
    }

    get reason() {
        const { state, failure_reason: reason } = this.props.message;
        const isOver = ["failed", "canceled", "unknown"].includes(state);
        return isOver ? reason || "" : this.waitReason;
    }

    /** What is canceled is told in short: the first sentence, the rest on demand. */
    get reasonShort() {
        return this.reason.match(SENTENCE)?.[0].trim() || this.reason;
    }

    get reasonRest() {
        const isLong = this.props.message.state === "canceled";
        return isLong ? this.reason.slice(this.reasonShort.length).trim() : "";
    }

    /** Why its time has come and it is still here. */
    get waitReason() {
        const { state, wait_reason: reason } = this.props.message;
        return ["queued", "scheduled"].includes(state) ? reason || "" : "";
    }

    get stateTitle() {
        const {
            segment_count: count,
            failure_code: code,
            state_label: label,
            decided_by: decidedBy,
        } = this.props.message;
        const parts = [label];
        if (decidedBy) {
            parts.push(_t("Decided by %s", decidedBy));
        }
        if (count) {
            parts.push(count === 1 ? _t("1 segment") : _t("%s segments", count));
        }
        if (/^\d+$/.test(code)) {
            parts.push(_t("Error %s", code));
        }
        return parts.filter(Boolean).join(" · ");
    }

    /** Twilio cannot tell whether it got this text: a person has to say what became of it. */
    get needsDecision() {
        const { state, failure_code: code } = this.props.message;
        return state === "unknown" && code === "undecided" && this.props.conversation?.canSend;
    }

    /** It did not go, and the number may be texted: it can be written anew. */
    get canReuse() {
        const { state, body } = this.props.message;
        const { canSend, gate } = this.props.conversation || {};
        return Boolean(
            this.isOutbound &&
                ["failed", "canceled"].includes(state) &&
                body &&
                canSend &&
                gate?.allowed
        );
    }

    /** @param {"arrived"|"again"} decision */
    async decide(decision) {
        const { conversation, message } = this.props;
        this.deciding.busy = true;
        this.deciding.error = "";
        try {
            await conversation.settle(message.id, decision);
        } catch (error) {
            this.deciding.error = messageOf(error);
            await conversation.load();
        } finally {
            this.deciding.busy = false;
            this.props.onDone?.();
        }
    }

    get otherApplication() {
        const { applicant_name: name } = this.props.message;
        return name ? _t("Application: %s", name) : "";
    }
}
