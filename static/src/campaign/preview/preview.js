import { Component, onWillDestroy, useState } from "@odoo/owl";

import { serializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { formatInteger } from "@web/views/fields/formatters";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { messageOf } from "../../core/errors";

/** With more recipients than that the preview follows when asked, not at every change. */
const MANY = 2000;
const PAUSE = 300;

/** Who gets a campaign and who does not, before anything is sent. */
export class SmsCampaignPreview extends Component {
    static template = "hr_recruitment_texting.SmsCampaignPreview";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ preview: null, loading: true, outdated: false, error: "" });
        this.keepLast = new KeepLast();
        this.asked = null;
        this.follow = useDebounced(() => this.load(), PAUSE);
        // Also when it was never mounted: Odoo draws a form anew that it showed from its cache.
        onWillDestroy(() => this.follow.cancel());
        useRecordObserver((record) => {
            const asked = JSON.stringify([record.resId, this.valuesOf(record)]);
            if (asked === this.asked) {
                return;
            }
            const isFirst = this.asked === null;
            this.asked = asked;
            if (isFirst) {
                this.load();
            } else if ((this.state.preview?.count || 0) > MANY) {
                this.state.outdated = true;
            } else {
                this.follow();
            }
        });
    }

    /** What is in the form, saved or not. */
    valuesOf({ data }) {
        return {
            body: data.body || false,
            template_id: data.template_id?.id || false,
            filter_id: data.filter_id?.id || false,
            number_rule: data.number_rule,
            opt_out_line: data.opt_out_line ?? true,
            company_id: data.company_id?.id || false,
            spread: data.spread,
            per_hour: data.per_hour,
            spread_hours: data.spread_hours,
            scheduled_date: data.scheduled_date ? serializeDateTime(data.scheduled_date) : false,
        };
    }

    get arguments() {
        const { record } = this.props;
        return [record.resId || 0, this.valuesOf(record)];
    }

    async load() {
        this.state.loading = true;
        this.state.outdated = false;
        try {
            const call = this.orm.silent.call("hr.sms.campaign", "sms_preview", this.arguments);
            const preview = await this.keepLast.add(call);
            this.state.error = preview.error;
            this.state.preview = preview.error ? null : preview;
        } catch (error) {
            this.state.error = messageOf(error);
            this.state.preview = null;
        }
        this.state.loading = false;
    }

    showLabel({ count, reason }) {
        return _t("Show %(count)s: %(reason)s", { count: formatInteger(count), reason });
    }

    number(count) {
        return formatInteger(count);
    }

    get goingLabel() {
        const { going } = this.state.preview;
        return going === 1 ? _t("gets the text") : _t("get the text");
    }

    get cost() {
        const { segments, left } = this.state.preview;
        if (left === false) {
            return segments === 1
                ? _t("1 segment needed")
                : _t("%s segments needed", formatInteger(segments));
        }
        return _t("%(needed)s segments needed, %(left)s left", {
            needed: formatInteger(segments),
            left: formatInteger(left),
        });
    }

    get isShort() {
        const { segments, left } = this.state.preview;
        return left !== false && segments > left;
    }

    /** @param {string|false} code of the line whose applicants are opened */
    async open(code) {
        const [id, values] = this.arguments;
        const action = await this.orm.call("hr.sms.campaign", "sms_preview_list", [id, values], {
            code,
        });
        // The text is kept: one comes back here.
        await this.props.record.save({ reload: false });
        this.action.doAction(action);
    }

    size(example) {
        const { segments, units } = example;
        return segments === 1
            ? _t("1 segment, %s characters", units)
            : _t("%(segments)s segments, %(units)s characters", { segments, units });
    }
}

export const smsCampaignPreview = { component: SmsCampaignPreview };

registry.category("view_widgets").add("sms_campaign_preview", smsCampaignPreview);
