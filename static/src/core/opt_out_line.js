/**
 * The line that the server adds to a text so that it tells how to opt out, when the text does not say
 * so itself. Which line, and by which signs a text has one, the server says (`rules/opt_out_line.py`).
 *
 * @typedef {Object} OptOut
 * @property {string} line
 * @property {string} separator what stands between text and line
 * @property {{ link: string, patterns: string[] }} told
 */

/** Case, width and accents as the server folds them. */
function fold(text) {
    return text
        .normalize("NFKD")
        .replace(/\p{Mn}/gu, "")
        .toLowerCase()
        .replace(/[^\S\n]+/gu, " ")
        .replace(/ ?\n ?/gu, "\n");
}

/**
 * @param {OptOut} optOut
 * @param {string} text
 * @returns {boolean} whether the text tells how to opt out already
 */
export function tellsOptOut({ told }, text) {
    if (told.link) {
        return text.includes(told.link);
    }
    const folded = fold(text);
    return told.patterns.some((pattern) => new RegExp(pattern, "u").test(folded));
}

/**
 * @param {OptOut|false} optOut
 * @param {string} text as typed
 * @returns {string} as it will be sent
 */
export function withOptOutLine(optOut, text) {
    const body = text.trim();
    if (!optOut || !body || tellsOptOut(optOut, body)) {
        return text;
    }
    return `${body}${optOut.separator}${optOut.line}`;
}
