import { mailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, queryAllTexts, test, waitFor, waitUntil } from "@odoo/hoot";
import { animationFrame, Deferred, runAllTimers } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    fields,
    getService,
    MockServer,
    models,
    mockService,
    mountView,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { onWillStart } from "@odoo/owl";

import { SmsCampaignPreview } from "@hr_recruitment_texting/campaign/preview/preview";


const PLACEHOLDERS = [
    { name: "{{ object.partner_name }}", label: "Candidate's name" },
    { name: "{{ first_name }}", label: "Candidate's first name" },
];
const PREVIEW = {
    count: 15,
    hidden: 0,
    going: 12,
    closed: 0,
    waits: [{ code: "quiet_hours", reason: "Waits because it is late there.", count: 2 }],
    refusals: [{ code: "consent_none", reason: "There is no consent yet.", count: 3 }],
    segments: 1234,
    longest: 2,
    left: 2000,
    examples: [
        { name: "Robin", number: "+1 202-555-0142", body: "Hi Robin", segments: 1, units: 8 },
        { name: "Kim", number: "+1 202-555-0143", body: "Hi Kim\nReply STOP", segments: 2, units: 170 },
    ],
    error: "",
};

class HrSmsCampaign extends models.Model {
    _name = "hr.sms.campaign";
    name = fields.Char();
    state = fields.Char();
    body = fields.Text();
    template_id = fields.Many2one({ relation: "res.partner" });
    filter_id = fields.Many2one({ relation: "res.partner" });
    company_id = fields.Many2one({ relation: "res.partner" });
    number_rule = fields.Char();
    opt_out_line = fields.Boolean();
    recipient_count = fields.Integer();
    waiting_count = fields.Integer();
    sent_count = fields.Integer();
    failed_count = fields.Integer();
    skipped_count = fields.Integer();
    progress = fields.Integer();
    _records = [
        {
            id: 1,
            name: "Night shifts",
            state: "draft",
            body: "Hello",
            opt_out_line: true,
            recipient_count: 20,
            waiting_count: 5,
            sent_count: 10,
            failed_count: 1,
            skipped_count: 4,
            progress: 75,
        },
    ];
}

defineModels({ ...mailModels, HrSmsCampaign });

const FIELDS = ["state", "template_id", "filter_id", "company_id", "number_rule", "opt_out_line"]
    .concat(["recipient_count", "waiting_count", "sent_count", "failed_count", "skipped_count", "progress"])
    .map((name) => `<field name="${name}" invisible="1"/>`)
    .join("");

function open(widgets) {
    return mountView({
        type: "form",
        resModel: "hr.sms.campaign",
        resId: 1,
        arch: `<form>${FIELDS}<field name="name"/>${widgets}</form>`,
    });
}

/** The text is told to the form, then the preview asks: each waits a little for the next key. */
async function typed() {
    await runAllTimers();
    await animationFrame();
    await animationFrame();
    await runAllTimers();
    await animationFrame();
}

const BODY = `<field name="body" widget="sms_campaign_body"/>`;

describe("text", () => {
    test("placeholders are chosen, and put where the cursor is", async () => {
        onRpc("hr.sms.campaign", "sms_placeholders", () => PLACEHOLDERS);
        await open(BODY);
        const input = await waitFor(".o_sms_campaign_input");
        input.setSelectionRange(5, 5);
        await contains(".o_sms_campaign_insert").click();
        expect(queryAllTexts(".o-dropdown-item")).toEqual(["Candidate's name", "Candidate's first name"]);
        await contains(".o-dropdown-item:last").click();
        expect(input).toHaveValue("Hello {{ first_name }}");
        await runAllTimers();
        expect(input).toBeFocused();
        await contains(".o_form_button_save").click();
        expect(MockServer.env["hr.sms.campaign"][0].body).toBe("Hello {{ first_name }}");
    });

    test("counts what is written besides the placeholders, as Twilio does", async () => {
        onRpc("hr.sms.campaign", "sms_placeholders", () => PLACEHOLDERS);
        await open(BODY);
        await contains(".o_sms_campaign_input").edit("{{ first_name }}€ [x]", { confirm: false });
        expect(".o_field_sms_campaign_body").toHaveText(/8 characters · 1 segment · GSM-7/);
        await contains(".o_sms_campaign_input").edit("é\u2019", { confirm: false });
        expect(".o_field_sms_campaign_body").toHaveText(/2 characters · 1 segment · Unicode/);
    });

    test("typographic characters that make each text cost more are replaced at a click", async () => {
        onRpc("hr.sms.campaign", "sms_placeholders", () => PLACEHOLDERS);
        await open(BODY);
        expect(".o_sms_plain").toHaveCount(0);
        await contains(".o_sms_campaign_input").edit("Hi – “{{ first_name }}”", { confirm: false });
        await contains(".o_sms_plain").click();
        expect(".o_sms_campaign_input").toHaveValue('Hi - "{{ first_name }}"');
        expect(".o_field_sms_campaign_body").toHaveText(/GSM-7/);
        expect(".o_sms_plain").toHaveCount(0);
        await contains(".o_sms_campaign_input").edit("Привет – “you”", { confirm: false });
        expect(".o_sms_plain").toHaveCount(0, { message: "it would save nothing" });
        await contains(".o_sms_campaign_input").edit("it’s", { confirm: false });
        await contains(".o_sms_plain").click();
        await contains(".o_form_button_save").click();
        expect(MockServer.env["hr.sms.campaign"][0].body).toBe("it's");
    });

    test("is only shown once the campaign has started", async () => {
        onRpc("hr.sms.campaign", "sms_placeholders", () => expect.step("asked"));
        await open(`<field name="body" widget="sms_campaign_body" readonly="1"/>`);
        expect(".o_sms_campaign_text").toHaveText("Hello");
        expect(".o_sms_campaign_input").toHaveCount(0);
        expect.verifySteps([]);
    });
});

