import { mailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";
import {
    getGraphRenderer,
    selectMode,
    setupChartJsForTests,
} from "@web/../tests/views/graph/graph_test_helpers";

describe.current.tags("desktop");
setupChartJsForTests();

const [GREEN, RED, PURPLE, BLUE] = ["#43C5B1", "#EA6175", "#8481DD", "#4EA7F2"];

class HrSmsReport extends models.Model {
    _name = "hr.sms.report";
    kind = fields.Selection({ selection: [["direct", "By hand"], ["bulk", "To many"]] });
    outcome = fields.Selection({
        selection: [
            ["received", "Received"],
            ["failed", "Not delivered"],
            ["delivered", "Delivered"],
        ],
    });
    _records = [
        { kind: "direct", outcome: "received" },
        { kind: "direct", outcome: "failed" },
        { kind: "direct", outcome: "delivered" },
        { kind: "bulk", outcome: "delivered" },
    ];
}

defineModels({ ...mailModels, HrSmsReport });

function open(...groups) {
    return mountView({
        type: "graph",
        resModel: "hr.sms.report",
        arch: `<graph js_class="sms_graph">${groups.map((name) => `<field name="${name}"/>`).join("")}</graph>`,
    });
}

const chartOf = (view) => getGraphRenderer(view).chart;
const legendOf = (view) =>
    Object.fromEntries(chartOf(view).legend.legendItems.map(({ text, fillStyle }) => [text, fillStyle]));

test("what was delivered is green and what was not is red, whatever comes first", async () => {
    const view = await open("kind", "outcome");
    const meant = { Received: PURPLE, "Not delivered": RED, Delivered: GREEN };
    expect(legendOf(view)).toInclude(["Delivered", GREEN]);
    expect(legendOf(view)).toInclude(["Not delivered", RED]);
    expect(legendOf(view)).toInclude(["Received", PURPLE]);
    await selectMode("line");
    expect(legendOf(view)).toEqual(meant);
});

test("so are the slices of a pie", async () => {
    const view = await open("outcome");
    await selectMode("pie");
    expect(legendOf(view)).toEqual({ Received: PURPLE, "Not delivered": RED, Delivered: GREEN });
    expect([...chartOf(view).data.datasets[0].backgroundColor].sort()).toEqual(
        [PURPLE, RED, GREEN].sort()
    );
});

test("what has no meaning keeps the colours of Odoo", async () => {
    const view = await open("outcome", "kind");
    const [first] = chartOf(view).data.datasets;
    expect(first.backgroundColor).toBe(BLUE);
    await selectMode("pie");
    expect(Object.values(legendOf(view))[0]).toBe(BLUE);
});
