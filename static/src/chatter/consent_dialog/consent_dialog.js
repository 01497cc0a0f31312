import { Component, useState } from "@odoo/owl";

import { DateTimeInput } from "@web/core/datetime/datetime_input";
import { Dialog } from "@web/core/dialog/dialog";
import { serializeDateTime, today } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

import { MANUAL_SOURCES } from "../../core/consent_states";
import { saveAndClose } from "../../core/save_and_close";
import { TCPA, TWILIO_MESSAGING_POLICY } from "../../core/links";

const { DateTime } = luxon;

/** Consent the candidate gave to a colleague, entered by hand: when, how, and what it must not be. */
export class SmsConsentDialog extends Component {
    static template = "hr_recruitment_texting.SmsConsentDialog";
    static components = { DateTimeInput, Dialog };
    static props = { close: Function, conversation: Object };

    setup() {
        this.policy = TWILIO_MESSAGING_POLICY;
        this.tcpa = TCPA;
        this.state = useState({ date: today(), source: "", note: "", error: "", saving: false });
    }

    get sources() {
        return Object.entries(MANUAL_SOURCES).map(([value, label]) => ({ value, label }));
    }

    get wasDeclined() {
        return this.props.conversation.consent?.state === "declined";
    }

    get needsNote() {
        return this.wasDeclined || this.state.source === "other";
    }

    get notePlaceholder() {
        return this.wasDeclined
            ? _t("When and how did the candidate change their mind?")
            : _t("What was agreed, with whom");
    }

    get noteLabel() {
        return this.needsNote ? _t("Note") : _t("Note (optional)");
    }

    get intro() {
        const { selected, number } = this.props.conversation;
        return _t("The candidate agreed to receive texts on %s.", selected?.display || number || "");
    }

    onDateChange(date) {
        this.state.date = date;
        this.state.error = "";
    }

    /** What is missing, in words; empty when it can be saved. */
    get missing() {
        if (!this.state.date) {
            return _t("Pick the date on which the candidate gave consent.");
        }
        if (this.state.date.startOf("day") > today()) {
            return _t("The date cannot be in the future.");
        }
        if (!this.state.source) {
            return _t("Say how the candidate gave consent.");
        }
        if (this.needsNote && !this.state.note.trim()) {
            return this.wasDeclined
                ? _t("The candidate said No before: note how they changed their mind.")
                : _t("Note how the candidate gave consent.");
        }
        return "";
    }

    /**
     * The moment to record: now for today, noon for an earlier day. Midnight would be another day, or
     * the future, in another time zone.
     */
    get givenDate() {
        const isToday = this.state.date.hasSame(today(), "day");
        const moment = isToday ? DateTime.now() : this.state.date.set({ hour: 12, minute: 0 });
        return serializeDateTime(moment);
    }

    async onConfirm() {
        if (this.state.saving) {
            return;
        }
        this.state.error = this.missing;
        if (this.state.error) {
            return;
        }
        await saveAndClose(this, () =>
            this.props.conversation.grantConsent({
                given_date: this.givenDate,
                source: this.state.source,
                note: this.state.note.trim(),
            }),
        );
    }
}
