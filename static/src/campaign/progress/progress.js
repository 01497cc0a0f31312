import { Component, onWillStart, useEffect, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { formatInteger } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const NOTIFICATION = "hr_recruitment_texting/campaign";
/** The screen follows at most so often, in milliseconds. */
const PACE = 1000;

/** How far a campaign is, live, and why texts did not go or arrive. */
export class SmsCampaignProgress extends Component {
    static template = "hr_recruitment_texting.SmsCampaignProgress";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        const bus = useService("bus_service");
        this.state = useState({ skipped: [], failed: [] });
        this.follow = useDebounced(() => this.load(), PACE, { immediate: true, trailing: true });
        useEffect(
            () => {
                const onChange = ({ campaign_ids: ids }) => {
                    if (ids.includes(this.props.record.resId)) {
                        this.follow();
                    }
                };
                bus.subscribe(NOTIFICATION, onChange);
                return () => bus.unsubscribe(NOTIFICATION, onChange);
            },
            () => []
        );
        onWillStart(() => this.loadReasons());
    }

    async load() {
        const { record } = this.props;
        // What somebody is changing in the form stays.
        if (!(await record.isDirty())) {
            await record.load();
        }
        await this.loadReasons();
    }

    async loadReasons() {
        const { resId } = this.props.record;
        if (resId) {
            const result = await this.orm.silent.call("hr.sms.campaign", "sms_result", [resId]);
            Object.assign(this.state, result);
        }
    }

    get data() {
        return this.props.record.data;
    }

    get percent() {
        return this.data.progress;
    }

    get title() {
        const { state, recipient_count: all, waiting_count: waiting } = this.data;
        const { sent_count: sent, failed_count: failed, skipped_count: skipped } = this.data;
        const counts = {
            done: formatInteger(all - waiting),
            all: formatInteger(all),
            waiting: formatInteger(waiting),
            sent: formatInteger(sent + failed),
            skipped: formatInteger(skipped),
        };
        if (state === "paused") {
            return _t("Paused: %(done)s of %(all)s are done, %(waiting)s wait.", counts);
        }
        if (state === "stopped") {
            return _t("Stopped: what had not gone was canceled.");
        }
        return _t(
            "%(done)s of %(all)s are done: %(sent)s sent, %(skipped)s not texted.",
            counts
        );
    }

    showLabel({ count, reason }) {
        return _t("Show %(count)s: %(reason)s", { count: formatInteger(count), reason });
    }

    number(count) {
        return formatInteger(count);
    }

    get lines() {
        return [
            ...this.state.failed.map((line) => ({ ...line, what: _t("not delivered"), icon: "fa-exclamation-circle" })),
            ...this.state.skipped.map((line) => ({ ...line, what: _t("not texted"), icon: "fa-ban" })),
        ];
    }

    async open(code) {
        const { resId } = this.props.record;
        this.action.doAction(
            await this.orm.call("hr.sms.campaign", "sms_result_list", [resId, code])
        );
    }
}

export const smsCampaignProgress = {
    component: SmsCampaignProgress,
    fieldDependencies: [
        { name: "state", type: "selection" },
        { name: "recipient_count", type: "integer" },
        { name: "waiting_count", type: "integer" },
        { name: "sent_count", type: "integer" },
        { name: "failed_count", type: "integer" },
        { name: "skipped_count", type: "integer" },
        { name: "progress", type: "integer" },
    ],
};

registry.category("view_widgets").add("sms_campaign_progress", smsCampaignProgress);
