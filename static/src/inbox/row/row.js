import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";

import { describeConsent } from "../../core/consent_states";
import { formatAge, formatShort, formatWhen } from "../../core/dates";

/** One conversation in the inbox's list. */
export class SmsInboxRow extends Component {
    static template = "hr_recruitment_texting.SmsInboxRow";
    static props = { thread: Object };

    get title() {
        return this.props.thread.name || this.props.thread.display;
    }

    get initials() {
        const words = this.props.thread.name.match(/[\p{L}\p{N}]+/gu) || [];
        const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
        return ends.map((word) => [...word][0].toUpperCase()).join("");
    }

    get look() {
        return describeConsent(this.props.thread.consent);
    }

    get when() {
        return formatShort(this.props.thread.date);
    }

    get moment() {
        return formatWhen(this.props.thread.date);
    }

    get waiting() {
        return formatAge(this.props.thread.waiting_since);
    }

    get waitingTitle() {
        return _t("Waits for an answer since %s", formatWhen(this.props.thread.waiting_since));
    }

    get isProblem() {
        return ["failed", "unknown"].includes(this.props.thread.state);
    }
}