describe("preview", () => {
    const WIDGET = `${BODY}<widget name="sms_campaign_preview"/>`;

    test("says who gets it, who waits, who does not and why", async () => {
        onRpc("hr.sms.campaign", "sms_placeholders", () => PLACEHOLDERS);
        onRpc("hr.sms.campaign", "sms_preview", () => PREVIEW);
        await open(WIDGET);
        await waitFor(".o_sms_preview_line");
        expect(queryAllTexts(".o_sms_preview_line > span")).toEqual([
            "12 get the text",
            "2 of them later. Waits because it is late there.",
            "3 not texted. There is no consent yet.",
        ]);
        expect(".o_sms_preview_cost").toHaveText("1,234 segments needed, 2,000 left");
        expect(queryAllTexts(".o_sms_preview_examples .o_sms_bubble_body")).toEqual([
            "Hi Robin",
            "Hi Kim\nReply STOP",
        ]);
        expect(".o_sms_preview_examples figure:last").toHaveText(/2 segments, 170 characters/);
    });

    test("follows what is typed, and shows the last answer only", async () => {
        const asked = [];
        const first = new Deferred();
        onRpc("hr.sms.campaign", "sms_placeholders", () => PLACEHOLDERS);
        onRpc("hr.sms.campaign", "sms_preview", async ({ args }) => {
            asked.push(args[1].body);
            if (asked.length === 1) {
                await first;
                return { ...PREVIEW, going: 99 };
            }
            return { ...PREVIEW, going: 7 };
        });
        await open(WIDGET);
        await contains(".o_sms_campaign_input").edit("Hello you", { confirm: false });
        await typed();
        await waitFor(".o_sms_preview_line:contains(7 get the text)");
        first.resolve();
        await animationFrame();
        expect(".o_sms_preview_line:first").toHaveText(/^7 get the text/);
        expect(asked).toEqual(["Hello", "Hello you"]);
    });

    test("asks no more once the form is gone, though it was never drawn", async () => {
        let preview;
        patchWithCleanup(SmsCampaignPreview.prototype, {
            setup() {
                super.setup();
                onWillStart(() => new Promise(() => {}));
                preview = this;
            },
            load() {
                expect.step("asked");
                return super.load();
            },
        });
        onRpc("hr.sms.campaign", "sms_placeholders", () => PLACEHOLDERS);
        onRpc("hr.sms.campaign", "sms_preview", () => PREVIEW);
        open(WIDGET);
        await waitUntil(() => preview);
        await animationFrame();
        expect.verifySteps(["asked"]);
        preview.follow(); // as at a change in the record
        preview.__owl__.destroy();
        await runAllTimers();
        expect.verifySteps([]);
    });

    test("with very many recipients it is counted again when asked", async () => {
        onRpc("hr.sms.campaign", "sms_placeholders", () => PLACEHOLDERS);
        onRpc("hr.sms.campaign", "sms_preview", ({ args }) => {
            expect.step(args[1].body);
            return { ...PREVIEW, count: 10000 };
        });
        await open(WIDGET);
        await waitFor(".o_sms_preview_line");
        await contains(".o_sms_campaign_input").edit("Hello you", { confirm: false });
        await typed();
        expect.verifySteps(["Hello"]);
        await contains(".o_sms_preview_refresh").click();
        expect.verifySteps(["Hello you"]);
    });

    test("warns when the allowance does not suffice, and of applicants one may not read", async () => {
        onRpc("hr.sms.campaign", "sms_placeholders", () => PLACEHOLDERS);
        onRpc("hr.sms.campaign", "sms_preview", () => ({ ...PREVIEW, left: 10, hidden: 4, closed: 3 }));
        await open(WIDGET);
        await waitFor(".o_sms_preview_cost.text-danger");
        expect(".o_sms_preview_cost").toHaveText(/waits until an SMS manager tops up/);
        expect(".o_sms_preview_line[data-code=hidden]").toHaveText(/^4 on the list/);
        expect(".o_sms_preview_line[data-code=closed]").toHaveText(/^3 of them refused or archived/);
    });

    test("an unlimited allowance has no rest; nobody is said in words", async () => {
        let preview = { ...PREVIEW, left: false };
        onRpc("hr.sms.campaign", "sms_placeholders", () => PLACEHOLDERS);
        onRpc("hr.sms.campaign", "sms_preview", () => preview);
        await open(WIDGET);
        await waitFor(".o_sms_preview_cost");
        expect(".o_sms_preview_cost").toHaveText("1,234 segments needed");
        preview = { ...PREVIEW, count: 0, going: 0, waits: [], refusals: [], examples: [] };
        await contains(".o_sms_campaign_input").edit("x", { confirm: false });
        await typed();
        await waitFor(".o_sms_preview_who:contains(There are no recipients yet)");
    });

    test("says what keeps it from being counted", async () => {
        onRpc("hr.sms.campaign", "sms_placeholders", () => PLACEHOLDERS);
        onRpc("hr.sms.campaign", "sms_preview", () => ({ error: "{{ x }} cannot be filled in." }));
        await open(WIDGET);
        await waitFor(".o_sms_preview_error");
        expect(".o_sms_preview_error").toHaveText("{{ x }} cannot be filled in.");
        expect(".o_sms_preview_line").toHaveCount(0);
    });

    test("a line opens those it counts, and what was typed is kept", async () => {
        mockService("action", {
            doAction(action) {
                expect.step(action.name);
            },
        });
        onRpc("hr.sms.campaign", "sms_placeholders", () => PLACEHOLDERS);
        onRpc("hr.sms.campaign", "sms_preview", () => PREVIEW);
        onRpc("hr.sms.campaign", "sms_preview_list", ({ args, kwargs }) => {
            expect.step([args[0], args[1].body, kwargs.code]);
            return { type: "ir.actions.act_window", name: "those" };
        });
        await open(WIDGET);
        await waitFor(".o_sms_preview_line");
        await contains(".o_sms_campaign_input").edit("Hello you");
        await contains(".o_sms_preview_line[data-code=consent_none] button").click();
        await animationFrame();
        expect.verifySteps([[1, "Hello you", "consent_none"], "those"]);
        expect(MockServer.env["hr.sms.campaign"][0].body).toBe("Hello you");
    });
});

