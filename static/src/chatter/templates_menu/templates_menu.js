import { Component, useState } from "@odoo/owl";

import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";

import { messageOf } from "../../core/errors";

/** Texts written before, with this applicant's data filled in: chosen, then edited. */
export class SmsTemplatesMenu extends Component {
    static template = "hr_recruitment_texting.SmsTemplatesMenu";
    static components = { Dropdown, DropdownItem };
    static props = { conversation: Object, onChosen: Function };

    setup() {
        this.state = useState({ templates: [], error: "", ready: false });
        this.chosen = null;
    }

    /** Read each time: what is filled in may have changed. */
    async load() {
        this.state.error = "";
        try {
            this.state.templates = await this.props.conversation.readTemplates();
        } catch (error) {
            this.state.error = messageOf(error);
        }
        this.state.ready = true;
    }

    choose(template) {
        this.chosen = template.error ? null : template;
    }

    /** Closing, the menu gives the focus back to its button: what was chosen is put in after that. */
    onStateChanged(isOpen) {
        const { chosen } = this;
        this.chosen = null;
        if (!isOpen && chosen) {
            this.props.onChosen(chosen);
        }
    }
}
