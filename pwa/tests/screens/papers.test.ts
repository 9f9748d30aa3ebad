import { expect, it } from "vitest";
import { fileName, namesOf, papersOf, rangeOf } from "../../src/screens/meeting/papers.ts";

it("offers each paper to whom the server prints it, in the states in which it does", () => {
  expect(papersOf("prepared", ["pbo"])).toEqual([]);
  expect(papersOf("issued", ["pbo"])).toEqual(["forms"]);
  expect(papersOf("closed", ["scrutineer", "committee_secretary"])).toEqual([]);
  expect(papersOf("opened", ["pbo", "committee_secretary", "scrutineer"])).toEqual([]);
  expect(papersOf("counted", ["scrutineer"])).toEqual(["tally"]);
  expect(papersOf("certified", ["scrutineer"])).toEqual(["tally"]);
  expect(papersOf("published", ["committee_secretary"])).toEqual(["tally", "letters"]);
  expect(papersOf("void", ["pbo", "committee_secretary", "scrutineer"])).toEqual([]);
});

it("asks for a range of numbers that can be printed at once", () => {
  expect(rangeOf("8", " 12 ")).toEqual({ first: 8, count: 12 });
  expect(rangeOf("999990", "10")).toEqual({ first: 999_990, count: 10 });
  for (const [first, count] of [["0", "1"], ["1", "0"], ["1", "101"], ["999990", "11"], ["", "1"], ["1.5", "1"], ["-1", "1"], ["1", "ten"]]) {
    expect(rangeOf(first as string, count as string), `${first}, ${count}`).toBeUndefined();
  }
});

it("saves under a name that every file system takes", () => {
  expect(fileName("述职/评议: 第1轮", "党员代表")).toBe("述职评议 第1轮 党员代表.pdf");
  expect(namesOf("")).toEqual({ groups: [], subjects: [] });
});
