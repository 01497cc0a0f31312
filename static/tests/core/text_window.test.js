import { describe, expect, test } from "@odoo/hoot";

import { drawnOf, isBefore, newerThan, olderThan } from "@hr_recruitment_texting/core/text_window";

describe.current.tags("headless");

/** Their ids fall: of texts of several seconds the dates alone count. */
const texts = (count) =>
    Array.from({ length: count }, (_, index) => ({
        id: 10000 - index,
        date: `2025-03-10 09:${String(Math.floor(index / 60)).padStart(2, "0")}:${String(index % 60).padStart(2, "0")}`,
    }));

test("few texts are all drawn", () => {
    expect(drawnOf([], false)).toEqual({ start: 0, end: 0 });
    expect(drawnOf(texts(200), false)).toEqual({ start: 0, end: 200 });
    expect(olderThan(texts(200), false)).toBe(false);
    expect(newerThan(texts(200), false)).toBe(false);
});

test("of many the newest, then by halves up to the oldest and down again", () => {
    const many = texts(450);
    const places = [];
    let until = false;
    for (const move of [null, olderThan, olderThan, olderThan, olderThan, newerThan, newerThan, newerThan]) {
        until = move ? move(many, until) : until;
        places.push(Object.values(drawnOf(many, until)));
    }
    expect(places).toEqual([
        [250, 450],
        [150, 350],
        [50, 250],
        [0, 200],
        [0, 200],
        [100, 300],
        [200, 400],
        [250, 450],
    ]);
    expect(until).toBe(false);
});

test("new ones do not move what is being read, and what was read anew is drawn", () => {
    const until = olderThan(texts(300), false);
    expect(drawnOf(texts(300), until)).toEqual({ start: 0, end: 200 });
    expect(drawnOf(texts(301), until)).toEqual({ start: 0, end: 200 });
    expect(drawnOf([{ id: 9000, date: "2025-03-11 00:00:00" }], until)).toEqual({ start: 0, end: 1 });
});

test("a text stands where it came or went, of one second by its id", () => {
    const at = (id, date) => ({ id, date });
    const planned = at(1, "2025-03-14 09:00:00");
    expect(isBefore(at(2, "2025-03-12 09:00:00"), planned)).toBe(true);
    expect(isBefore(planned, at(2, "2025-03-12 09:00:00"))).toBe(false);
    expect(isBefore(planned, at(2, planned.date))).toBe(true);
    expect(isBefore(planned, planned)).toBe(false);
});
