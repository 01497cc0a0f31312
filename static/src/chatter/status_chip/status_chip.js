import { Component } from "@odoo/owl";

import { describeConsent } from "../../core/consent_states";

/** The state of consent, always in sight: icon, colour and words. A click tells how it came about. */
export class SmsStatusChip extends Component {
    static template = "hr_recruitment_texting.SmsStatusChip";
    static props = { consent: Object, isOpen: { type: Boolean, optional: true }, onClick: Function };

    get look() {
        return describeConsent(this.props.consent);
    }
}
