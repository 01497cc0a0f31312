import { deserializeDate, deserializeDateTime, toLocaleDateString } from "@web/core/l10n/dates";
import { toLocaleDateTimeString, today } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

const { DateTime } = luxon;

const MOMENT = {
    weekday: "short",
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
};

/**
 * @param {string|false} value a date, or a date and time in UTC, as the server writes them
 */
export function formatWhen(value) {
    if (!value) {
        return "";
    }
    return value.length > 10
        ? toLocaleDateTimeString(deserializeDateTime(value))
        : toLocaleDateString(deserializeDate(value));
}

/** @param {string} value a date and time in UTC */
export function formatTime(value) {
    return deserializeDateTime(value).toLocaleString(DateTime.TIME_SIMPLE);
}

/** @param {string} value a date and time in UTC */
export function dayOf(value) {
    return deserializeDateTime(value).toISODate();
}

/** @param {string} value a date and time in UTC */
export function formatDay(value) {
    const day = deserializeDateTime(value).startOf("day");
    const now = today();
    if (day.equals(now)) {
        return _t("Today");
    }
    if (day.equals(now.minus({ days: 1 }))) {
        return _t("Yesterday");
    }
    return day.toLocaleString(DateTime.DATE_FULL);
}

/**
 * @param {string} value a date and time in UTC, may be empty
 * @param {string} [zone] IANA name; the reader's by default
 * @returns {string} with the day of the week and the time zone
 */
export function describeMoment(value, zone = "default") {
    if (!value) {
        return "";
    }
    const moment = deserializeDateTime(value).setZone(zone);
    const isThisYear = moment.year === DateTime.now().year;
    return moment.toLocaleString(isThisYear ? MOMENT : { ...MOMENT, year: "numeric" });
}

/**
 * The same where somebody else is. Where that may be in several time zones: the earliest clock and the
 * latest.
 *
 * @param {string} value a date and time in UTC, may be empty
 * @param {string[]} zones IANA names, possibly none
 * @param {{ onlyIfOther?: boolean }} [options] nothing where the clocks show what the reader's shows
 * @returns {string} empty when nothing is known
 */
export function describeMomentThere(value, zones, { onlyIfOther = false } = {}) {
    if (!value) {
        return "";
    }
    const moment = deserializeDateTime(value);
    const clocks = new Map();
    for (const zone of zones) {
        const there = moment.setZone(zone);
        if (there.isValid) {
            clocks.set(there.offset, zone);
        }
    }
    const offsets = [...clocks.keys()].sort((a, b) => a - b);
    if (!offsets.length || (onlyIfOther && offsets.every((offset) => offset === moment.offset))) {
        return "";
    }
    return [...new Set([offsets[0], offsets.at(-1)])]
        .map((offset) => describeMoment(value, clocks.get(offset)))
        .join(" – ");
}

/**
 * As short as a list wants it: the time today, else the day.
 *
 * @param {string} value a date and time in UTC
 */
export function formatShort(value) {
    const moment = deserializeDateTime(value);
    const now = DateTime.now();
    if (moment.hasSame(now, "day")) {
        return moment.toLocaleString(DateTime.TIME_SIMPLE);
    }
    if (moment.hasSame(now.minus({ days: 1 }), "day")) {
        return _t("Yesterday");
    }
    const isThisYear = moment.hasSame(now, "year");
    return moment.toLocaleString(isThisYear ? { month: "short", day: "numeric" } : DateTime.DATE_SHORT);
}

/**
 * How long ago, in its largest unit: "now", "5m", "3h", "2d".
 *
 * @param {string|false} value a date and time in UTC
 */
export function formatAge(value) {
    if (!value) {
        return "";
    }
    const age = DateTime.now().diff(deserializeDateTime(value), ["days", "hours", "minutes"]);
    if (age.as("minutes") < 1) {
        return _t("now");
    }
    const unit = ["days", "hours"].find((name) => age[name] >= 1) || "minutes";
    return luxon.Duration.fromObject(
        { [unit]: Math.floor(age[unit]) },
        { locale: luxon.Settings.defaultLocale }
    ).toHuman({ unitDisplay: "narrow" });
}
