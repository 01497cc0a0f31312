import { markRaw, reactive } from "@odoo/owl";

import { messageOf } from "../core/errors";
import { isBefore } from "../core/text_window";

const PAGE = 40;
/** So many rows are read again when something changed. */
const REFRESHED = 200;

/** What places a row in the list. */
const newestOf = ({ last_id: id, last_date: date }) => ({ id, date });

/** The list of conversations: what the server said of it, which filter, which row is open. */
export class InboxModel {
    constructor(orm) {
        this.orm = markRaw(orm);
        this.filter = "all";
        this.search = "";
        this.threads = [];
        this.hasMore = false;
        this.ready = false;
        this.loading = false;
        this.loadingMore = false;
        this.error = "";
        this.counts = {};
        /** Id of the conversation that is open. */
        this.selectedId = false;
        this.kept = null;
        /** It stays in the list when the filter loses it, until something else is opened or looked for. */
        this.isKeptListed = true;
        this._reading = null;
        this._readAgain = false;
        return reactive(this);
    }

    /** The newest text first. */
    get rows() {
        const { kept, threads } = this;
        if (!kept || !this.isKeptListed || threads.some(({ id }) => id === kept.id)) {
            return threads;
        }
        const next = threads.findIndex((row) => isBefore(newestOf(row), newestOf(kept)));
        return next < 0 ? [...threads, kept] : [...threads.slice(0, next), kept, ...threads.slice(next)];
    }

    get selected() {
        return [...this.rows, this.kept].find((row) => row?.id === this.selectedId) || null;
    }

    /** Read anew; calls that come meanwhile are answered by one more read after it. */
    load() {
        if (this._reading) {
            this._readAgain = true;
            return this._reading;
        }
        this.loading = true;
        this._reading = this._read().finally(() => {
            this._reading = null;
            this.loading = false;
        });
        return this._reading;
    }

    async _read() {
        do {
            this._readAgain = false;
            const { filter, search, selectedId } = this;
            const limit = Math.min(Math.max(PAGE, this.threads.length), REFRESHED);
            try {
                const [page, counts, kept] = await Promise.all([
                    this._call("sms_inbox", [], { filter_name: filter, search, limit }),
                    this._call("sms_inbox_counts"),
                    selectedId ? this._call("sms_inbox_thread", [[selectedId]]) : null,
                ]);
                if (this.filter !== filter || this.search !== search || this.selectedId !== selectedId) {
                    this._readAgain = true;
                    continue;
                }
                this.threads = page.threads;
                this.hasMore = page.has_more;
                this.counts = counts;
                this.kept = kept || null;
                this.isKeptListed ||= page.threads.some(({ id }) => id === selectedId);
                this.selectedId = kept ? selectedId : false;
                this.error = "";
                this.ready = true;
            } catch (error) {
                this.error = messageOf(error);
            }
        } while (this._readAgain);
    }

    async loadMore() {
        if (!this.hasMore || this.loadingMore || this.loading) {
            return;
        }
        this.loadingMore = true;
        const { filter, search } = this;
        try {
            const before = this.threads.at(-1).last_id;
            const page = await this._call("sms_inbox", [], { filter_name: filter, search, before, limit: PAGE });
            if (this.filter === filter && this.search === search) {
                const known = new Set(this.threads.map(({ id }) => id));
                this.threads = [...this.threads, ...page.threads.filter(({ id }) => !known.has(id))];
                this.hasMore = page.has_more;
            }
        } catch (error) {
            this.error = messageOf(error);
        } finally {
            this.loadingMore = false;
        }
    }

    /** @param {{ filter?: string, search?: string }} values what is looked for from now on */
    look({ filter = this.filter, search = this.search }) {
        Object.assign(this, { filter, search, threads: [], hasMore: false, ready: false });
        this.isKeptListed = false;
        return this.load();
    }

    /** @param {number|false} id of the row to open */
    select(id) {
        this.selectedId = id;
        this.kept = this.rows.find((row) => row.id === id) || null;
        this.isKeptListed = true;
    }

    /** @throws what the server refuses */
    async change(method, id, args = []) {
        await this._call(method, [[id], ...args]);
        await this.load();
    }

    readAssignees(id) {
        return this._call("sms_assignees", [[id]]);
    }

    _call(method, args = [], kwargs = {}) {
        return this.orm.silent.call("hr.sms.thread", method, args, kwargs);
    }
}
