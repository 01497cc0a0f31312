/**
 * Where the texting question stands in a job application form, and how it is filled in.
 *
 * The server does the same for the page it renders, see rules/job_form_markup.py: keep the two
 * alike. The builder saves an empty element that only says where the question stands and how it
 * is styled; what it says comes from the server each time.
 */

import { rpc } from "@web/core/network/rpc";

export const FORM_SELECTOR = 'form[data-model_name="hr.applicant"]';
export const FIELD_SELECTOR = ".o_sms_consent_field";

const SPACING = /^[mp][tbxyse]?-?\d+$/;
// A question that is hidden cannot be answered, and unanswered it cannot be sent.
const HIDING =
    /^(d(-\w+)?-none|invisible|visually-hidden|o_snippet_\w*invisible|o_conditional_hidden|s_website_form_(dnone|field_hidden(_if)?))$/;
const FUNCTIONAL = /^(s_website_form_|o_sms_consent)/;
const OUR_DATA = ["type", "name", "smsConsentVersion", "smsConsentJob"];

export function getPhoneField(formEl) {
    return formEl.querySelector('input[name="partner_phone"]')?.closest(".s_website_form_field");
}

export function isStacked(formEl) {
    const phoneFieldEl = getPhoneField(formEl);
    return Boolean(phoneFieldEl && !phoneFieldEl.querySelector(".row"));
}

/**
 * @param {HTMLFormElement} formEl
 * @param {number|string} [jobId]
 * @returns {Promise<{html: string, token: string, version: string}>}
 */
export function fetchQuestion(formEl, jobId) {
    return rpc(
        "/recruitment_texting/job_form/question",
        {
            job_id: parseInt(jobId) || null,
            lang: formEl.ownerDocument.documentElement.lang,
            stacked: isStacked(formEl),
        },
        { silent: true }
    );
}

/**
 * Put the question into a form that has none, or only the place for one.
 *
 * @param {HTMLFormElement} formEl
 * @param {string} html the question, rendered by the server
 * @returns {Function} puts the form back as it was
 */
export function insertQuestion(formEl, html) {
    const template = formEl.ownerDocument.createElement("template");
    template.innerHTML = html;
    const newEl = formEl.ownerDocument.importNode(template.content, true).firstElementChild;
    adaptLabel(newEl, formEl);
    const [placeEl, ...otherEls] = formEl.querySelectorAll(FIELD_SELECTOR);
    otherEls.forEach((el) => el.remove());
    if (placeEl) {
        return fillPlace(placeEl, newEl);
    }
    const phoneFieldEl = getPhoneField(formEl);
    if (phoneFieldEl) {
        newEl.classList.remove(...[...newEl.classList].filter((name) => SPACING.test(name)));
        newEl.classList.add(...[...phoneFieldEl.classList].filter((name) => SPACING.test(name)));
        phoneFieldEl.after(newEl);
    } else {
        const submitEl =
            formEl.querySelector(".s_website_form_submit") ||
            formEl.querySelector(".s_website_form_send, .o_website_form_send") ||
            formEl.querySelector("button:not([type]), [type=submit]");
        if (submitEl) {
            submitEl.before(newEl);
        } else {
            formEl.append(newEl);
        }
    }
    return () => newEl.remove();
}

/**
 * Leave in an element only what the builder may save: its place and its style.
 *
 * @param {HTMLElement} fieldEl
 */
export function emptyPlace(fieldEl) {
    fieldEl.replaceChildren();
    fieldEl.classList.remove(
        "o_has_error",
        ...[...fieldEl.classList].filter(
            (name) => HIDING.test(name) || name.startsWith("s_website_form_")
        )
    );
    for (const name of Object.keys(fieldEl.dataset)) {
        if (OUR_DATA.includes(name) || name.startsWith("visibility")) {
            delete fieldEl.dataset[name];
        }
    }
    for (const property of ["display", "visibility", "opacity"]) {
        fieldEl.style.removeProperty(property);
    }
    if (!fieldEl.getAttribute("style")) {
        fieldEl.removeAttribute("style");
    }
}

function fillPlace(placeEl, newEl) {
    emptyPlace(placeEl);
    placeEl.classList.add(...[...newEl.classList].filter((name) => FUNCTIONAL.test(name)));
    for (const name of OUR_DATA) {
        placeEl.dataset[name] = newEl.dataset[name];
    }
    placeEl.replaceChildren(...newEl.childNodes);
    return () => emptyPlace(placeEl);
}

function adaptLabel(newEl, formEl) {
    const width = [...formEl.querySelectorAll(".s_website_form_label")]
        .map((el) => el.style.width)
        .find(Boolean);
    if (width) {
        newEl.querySelector(".s_website_form_label").style.width = width;
    }
    const markEl = newEl.querySelector(".s_website_form_mark");
    if (formEl.classList.contains("o_mark_required") && formEl.dataset.mark) {
        markEl.textContent = ` ${formEl.dataset.mark}`;
    } else {
        markEl.remove();
    }
}
