import { Component, onWillStart, useRef, useState } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useAutoresize } from "@web/core/utils/autoresize";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useInputField } from "@web/views/fields/input_field_hook";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { inPlainCharacters } from "../../core/plain_characters";
import { countSegments, GSM_7 } from "../../core/segments";

/** Milliseconds without a key after which the preview follows. */
const PAUSE = 400;
const PLACEHOLDER = /\{\{.*?\}\}/gs;
/** What is written besides the placeholders: what they become differs from one to the next. */
const withoutPlaceholders = (text) => text.replace(PLACEHOLDER, "");

/** The text of a campaign: placeholders to choose from, and its size without them. */
export class SmsCampaignBodyField extends Component {
    static template = "hr_recruitment_texting.SmsCampaignBodyField";
    static components = { Dropdown, DropdownItem };
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ typed: null });
        this.placeholders = [];
        this.inputRef = useRef("input");
        useInputField({ getValue: () => this.value, refName: "input" });
        useAutoresize(this.inputRef);
        this.tell = useDebounced((body) => this.props.record.update({ [this.props.name]: body }), PAUSE);
        onWillStart(async () => {
            if (!this.props.readonly) {
                this.placeholders = await this.orm.call("hr.sms.campaign", "sms_placeholders", []);
            }
        });
    }

    get value() {
        return this.props.record.data[this.props.name] || "";
    }

    get text() {
        return this.state.typed ?? this.value;
    }

    get counted() {
        return countSegments(withoutPlaceholders(this.text));
    }

    /** The text in characters that cost less; empty when that helps nothing. */
    get plainText() {
        return inPlainCharacters(this.text, withoutPlaceholders);
    }

    get size() {
        const { units, segments, encoding } = this.counted;
        const parts = [
            units === 1 ? _t("1 character") : _t("%s characters", units),
            segments === 1 ? _t("1 segment") : _t("%s segments", segments),
            encoding === GSM_7 ? "GSM-7" : _t("Unicode"),
        ];
        return parts.join(" · ");
    }

    onInput(ev) {
        this.state.typed = ev.target.value;
        this.tell(ev.target.value);
    }

    onChange() {
        this.tell.cancel();
        this.state.typed = null;
    }

    usePlainCharacters() {
        const input = this.inputRef.el;
        input.value = this.plainText;
        input.dispatchEvent(new InputEvent("input", { bubbles: true }));
        input.focus();
    }

    /** @param {string} placeholder put where the cursor is, apart from words beside it */
    insert(placeholder) {
        const input = this.inputRef.el;
        const before = input.value.slice(0, input.selectionStart);
        const space = before && !/\s$/.test(before) ? " " : "";
        input.setRangeText(space + placeholder, input.selectionStart, input.selectionEnd, "end");
        input.dispatchEvent(new InputEvent("input", { bubbles: true }));
        // The menu gives the focus back to its button as it closes.
        browser.setTimeout(() => input.focus());
    }
}

export const smsCampaignBodyField = {
    component: SmsCampaignBodyField,
    supportedTypes: ["text"],
};

registry.category("fields").add("sms_campaign_body", smsCampaignBodyField);