describe("progress", () => {
    const WIDGET = `<widget name="sms_campaign_progress"/>`;
    const RESULT = {
        failed: [{ code: "30005", reason: "Not in service.", count: 2 }],
        skipped: [{ code: "consent_none", reason: "There is no consent yet.", count: 1 }],
    };

    test("shows how far it is and why texts did not go, and follows the bus", async () => {
        let result = { failed: [], skipped: [] };
        onRpc("hr.sms.campaign", "sms_result", () => result);
        await open(WIDGET);
        expect(".o_sms_progress").toHaveText(/15 of 20 are done: 11 sent, 4 not texted\.\n75 %/);
        expect(".progress").toHaveAttribute("aria-valuenow", "75");
        expect(".o_sms_progress_reasons").toHaveCount(0);
        result = RESULT;
        const { env } = MockServer;
        env["hr.sms.campaign"].write([1], { waiting_count: 0, progress: 100, state: "done" });
        await getService("bus_service").start();
        const tell = (ids) =>
            env["bus.bus"]._sendone("broadcast", "hr_recruitment_texting/campaign", {
                campaign_ids: ids,
            });
        tell([2]);
        await runAllTimers();
        expect(".o_sms_progress").toHaveText(/15 of 20/, { message: "another campaign's" });
        tell([1]);
        await waitFor(".o_sms_progress_reasons");
        expect(queryAllTexts(".o_sms_progress_reasons span")).toEqual([
            "2 not delivered. Not in service.",
            "1 not texted. There is no consent yet.",
        ]);
        expect(".o_sms_progress").toHaveText(/20 of 20 are done/);
    });

    test("says that it is paused or stopped", async () => {
        onRpc("hr.sms.campaign", "sms_result", () => RESULT);
        HrSmsCampaign._records[0].state = "paused";
        await open(WIDGET);
        expect(".o_sms_progress").toHaveText(/Paused: 15 of 20 are done, 5 wait/);
        expect(".progress-bar").toHaveClass("bg-warning");
    });
});
