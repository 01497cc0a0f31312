import { getCustomColor, darkenColor, lightenColor } from "@web/core/colors/colors";
import { cookie } from "@web/core/browser/cookie";
import { registry } from "@web/core/registry";
import { GraphRenderer } from "@web/views/graph/graph_renderer";
import { graphView } from "@web/views/graph/graph_view";

// Of core's palette, light and dark.
const [GREEN, RED, BLUE, YELLOW] = ["#43C5B1", "#EA6175", "#4EA7F2", "#FFD86D"];
const [ORANGE, PURPLE, GRAY] = ["#F4A261", "#8481DD", "#A4A8B6"];
/** What is good is never red: by field and value, whatever else is in the graph. */
const COLORS = {
    outcome: {
        delivered: GREEN,
        sent: BLUE,
        failed: RED,
        canceled: GRAY,
        waiting: YELLOW,
        received: PURPLE,
    },
    event: {
        granted: GREEN,
        declined: ORANGE,
        withdrawn: RED,
        review: YELLOW,
        review_cleared: BLUE,
        erased: GRAY,
    },
};

/** The colour of one group's value, `{ outcome: "delivered" }`, if it has a meaning. */
function colorOf(group) {
    const [field, value] = Object.entries(group)[0];
    return COLORS[field]?.[value];
}

/** The groups of each of a dataset's points, as `GraphModel` notes them. */
const groupsOf = (dataset) => [...(dataset.identifiers || [])].map((one) => JSON.parse(one));

/** A dataset's colour: with two groupings it stands for one value of the second. */
function datasetColor(dataset) {
    const [groups] = groupsOf(dataset);
    return groups?.length === 2 ? colorOf(groups[1]) : undefined;
}

export class SmsGraphRenderer extends GraphRenderer {
    getBarChartData() {
        const data = super.getBarChartData();
        for (const dataset of data.datasets) {
            dataset.backgroundColor = datasetColor(dataset) || dataset.backgroundColor;
        }
        return data;
    }

    getLineChartData() {
        const data = super.getLineChartData();
        const scheme = cookie.get("color_scheme");
        for (const dataset of data.datasets) {
            const color = datasetColor(dataset);
            if (color) {
                Object.assign(dataset, {
                    backgroundColor: getCustomColor(
                        scheme,
                        lightenColor(color, 0.5),
                        darkenColor(color, 0.5)
                    ),
                    borderColor: color,
                    hoverBackgroundColor: color,
                    pointBackgroundColor: color,
                });
            }
        }
        return data;
    }

    getPieChartData() {
        const data = super.getPieChartData();
        for (const dataset of data.datasets) {
            const colors = groupsOf(dataset).map((groups) => groups.length && colorOf(groups.at(-1)));
            // Where all have a meaning, each another one.
            if (colors.length && colors.every(Boolean) && new Set(colors).size === colors.length) {
                Object.assign(dataset, { backgroundColor: colors, hoverBackgroundColor: colors });
            }
        }
        return data;
    }

    getLegendOptions() {
        const options = super.getLegendOptions();
        if (this.model.metaData.mode === "pie") {
            const { generateLabels } = options.labels;
            options.labels.generateLabels = (chart) =>
                generateLabels(chart).map((label) => ({
                    ...label,
                    fillStyle:
                        chart.data.datasets[0]?.backgroundColor[label.index] || label.fillStyle,
                }));
        }
        return options;
    }
}

registry.category("views").add("sms_graph", { ...graphView, Renderer: SmsGraphRenderer });
