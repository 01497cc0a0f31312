import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";

/**
 * The words to show for a refused call. Refusals come from the server as a sentence that says why and
 * what to do; a crash there has no words for a person. Anything that is not a failed call is a fault of
 * ours and is thrown on.
 *
 * @param {Error} error
 * @returns {string}
 */
export function messageOf(error) {
    if (error instanceof ConnectionLostError) {
        return _t("The server cannot be reached. Check your connection and try again.");
    }
    if (!(error instanceof RPCError)) {
        throw error;
    }
    if (error.exceptionName === "odoo.http.SessionExpiredException") {
        return _t("Your session has ended. Reload the page and log in again.");
    }
    const refusal = /^odoo\.(exceptions|addons)\./.test(error.exceptionName || "");
    const message = refusal && error.data?.message;
    return message || _t("The server could not do this. Try again, or ask an administrator.");
}
