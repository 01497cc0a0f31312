import { Component, useState } from "@odoo/owl";

import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

import { messageOf } from "../../core/errors";

/** A text that sounds like an opt-out, and the two ways to decide about it. */
export class SmsReview extends Component {
    static template = "hr_recruitment_texting.SmsReview";
    static props = {
        conversation: Object,
        /** When it is decided: the buttons are gone, and the focus with them. */
        onDone: Function,
    };

    setup() {
        this.conversation = useState(this.props.conversation);
        this.state = useState({ deciding: false, error: "" });
    }

    get review() {
        return this.conversation.review;
    }

    get deadline() {
        const until = deserializeDateTime(this.review.until).toLocaleString({
            weekday: "long",
            day: "numeric",
            month: "long",
        });
        return _t("Without a decision it counts as an opt-out on %s.", until);
    }

    /** @param {"opt_out"|"clear"} decision */
    async decide(decision) {
        this.state.deciding = true;
        this.state.error = "";
        try {
            await this.conversation.decide(decision);
        } catch (error) {
            this.state.error = messageOf(error);
            await this.conversation.load();
        } finally {
            this.state.deciding = false;
            this.props.onDone();
        }
    }
}
