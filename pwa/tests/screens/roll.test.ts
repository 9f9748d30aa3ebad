/** The roll as it is pasted: every fault with its row, and who already has an account is found by name. */
import { expect, test } from "vitest";
import { type Known, readRoll, serverFaults } from "../../src/screens/meeting/roll.ts";

const KNOWN: Known = {
  groups: [
    { slug: "leader", names: ["副科级以上领导干部", "领导"] },
    { slug: "member_rep", names: ["党员代表"] },
  ],
  accounts: [
    { id: "a1", name: "程启岳", label: "程启岳 镇长" },
    { id: "a2", name: "李明", label: "李明 副镇长" },
    { id: "a3", name: "李明", label: "李明 党员" },
  ],
  subjects: [
    { id: "s1", village: "青石沟" },
    { id: "s2", village: "马家湾" },
  ],
};
const faults = (text: string): string[] => readRoll(text, KNOWN).faults.map(({ row, key, word }) => `${row} ${key} ${word}`);

test("a table with its head is read; one account of the name is taken, others stand on paper", () => {
  const text = "姓名\t组\t账号\t回避村\n程启岳\t领导\t\t\n\n欧阳犇\t党员代表\t\t青石沟村、马家湾\n李明\tmember_rep\t李明 党员\t";
  expect(readRoll(text, KNOWN)).toEqual({
    faults: [],
    rows: [
      { row: 2, name: "程启岳", group: "leader", account: "a1", recusals: [] },
      { row: 4, name: "欧阳犇", group: "member_rep", account: null, recusals: ["s1", "s2"] },
      { row: 5, name: "李明", group: "member_rep", account: "a3", recusals: [] },
    ],
  });
});

test("whoever shall have paper although he has an account gets paper", () => {
  expect(readRoll("程启岳,领导,无", KNOWN).rows[0]?.account).toBeNull();
});

test("every fault is told with its row", () => {
  const text = ["程启岳\t领导", "\t领导", "王五\t班子", "赵六\t领导\t赵六", "李明\t领导", "孙七\t领导\t\t杨家庄", "程启岳\t党员代表"].join("\n");
  expect(faults(text)).toEqual(["2 fault-name ", "3 fault-group 班子", "4 fault-account 赵六", "5 fault-two 李明", "6 fault-village 杨家庄", "7 fault-twice 程启岳"]);
});

test("one name twice on paper in one group is a fault, in two groups it is two people", () => {
  expect(faults("周八\t领导\n周八\t领导")).toEqual(["2 fault-twice 周八"]);
  expect(faults("周八\t领导\n周八\t党员代表")).toEqual([]);
});

test("an empty village name takes nobody out", () => {
  const known = { ...KNOWN, subjects: [{ id: "s9", village: "" }] };
  expect(readRoll("周八\t领导\t\t村", known).faults).toEqual([{ row: 1, key: "fault-village", word: "村" }]);
});

test("what the server refuses is told with its row and what is wrong there", () => {
  const errors = [{ pointer: "/rows/0/account" }, { pointer: "/rows/12/recusals" }, { pointer: "/rows/3/else" }, { pointer: "/title" }];
  expect(serverFaults(errors)).toEqual([{ row: 1, key: "wrong-account" }, { row: 13, key: "wrong-recusals" }, { row: 4, key: "wrong-other" }]);
  expect(serverFaults()).toEqual([]);
});
