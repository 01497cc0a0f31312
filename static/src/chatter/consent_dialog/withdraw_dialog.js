import { Component, useState } from "@odoo/owl";

import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";

import { saveAndClose } from "../../core/save_and_close";

const ASKED = "asked";
const MISTAKE = "mistake";
const REASONS = [
    { value: ASKED, label: _t("The candidate wants no more texts") },
    { value: MISTAKE, label: _t("Entered by mistake") },
];

/** The candidate asked a colleague for no more texts, or never agreed: a colleague clicked wrongly. */
export class SmsWithdrawDialog extends Component {
    static template = "hr_recruitment_texting.SmsWithdrawDialog";
    static components = { Dialog };
    static props = { close: Function, conversation: Object };

    setup() {
        this.state = useState({ reason: ASKED, note: "", error: "", saving: false });
        this.reasons = REASONS;
    }

    get intro() {
        const { selected, number } = this.props.conversation;
        return _t(
            "No more texts can be sent to %s, and those that wait to go out are canceled. Consent can be added again if the candidate changes their mind.",
            selected?.display || number || ""
        );
    }

    get isMistake() {
        return this.state.reason === MISTAKE;
    }

    get notePlaceholder() {
        return this.isMistake
            ? _t("For example: meant for another applicant")
            : _t("For example: asked on the phone not to be texted");
    }

    onConfirm() {
        return saveAndClose(this, () =>
            this.props.conversation.withdrawConsent(this.state.note.trim(), this.isMistake),
        );
    }
}
