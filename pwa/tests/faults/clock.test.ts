/** A seed's time: nothing of it depends on how quick the machine is. */
import { expect, it } from "vitest";
import { clockFrom } from "./clock.ts";

it("stands still until somebody reads it or lets it pass", async () => {
  const clock = clockFrom(1000);
  const fired: string[] = [];
  clock.setTimer(() => fired.push("late"), 500);
  clock.setTimer(() => fired.push("early"), 100);
  const cancel = clock.setTimer(() => fired.push("cancelled"), 100);
  cancel();
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(fired).toEqual([]);
  expect([clock.now(), clock.now()]).toEqual([1001, 1002]);
  clock.pass(90);
  expect(fired).toEqual([]);
  clock.pass(500);
  expect(fired).toEqual(["early", "late"]);
  clock.pass(500);
  expect(fired).toEqual(["early", "late"]);
});

it("lets a timer cancel another that is due with it", () => {
  const clock = clockFrom(0);
  const fired: string[] = [];
  const cancels: (() => void)[] = [];
  clock.setTimer(() => cancels[0]?.(), 10);
  cancels.push(clock.setTimer(() => fired.push("second"), 20));
  clock.pass(30);
  expect(fired).toEqual([]);
});
