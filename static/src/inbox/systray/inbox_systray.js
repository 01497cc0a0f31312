import { Component, reactive, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { debounce } from "@web/core/utils/timing";
import { session } from "@web/session";

import { messageOf } from "../../core/errors";

const NOTIFICATION = "hr_recruitment_texting/thread";
/** Milliseconds: a campaign changes many conversations, the number of those that wait is asked once. */
const GATHER = 1000;
const MOST = 99;

/** How many conversations wait for the user. Without the right to view texts nothing is asked for. */
export const smsInboxBadgeService = {
    dependencies: ["bus_service", "orm"],

    start(env, { bus_service: bus, orm }) {
        const state = reactive({ count: 0 });
        if (!session.recruitment_texting?.view) {
            return state;
        }
        async function read() {
            try {
                state.count = await orm.silent.call("hr.sms.thread", "sms_inbox_badge");
            } catch (error) {
                messageOf(error); // the number stays what it was: the next change asks anew
            }
        }
        bus.subscribe(NOTIFICATION, debounce(read, GATHER));
        bus.start();
        read();
        return state;
    },
};

registry.category("services").add("hr_recruitment_texting.inbox_badge", smsInboxBadgeService);

export class SmsInboxSystray extends Component {
    static template = "hr_recruitment_texting.SmsInboxSystray";
    static props = {};

    setup() {
        this.badge = useState(useService("hr_recruitment_texting.inbox_badge"));
        this.action = useService("action");
    }

    get title() {
        const { count } = this.badge;
        if (!count) {
            return _t("SMS inbox");
        }
        return count === 1
            ? _t("SMS inbox: 1 conversation waits for you")
            : _t("SMS inbox: %s conversations wait for you", count);
    }

    get shown() {
        return this.badge.count > MOST ? `${MOST}+` : this.badge.count;
    }

    open() {
        this.action.doAction("hr_recruitment_texting.hr_sms_inbox_action", {
            clearBreadcrumbs: true,
            additionalContext: this.badge.count ? { sms_inbox_filter: "mine" } : {},
        });
    }
}

if (session.recruitment_texting?.view) {
    registry
        .category("systray")
        .add("hr_recruitment_texting.inbox", { Component: SmsInboxSystray }, { sequence: 22 });
}
