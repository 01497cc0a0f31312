import { countSegments, GSM_7 } from "./segments";

/**
 * Typographic characters that word processors put in by themselves, and what stands for them in the
 * GSM-7 alphabet. One of them alone makes a text Unicode, with 70 instead of 160 characters a segment.
 */
const PLAIN = {
    "“": '"',
    "”": '"',
    "„": '"',
    "‟": '"',
    "«": '"',
    "»": '"',
    "‘": "'",
    "’": "'",
    "‚": "'",
    "‹": "'",
    "›": "'",
    "´": "'",
    "`": "'",
    "–": "-",
    "—": "-",
    "‐": "-",
    "‑": "-",
    "−": "-",
    "…": "...",
    "•": "-",
    "·": "-",
    "\u00a0": " ",
    "\u2009": " ",
    "\u202f": " ",
    "\u200b": "",
    "\u00ad": "",
    "\ufeff": "",
    "\t": " ",
    "ẞ": "SS",
    "×": "x",
    "™": "(TM)",
    "©": "(C)",
    "®": "(R)",
};
const TYPOGRAPHIC = new RegExp(`[${Object.keys(PLAIN).join("")}]`, "gu");

/**
 * @param {string} text
 * @param {(text: string) => string} complete what is sent and counted of a text that is written
 * @returns {string} the text with plain characters, letters and emoji as they are; empty when it
 *     costs no less
 */
export function inPlainCharacters(text, complete) {
    const counted = countSegments(complete(text));
    if (counted.encoding === GSM_7) {
        return "";
    }
    const plain = text.replace(TYPOGRAPHIC, (char) => PLAIN[char]);
    const { encoding, segments } = countSegments(complete(plain));
    return encoding === GSM_7 || segments < counted.segments ? plain : "";
}
