import { expect, queryAllTexts, test } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { click, contains } from "@mail/../tests/mail_test_helpers";
import {
    defineModels,
    fields,
    getService,
    models,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { WebClient } from "@web/webclient/webclient";

import { defineTextingModels, shows } from "../sms_test_helpers";


class HrSmsReport extends models.Model {
    _name = "hr.sms.report";
    _views = {
        graph: '<graph type="bar"><field name="outcome"/></graph>',
        pivot: "<pivot/>",
        list: '<list><field name="date"/></list>',
        search: "<search/>",
    };

    date = fields.Datetime();
    direction = fields.Char();
    answer_hours = fields.Float({ aggregator: "avg" });
    outcome = fields.Selection({
        selection: [
            ["delivered", "Delivered"],
            ["failed", "Not delivered"],
        ],
    });
    _records = [{ id: 1, date: "2025-03-10 09:30:00", outcome: "delivered" }];
}

class HrSmsConsent extends models.Model {
    _name = "hr.sms.consent";
    _views = {
        list: '<list><field name="applicant_name"/></list>',
        kanban: `
            <kanban><templates><t t-name="card"><field name="applicant_name"/></t></templates></kanban>`,
        form: '<form><field name="applicant_name"/></form>',
        search: "<search/>",
    };

    applicant_name = fields.Char();
    event = fields.Char();
    recorded_date = fields.Datetime();
    _records = [
        { applicant_name: "Ada", event: "granted", recorded_date: "2025-03-01 10:00:00" },
        { applicant_name: "Bob", event: "withdrawn", recorded_date: "2025-03-01 10:00:00" },
        { applicant_name: "Cleo", event: "declined", recorded_date: "2025-03-01 10:00:00" },
        { applicant_name: "Dan", event: "granted", recorded_date: "2025-02-09 23:59:59" },
        { applicant_name: "Eve", event: "withdrawn", recorded_date: "2025-02-09 23:59:59" },
    ];
}

defineTextingModels();
defineModels([HrSmsConsent, HrSmsReport]);

const NONE = {
    days: 30,
    since: "2025-02-10 00:00:00",
    waiting: 0,
    sent: 0,
    received: 0,
    failed: 0,
    canceled: 0,
    delivery_rate: false,
    answer_hours: false,
    reply_hours: false,
    segments: 0,
    reply_rate: false,
    opt_ins: 0,
    opt_outs: 0,
    opt_in_rate: false,
    opt_out_rate: false,
    allowance_left: false,
};

async function open(figures, { isManager = false } = {}) {
    const asked = [];
    onRpc("hr.sms.report", "sms_overview", ({ args: [days] }) => {
        asked.push(days);
        return { ...NONE, ...figures, days };
    });
    onRpc("res.users", "has_group", () => isManager);
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "hr_recruitment_texting.overview",
    });
    await contains("[data-card=allowance]");
    return asked;
}

test("no texts: it says what to do, and nothing is made up", async () => {
    await open({});
    await shows(".o_sms_overview_empty", "No texts in this period");
    await shows("[data-card=delivery] .o_sms_overview_value", "–");
    await shows("[data-card=allowance] .o_sms_overview_value", "∞");
    await shows("[data-card=opt_ins] .o_sms_overview_value", "–");
    expect(".o_sms_overview_graph").toHaveCount(0);
    expect("button[data-card=allowance]").toHaveCount(0); // not a manager's
});

test("figures in words, a graph, another period", async () => {
    const asked = await open({
        sent: 4,
        received: 3,
        waiting: 1,
        delivery_rate: 0.75,
        answer_hours: 1.5,
        reply_hours: 0.25,
        allowance_left: 1234,
        reply_rate: 0.5,
        opt_ins: 3,
        opt_in_rate: 0.6,
        opt_outs: 1,
        opt_out_rate: 0.25,
    });
    await contains(".o_sms_overview_card", { count: 8 });
    await shows("[data-card=replies] .o_sms_overview_value", "50%");
    await shows("[data-card=opt_ins] .o_sms_overview_value", "60%");
    await shows("[data-card=opt_ins] .o_sms_overview_hint", "Opt-ins: 3");
    await shows("[data-card=opt_outs] .o_sms_overview_value", "25%");
    await shows("[data-card=waiting] .o_sms_overview_value", "1");
    await shows("[data-card=delivery] .o_sms_overview_value", "75%");
    await shows("[data-card=answer] .o_sms_overview_value", "1.5 h");
    await shows("[data-card=answer] .o_sms_overview_hint", "15 min");
    await shows("[data-card=allowance] .o_sms_overview_value", "1,234");
    await contains(".o_sms_overview_graph canvas");
    await click(".o_sms_overview_period", { text: "7 days" });
    await contains(".o_sms_overview_period.active", { text: "7 days" });
    expect(asked).toEqual([30, 7]);
});

test("who may not see the history of consents sees no figures of it", async () => {
    await open({ sent: 4, opt_ins: false, opt_outs: false });
    await contains(".o_sms_overview_card", { count: 6 });
    expect("[data-card=opt_outs]").toHaveCount(0);
});

for (const [card, title, name] of [
    ["opt_ins", "Opt-ins", "Ada"],
    ["opt_outs", "Opt-outs", "Bob"],
]) {
    test(`${title}: what is counted is what opens, of that kind and of the period`, async () => {
        await open({ sent: 4, opt_ins: 1, opt_outs: 1 }, { isManager: true });
        await click(`[data-card=${card}]`);
        await contains(".o_data_row, .o_kanban_record:not(.o_kanban_ghost)", { count: 1, text: name });
        await shows(".o_breadcrumb", title);
    });
}

test("the time until our answer opens under the name of its measure, with its unit", async () => {
    await open({ sent: 4, answer_hours: 0.06 });
    await click("[data-card=answer]");
    await shows(".o_breadcrumb", "Hours until Our Answer");
});

test("back from what a figure opened, the period is still the chosen one", async () => {
    const asked = await open({ sent: 4 });
    await click(".o_sms_overview_period", { text: "7 days" });
    await contains(".o_sms_overview_period.active", { text: "7 days" });
    await click("[data-card=delivery]");
    await contains(".o_list_view");
    await click(".o_back_button a, button.o_back_button");
    await contains("[data-card=delivery]");
    expect(queryAllTexts(".o_sms_overview_period.active")).toEqual(["7 days"]);
    expect(asked).toEqual([30, 7, 7]);
});

test("so it is when one goes back in the browser", async () => {
    const asked = await open({ sent: 4 });
    await click(".o_sms_overview_period", { text: "7 days" });
    await contains(".o_sms_overview_period.active", { text: "7 days" });
    await click("[data-card=delivery]");
    await contains(".o_list_view");
    await animationFrame(); // the address is written then
    browser.history.back();
    await contains("[data-card=delivery]");
    expect(queryAllTexts(".o_sms_overview_period.active")).toEqual(["7 days"]);
    expect(asked).toEqual([30, 7, 7]);
});
