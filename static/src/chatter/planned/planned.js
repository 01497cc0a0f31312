import { Component, useState } from "@odoo/owl";

import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

import { describeMoment, describeMomentThere } from "../../core/dates";
import { messageOf } from "../../core/errors";
import { SmsScheduleDialog } from "../schedule_dialog/schedule_dialog";

/** The texts that wait: when they go, why they wait, and what can be done about them. */
export class SmsPlanned extends Component {
    static template = "hr_recruitment_texting.SmsPlanned";
    static props = {
        conversation: Object,
        /** When something was done: the button for it may be gone, and the focus with it. */
        onDone: Function,
    };

    setup() {
        this.conversation = useState(this.props.conversation);
        this.state = useState({ error: "", busy: false });
        this.dialog = useService("dialog");
    }

    get title() {
        const { length } = this.conversation.planned;
        return length === 1 ? _t("1 planned text") : _t("%s planned texts", length);
    }

    when(message) {
        if (message.wait_reason) {
            return _t("Waiting");
        }
        return message.scheduled_date
            ? _t("Goes out %s", describeMoment(message.scheduled_date))
            : _t("Sending soon");
    }

    whenThere(message) {
        const { zones } = this.conversation;
        const there =
            !message.wait_reason && describeMomentThere(message.scheduled_date, zones, { onlyIfOther: true });
        return there ? _t("There: %s", there) : "";
    }

    author(message) {
        return message.author_name || _t("Automatic text");
    }

    canSendNow(message) {
        return message.can_edit && message.state === "scheduled" && !message.wait_reason;
    }

    decide(decision) {
        return this._do(() => this.props.conversation.decideClosing(decision));
    }

    edit(message) {
        this.state.error = "";
        this.dialog.add(SmsScheduleDialog, {
            conversation: this.props.conversation,
            message,
            onConfirm: (date, body) => this.change(message, date, body),
        });
    }

    /** Only what was changed is sent: its time may be over by now, and that is no mistake. */
    async change(message, date, body) {
        const values = {};
        if (date && date !== message.scheduled_date) {
            values.scheduled_date = date;
        }
        if (body !== message.body) {
            values.body = body;
        }
        if (Object.keys(values).length) {
            await this.props.conversation.rescheduleText(message.id, values);
        }
    }

    sendNow(message) {
        return this._do(() => this.props.conversation.sendTextNow(message.id));
    }

    cancel(message) {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Cancel planned text"),
            body: _t("It will not be sent. Its words stay in the conversation."),
            confirmLabel: _t("Cancel the text"),
            confirm: () => this._do(() => this.props.conversation.cancelTexts([message.id])),
            cancelLabel: _t("Keep it"),
            cancel: () => {},
        });
    }

    async _do(action) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        this.state.error = "";
        try {
            await action();
        } catch (error) {
            this.state.error = messageOf(error);
            this.props.conversation.load(); // what is shown is not true any more
        } finally {
            this.state.busy = false;
            this.props.onDone();
        }
    }
}
