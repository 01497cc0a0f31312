import { Component, useState } from "@odoo/owl";

import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useAutofocus } from "@web/core/utils/hooks";

import { messageOf } from "../../core/errors";
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
            /** Whether they are somebody else whose number it is too: saved with a second click. */
            question: "",
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

    get saveLabel() {
        return this.state.question ? _t("Same person, save") : _t("Save");
    }

    onInput() {
        this.state.question = "";
        this.state.error = "";
    }

    onKeydown(ev) {
        if (ev.key === "Enter" && !ev.isComposing) {
            ev.preventDefault();
            this.save();
        }
    }

    async save() {
        const { conversation, number } = this.props;
        if (this.state.saving) {
            return;
        }
        if (!this.state.number.trim()) {
            this.state.error = _t("Type the phone number.");
            return;
        }
        if (this.state.number !== number?.display && !this.state.question && !(await this.isClear())) {
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

    /** Ask whether somebody else has the number: their texts and their consent would be shown here. */
    async isClear() {
        this.state.saving = true;
        this.state.error = "";
        try {
            this.state.question = await this.props.conversation.askAboutNumber(this.state.number);
        } catch (error) {
            this.state.error = messageOf(error);
        } finally {
            this.state.saving = false;
        }
        return !this.state.question && !this.state.error;
    }

    remove() {
        return saveAndClose(this, () => this.props.conversation.removeNumber(this.props.number.number));
    }
}
