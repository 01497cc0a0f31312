/**
 * How many segments a text costs, counted as Twilio counts it. The same rules as `rules/segments.py`,
 * where they are explained; `tests/segment_vectors.json` holds both to them.
 */

export const GSM_7 = "GSM-7";
export const UCS_2 = "UCS-2";

/** GSM 03.38 basic character set (one unit each), without the escape character. */
const GSM_BASIC = new Set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
        "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
);
/** GSM 03.38 extension table: an escape and a character, two units. */
const GSM_EXTENDED = new Set("\f^{}\\[~]|€");

/** encoding: [units of a text that fits into one segment, units per segment of a longer one] */
const SIZES = { [GSM_7]: [160, 153], [UCS_2]: [70, 67] };

const EXTENDS = /[\p{M}\u200c\u200d\u{1f3fb}-\u{1f3ff}]/u;
const JOINABLE = /\p{So}/u;
const INDICATOR = /[\u{1f1e6}-\u{1f1ff}]/u;

/**
 * @typedef {Object} Segments
 * @property {"GSM-7"|"UCS-2"} encoding
 * @property {number} segments
 * @property {number} units what the length limits are compared with
 * @property {number} unitsLeftInSegment
 */

/**
 * @param {string} [text]
 * @returns {Segments} an empty text costs nothing
 */
export function countSegments(text) {
    const characters = [...(text || "")];
    const isGsm = characters.every((char) => GSM_BASIC.has(char) || GSM_EXTENDED.has(char));
    const encoding = isGsm ? GSM_7 : UCS_2;
    const sizes = isGsm
        ? characters.map((char) => (GSM_EXTENDED.has(char) ? 2 : 1))
        : clusterSizes(characters);
    const units = sizes.reduce((sum, size) => sum + size, 0);
    const [alone, joined] = SIZES[encoding];
    if (units <= alone) {
        return { encoding, segments: units ? 1 : 0, units, unitsLeftInSegment: alone - units };
    }
    let segments = 0;
    let left = 0;
    for (const size of sizes) {
        if (size > left) {
            segments++;
            left = joined;
        }
        left -= size;
        while (left < 0) {
            // a heap of accents longer than a segment
            segments++;
            left += joined;
        }
    }
    return { encoding, segments, units, unitsLeftInSegment: left };
}

/**
 * UTF-16 units of each run of code points that reads as one character: marks, modifiers and joiners
 * stay with what precedes them, a picture after a joiner stays with it, regional indicators pair up.
 *
 * @param {string[]} characters code points
 * @returns {number[]}
 */
function clusterSizes(characters) {
    const sizes = [];
    let previous = "";
    let flagOpen = false;
    for (const char of characters) {
        const isIndicator = INDICATOR.test(char);
        const joins =
            sizes.length &&
            (EXTENDS.test(char) ||
                (previous === "\u200d" && JOINABLE.test(char)) ||
                (isIndicator && flagOpen));
        if (joins && previous !== "\r" && previous !== "\n") {
            sizes[sizes.length - 1] += char.length;
        } else {
            sizes.push(char.length);
        }
        flagOpen = isIndicator && !flagOpen;
        previous = char;
    }
    return sizes;
}
