import { Component, onWillStart, useState } from "@odoo/owl";

import { DateTimeInput } from "@web/core/datetime/datetime_input";
import { Dialog } from "@web/core/dialog/dialog";
import { deserializeDateTime, serializeDateTime } from "@web/core/l10n/dates";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";

import { describeMoment, describeMomentThere } from "../../core/dates";
import { messageOf } from "../../core/errors";
import { saveAndClose } from "../../core/save_and_close";
import { countSegments } from "../../core/segments";

const { DateTime } = luxon;

const PRESETS = {
    hour: _t("In 1 hour"),
    tomorrow: _t("Tomorrow morning"),
    monday: _t("Monday morning"),
};
const CUSTOM = "custom";

/** When a text is to go, and what it says if it is planned already. */
export class SmsScheduleDialog extends Component {
    static template = "hr_recruitment_texting.SmsScheduleDialog";
    static components = { DateTimeInput, Dialog };
    static props = {
        close: Function,
        conversation: Object,
        /** A text that is planned, to change it; else one is being written. */
        message: { type: Object, optional: true },
        /** Called with the time (UTC) and, for a planned text, its words; throws what the server refuses. */
        onConfirm: Function,
    };

    setup() {
        this.conversation = useState(this.props.conversation);
        const { message } = this.props;
        const planned = message?.scheduled_date || false;
        this.state = useState({
            presets: [],
            choice: planned ? CUSTOM : "",
            custom: planned && deserializeDateTime(planned),
            text: message?.body || "",
            quietUntil: false,
            error: "",
            saving: false,
        });
        // The user's own, without the seconds.
        this.format = `${localization.dateFormat} ${localization.timeFormat.replace(/[:.]ss/, "")}`;
        /** Only what was asked for last counts. */
        this.asked = 0;
        onWillStart(() => this.check());
    }

    get isEdit() {
        return Boolean(this.props.message);
    }

    get title() {
        return this.isEdit ? _t("Change planned text") : _t("Send later");
    }

    /** On the candidate's clock where it is known: tomorrow there may be today here. */
    onTheirClock(date) {
        return describeMomentThere(date, this.conversation.zones) || describeMoment(date);
    }

    get options() {
        return [
            ...this.state.presets.map(({ code, date }) => ({
                code,
                label: PRESETS[code],
                when: this.onTheirClock(date),
            })),
            { code: CUSTOM, label: _t("Another time"), when: "" },
        ];
    }

    get isCustom() {
        return this.state.choice === CUSTOM;
    }

    /** The chosen time as the server writes it, empty when there is none. */
    get date() {
        const { choice, custom, presets } = this.state;
        if (this.isCustom) {
            return custom ? serializeDateTime(custom) : "";
        }
        return presets.find(({ code }) => code === choice)?.date || "";
    }

    get mine() {
        return describeMoment(this.date);
    }

    get theirs() {
        const there = describeMomentThere(this.date, this.conversation.zones);
        return there || _t("Their time zone is not known.");
    }

    /** A planned text whose time has passed may keep it, as long as it waits for something else. */
    get isKept() {
        return this.date === this.props.message?.scheduled_date;
    }

    get isOver() {
        return Boolean(this.date) && deserializeDateTime(this.date) <= DateTime.now();
    }

    /** What is wrong with the chosen time, said as soon as it is chosen. */
    get over() {
        return this.isOver && !this.isKept ? _t("This time is over. Pick one that is to come.") : "";
    }

    get warning() {
        return this.state.quietUntil && !this.isOver
            ? _t("It is early or late where the candidate is then. The time is kept if you go on.")
            : "";
    }

    get fitHour() {
        return _t("Rather at %s", this.onTheirClock(this.state.quietUntil));
    }

    get counter() {
        const { units, segments } = countSegments(this.state.text);
        const length = `${units} / ${this.conversation.limit}`;
        const label = segments === 1 ? _t("1 segment") : _t("%s segments", segments);
        return units ? `${length} · ${label}` : length;
    }

    get isTooLong() {
        return countSegments(this.state.text).units > this.conversation.limit;
    }

    /** What is missing, in words; empty when it can be saved. */
    get missing() {
        if (this.isEdit && !this.state.text.trim()) {
            return _t("The text is empty. Write something first.");
        }
        if (this.isTooLong) {
            return _t("The text is too long. Shorten it.");
        }
        // What waits for something else than its time may stay without one.
        if (!this.date && !(this.isEdit && !this.state.choice)) {
            return _t("Pick a time.");
        }
        return "";
    }

    get confirmLabel() {
        if (this.isEdit) {
            return _t("Save");
        }
        return this.warning ? _t("Schedule anyway") : _t("Schedule");
    }

    async check() {
        const asked = ++this.asked;
        try {
            const answer = await this.props.conversation.checkSchedule(this.date || false);
            if (asked === this.asked) {
                if (!this.state.presets.length) {
                    this.state.presets = answer.presets;
                }
                this.state.quietUntil = answer.quiet_until;
            }
        } catch (error) {
            if (asked === this.asked) {
                this.state.error = messageOf(error);
            }
        }
    }

    choose(code) {
        this.state.choice = code;
        if (code === CUSTOM && !this.state.custom) {
            const first = this.state.presets[0]?.date;
            this.state.custom = first ? deserializeDateTime(first) : DateTime.now().plus({ hours: 1 });
        }
        this._changed();
    }

    onDateChange(date) {
        this.state.custom = date;
        this._changed();
    }

    takeFitHour() {
        this.state.choice = CUSTOM;
        this.state.custom = deserializeDateTime(this.state.quietUntil);
        this._changed();
    }

    _changed() {
        this.state.error = "";
        this.state.quietUntil = false;
        this.check();
    }

    async onConfirm() {
        if (this.state.saving) {
            return;
        }
        if (this.over) {
            this.render(); // it was not yet when it was chosen
            return;
        }
        this.state.error = this.missing;
        if (this.state.error) {
            return;
        }
        await saveAndClose(this, () => this.props.onConfirm(this.date, this.state.text.trim()));
    }
}
