import { Component, useState } from "@odoo/owl";

import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useAutofocus } from "@web/core/utils/hooks";

import { saveAndClose } from "../../core/save_and_close";

/** Add a further phone number to the applicant, or correct, label or remove one. */
export class SmsNumberDialog extends Component {
    static template = "hr_recruitment_texting.SmsNumberDialog";
    static components = { Dialog };
    static props = {
        close: Function,
        conversation: Object,
        /** The number to edit; without it one is added. */
        number: { type: Object, optional: true },
    };

    setup() {
        const { number } = this.props;
        this.state = useState({
            number: number?.display || "",
            label: number?.label || _t("Mobile"),
            error: "",
            saving: false,
        });
        useAutofocus({ refName: "number" });
    }

    get title() {
        return this.props.number ? _t("Edit phone number") : _t("Add phone number");
    }

    get labels() {
        return [_t("Mobile"), _t("Home"), _t("Work"), _t("Family")];
    }

    onKeydown(ev) {
        if (ev.key === "Enter" && !ev.isComposing) {
            ev.preventDefault();
            this.save();
        }
    }

    save() {
        const { conversation, number } = this.props;
        if (!this.state.number.trim()) {
            this.state.error = _t("Type the phone number.");
            return;
        }
        const label = this.state.label.trim();
        return saveAndClose(this, () =>
            number
                ? conversation.editNumber(number.number, {
                      new_number: this.state.number,
                      label,
                  })
                : conversation.addNumber(this.state.number, label)
        );
    }

    remove() {
        return saveAndClose(this, () => this.props.conversation.removeNumber(this.props.number.number));
    }
}
