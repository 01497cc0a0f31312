/** The page: wires the list, the phone and the panel to the simulator. */
import { ask, byId, listen } from "./api.js";
import { PhoneList } from "./list.js";
import { Panel } from "./panel.js";
import { PhoneView } from "./phone.js";

const REFRESH_MS = 1000;
const app = {
    numbers: [],
    warnings: [],
    faults: {},
    knownFaults: {},
    settings: {},
    magic: { refused: {}, ends_with: {} },
};
app.list = new PhoneList((number, focus) => pick(number, focus));
app.phone = new PhoneView(app);
app.panel = new Panel(app);

/** The phone the address names: /#+15551234567 or /?phone=+15551234567. */
function numberInAddress() {
    const query = new URLSearchParams(location.search).get("phone");
    const text = decodeURIComponent(location.hash.slice(1)) || query || "";
    const digits = text.replace(/\D/g, "");
    return digits ? `+${digits}` : null;
}

function pick(number, focus) {
    if (numberInAddress() !== number) {
        history.pushState(null, "", `/#${number}`);
    }
    return show(number, focus);
}

async function show(number, focus) {
    byId("layout").dataset.view = number ? "phone" : "list";
    if (number && !app.list.get(number)) {
        try {
            app.list.update(await ask("phones", { number }));
        } catch (error) {
            byId("nothing").textContent = error.message;
            number = null;
            byId("layout").dataset.view = "list";
        }
    }
    app.list.select(number);
    await app.phone.open(number, focus);
    if (!number) {
        document.title = "Phones";
    }
}

/** Read everything anew, at most once a second however often it is asked for. */
function refresh() {
    if (!app.refreshing) {
        const wait = Math.max(0, (app.refreshed || 0) + REFRESH_MS - Date.now());
        app.refreshing = setTimeout(async () => {
            app.refreshed = Date.now();
            app.refreshing = null;
            await readAll();
        }, wait);
    }
}

async function readAll() {
    const state = await ask("state");
    app.numbers = state.numbers;
    app.warnings = state.warnings;
    app.faults = state.faults;
    app.knownFaults = state.known_faults;
    app.settings = state.settings;
    app.magic = state.magic;
    app.panel.draw();
    await app.list.load();
    await show(numberInAddress(), !app.started);
    app.started = true;
}

function onEvent(event) {
    if (event.type === "message") {
        const { message } = event;
        app.list.message(message);
        if (app.phone.number === (message.direction === "inbound" ? message.from : message.to)) {
            app.phone.message(message);
        }
    } else if (event.type === "deleted") {
        app.phone.remove(event.sid);
    } else if (event.type === "phone") {
        app.list.update(event.phone);
        if (event.phone.number === app.phone.number) {
            app.phone.drawHead();
        }
    } else if (event.type === "warning" || event.type === "warnings") {
        app.warnings = event.warnings || [...app.warnings, event.warning];
        app.panel.draw();
        app.phone.draw();
    } else if (event.type === "faults") {
        app.faults = event.faults;
        app.panel.draw();
    } else if (event.type === "settings") {
        app.settings = event.settings;
        app.panel.draw();
    } else if (event.type === "numbers") {
        app.numbers = event.numbers;
        app.panel.draw();
        if (app.phone.number) {
            app.phone.drawNumbers();
            app.phone.drawHead();
        }
    } else if (event.type === "refresh") {
        refresh();
    }
}

byId("back").addEventListener("click", () => {
    history.pushState(null, "", "/");
    show(null);
});
addEventListener("popstate", () => show(numberInAddress()));
listen(onEvent, (connected) => {
    byId("offline").hidden = connected;
    if (connected) {
        // What happened while nobody listened is read anew.
        refresh();
    }
});
