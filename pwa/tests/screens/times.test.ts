/** Moments are shown in the township's zone, whatever the machine's. */
import { expect, test } from "vitest";
import { dayOf, dayWords, momentOf, secondOf, timeOf } from "../../src/parts/times.ts";

const SHANGHAI = "Asia/Shanghai";

test("a moment near midnight belongs to the local day", () => {
  const ms = 1795451530123; // 2026-11-23T16:32:10.123Z
  expect([dayOf(ms, SHANGHAI), timeOf(ms, SHANGHAI), secondOf(ms, SHANGHAI)]).toEqual(["2026-11-24", "00:32", "00:32:10"]);
  expect(dayOf(ms, "UTC")).toBe("2026-11-23");
});

test.each([
  ["2017-11-28", "09:30", SHANGHAI, 1511832600000],
  ["2024-02-29", "23:59", SHANGHAI, 1709222340000],
  ["1970-01-01", "00:00", "UTC", 0],
  ["2026-07-01", "12:00", "Europe/Berlin", 1782900000000],
])("%s %s in %s", (day, time, zone, ms) => {
  expect(momentOf(day, time, zone)).toBe(ms);
  expect([dayOf(ms, zone), timeOf(ms, zone)]).toEqual([day, time]);
});

test("the year is named when it is not this one", () => {
  expect(dayWords("2026-11-04", "zh", "2026-11-24")).toBe("11月4日");
  expect(dayWords("2017-11-28", "zh", "2026-11-24")).toBe("2017年11月28日");
  expect(dayWords("2017-11-28", "en", "2026-11-24")).toBe("28 Nov 2017");
});
