import { deserializeDate, deserializeDateTime, toLocaleDateString } from "@web/core/l10n/dates";
import { toLocaleDateTimeString, today } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

const { DateTime } = luxon;

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
