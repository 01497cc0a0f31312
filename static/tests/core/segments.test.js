import { describe, expect, test } from "@odoo/hoot";

import { countSegments } from "@hr_recruitment_texting/core/segments";

import { vectors } from "../segment_vectors";

describe.current.tags("headless");

test("counts as the server does", () => {
    expect(vectors.length).toBeGreaterThan(79);
    for (const { name, parts, encoding, segments, units, left } of vectors) {
        const text = parts.map(([part, times]) => part.repeat(times)).join("");
        expect(countSegments(text)).toEqual(
            { encoding, segments, units, unitsLeftInSegment: left },
            { message: name }
        );
    }
});

test("nothing costs nothing", () => {
    expect(countSegments(undefined).segments).toBe(0);
    expect(countSegments("").units).toBe(0);
});
