import { Component, useState } from "@odoo/owl";

import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";

import { messageOf } from "../../core/errors";

/** The candidate asked a colleague for no more texts. */
export class SmsWithdrawDialog extends Component {
    static template = "hr_recruitment_texting.SmsWithdrawDialog";
    static components = { Dialog };
    static props = { close: Function, conversation: Object };

    setup() {
        this.state = useState({ note: "", error: "", saving: false });
    }

    get intro() {
        const { selected, number } = this.props.conversation;
        return _t(
            "No more texts can be sent to %s, and those that wait to go out are canceled. Consent can be added again if the candidate changes their mind.",
            selected?.display || number || ""
        );
    }

    async onConfirm() {
        if (this.state.saving) {
            return;
        }
        this.state.saving = true;
        this.state.error = "";
        try {
            await this.props.conversation.withdrawConsent(this.state.note.trim());
        } catch (error) {
            this.state.error = messageOf(error);
            return;
        } finally {
            this.state.saving = false;
        }
        this.props.close();
    }
}
