import { Component, onWillStart, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { ControlPanel } from "@web/search/control_panel/control_panel";
import { formatFloat, formatInteger, formatPercentage } from "@web/views/fields/formatters";
import { View } from "@web/views/view";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { messageOf } from "../core/errors";

const PERIODS = [7, 30, 90, 365];
/** The texts that a reply can belong to. */
const WENT = [
    ["direction", "=", "outbound"],
    ["kind", "!=", "confirmation"],
    ["outcome", "in", ["delivered", "sent"]],
];

/** How texting goes: what waits, how fast we are, what arrives, what is left to spend. */
export class SmsOverview extends Component {
    static template = "hr_recruitment_texting.SmsOverview";
    static components = { ControlPanel, View };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.periods = PERIODS;
        this.display = { controlPanel: {} };
        const days = this.props.globalState?.days || 30;
        this.state = useState({ days, figures: null, error: "", isManager: false });
        // Whoever comes back, also with the browser's button, finds the period they had chosen.
        useSetupAction({ getGlobalState: () => ({ days: this.state.days }) });
        onWillStart(async () => {
            this.state.isManager = await user.hasGroup("hr_recruitment_texting.group_sms_manager");
            await this.load();
        });
    }

    async load(days = this.state.days) {
        this.state.days = days;
        this.state.error = "";
        try {
            const figures = await this.orm.call("hr.sms.report", "sms_overview", [days]);
            if (days === this.state.days) {
                this.state.figures = figures;
            }
        } catch (error) {
            this.state.error = messageOf(error);
        }
    }

    periodLabel(days) {
        return days === 365 ? _t("1 year") : _t("%s days", days);
    }

    get hasTexts() {
        const { sent, received } = this.state.figures;
        return Boolean(sent || received);
    }

    get cards() {
        const { figures: now } = this.state;
        const report = (name, domain, options) => () => this.openReport(name, domain, options);
        return [
            {
                key: "waiting",
                value: formatInteger(now.waiting),
                label: _t("Waiting for us"),
                hint: _t("Candidates who wrote last"),
                tone: now.waiting ? "text-bg-warning" : "",
                open: () =>
                    this.action.doAction("hr_recruitment_texting.hr_sms_inbox_action", {
                        additionalContext: { sms_inbox_filter: "waiting" },
                    }),
            },
            {
                key: "answer",
                value: this.duration(now.answer_hours),
                label: _t("Until our answer"),
                hint: _t("On average; theirs: %s", this.duration(now.reply_hours)),
                open: report(_t("Hours until Our Answer"), [["direction", "=", "inbound"]], {
                    measures: ["answer_hours"],
                }),
            },
            {
                key: "sent",
                value: formatInteger(now.sent),
                label: _t("Sent"),
                hint: _t("%s received", formatInteger(now.received)),
                open: report(_t("Sent"), [["outcome", "in", ["delivered", "sent", "failed"]]]),
            },
            {
                key: "delivery",
                value: this.percentage(now.delivery_rate),
                label: _t("Delivered"),
                hint: _t("%s not delivered", formatInteger(now.failed)),
                tone: now.delivery_rate !== false && now.delivery_rate < 0.9 ? "text-bg-danger" : "",
                open: report(_t("Not delivered"), [["outcome", "=", "failed"]], { views: ["list", "graph"] }),
            },
            {
                key: "replies",
                value: this.percentage(now.reply_rate),
                label: _t("Reply rate"),
                hint: _t("Of the texts that went"),
                open: report(_t("Reply rate"), WENT, { measures: ["is_replied", "is_opted_out"] }),
            },
            ...this.consentCards,
            {
                key: "allowance",
                value: now.allowance_left === false ? "∞" : formatInteger(now.allowance_left),
                label: _t("Segments left"),
                hint: _t("%s used", formatInteger(now.segments)),
                tone: now.allowance_left !== false && now.allowance_left <= 0 ? "text-bg-danger" : "",
                open: this.state.isManager
                    ? () => this.action.doAction("hr_recruitment_texting.action_open_allowance")
                    : null,
            },
        ];
    }

    /** For those who may see the history of consents. */
    get consentCards() {
        const { figures: now, isManager } = this.state;
        if (now.opt_outs === false) {
            return [];
        }
        const open = (name, event) => (isManager ? () => this.openConsents(name, event) : null);
        return [
            {
                key: "opt_ins",
                value: this.percentage(now.opt_in_rate),
                label: _t("Opt-in rate"),
                hint: _t("Opt-ins: %s", formatInteger(now.opt_ins)),
                open: open(_t("Opt-ins"), "granted"),
            },
            {
                key: "opt_outs",
                value: this.percentage(now.opt_out_rate),
                label: _t("Opt-out rate"),
                hint: _t("Opt-outs: %s", formatInteger(now.opt_outs)),
                open: open(_t("Opt-outs"), "withdrawn"),
            },
        ];
    }

    /** @param {number|false} rate 0 to 1 */
    percentage(rate) {
        return rate === false ? "–" : formatPercentage(rate);
    }

    /** What became of the texts, day by day. */
    get graph() {
        return {
            type: "graph",
            resModel: "hr.sms.report",
            domain: [["date", ">=", this.state.figures.since]],
            display: { controlPanel: false },
        };
    }

    /** @param {number|false} hours */
    duration(hours) {
        if (hours === false) {
            return "–";
        }
        if (hours < 1) {
            return _t("%s min", formatInteger(Math.round(hours * 60)));
        }
        return hours < 48
            ? _t("%s h", formatFloat(hours, { digits: [16, 1] }))
            : _t("%s days", formatFloat(hours / 24, { digits: [16, 1] }));
    }

    /** @param {{ views?: string[], measures?: string[] }} options the first measure is the graph's */
    openReport(name, domain, { views = ["graph", "pivot", "list"], measures = [] } = {}) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: "hr.sms.report",
            views: views.map((view) => [false, view]),
            domain: [...domain, ["date", ">=", this.state.figures.since]],
            context: measures.length ? { graph_measure: measures[0], pivot_measures: measures } : {},
        });
    }

    /** The events that are counted; of which companies they are follows from the user's rights. */
    openConsents(name, event) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: "hr.sms.consent",
            views: ["list", "kanban", "form"].map((view) => [false, view]),
            domain: [
                ["event", "=", event],
                ["recorded_date", ">=", this.state.figures.since],
            ],
        });
    }
}

registry.category("actions").add("hr_recruitment_texting.overview", SmsOverview);
