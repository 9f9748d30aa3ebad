/** What a screen may say of a hand-in: green over a whole box or board and over nothing else, and an end where there is one. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { emptyHeld, type Held, type KeptSlip, OPENED } from "../../src/domain/ballot/held.ts";
import { isUnderWay, type Stand, standOf } from "../../src/domain/ballot/stand.ts";
import { toneOf } from "../../src/parts/ballots.ts";
import en from "../../src/i18n/en.json";
import zh from "../../src/i18n/zh.json";

const STATES = ["prepared", "issued", "open", "closed", "opened", "reconciled", "counted", "certified", "published", "void"];
const STANDS: Stand[] = [
  ...(["unissued", "compare", "filling", "missed", "void", "waiting", "sealed", "signed", "posting", "in", "late"] as const),
  ...(["uncounted", "refused", "other", "checking", "counted", "partly", "amiss"] as const),
];
const sealed: KeptSlip = { subject: "s", group: "g", choice: "good", message: "", blinded: "", inverse: "" };
const handed = (slips: Partial<KeptSlip>[], more: Partial<Held> = {}): Held => ({ ...emptyHeld("r", "h"), ...more, slips: slips.map((one) => ({ ...sealed, ...one })) });
const board = { head: "", words: "", whole: true };
const signed = { slip: "x", tracker: "t" };

it.each<[Stand, Held | undefined, string]>([
  ["unissued", undefined, "prepared"],
  ["compare", undefined, "issued"],
  ["compare", { ...emptyHeld("r", "older"), compared: true }, "open"],
  ["filling", { ...emptyHeld("r", "h"), compared: true }, "open"],
  ["missed", { ...emptyHeld("r", "h"), compared: true }, "opened"],
  ["void", handed([sealed]), "void"],
  ["waiting", handed([sealed]), "issued"],
  ["sealed", handed([sealed]), "open"],
  ["uncounted", handed([sealed]), "opened"],
  ["signed", handed([signed]), "closed"],
  ["checking", handed([signed]), "opened"],
  ["posting", handed([{ ...signed, box: "in" }, signed]), "open"],
  ["checking", handed([{ ...signed, box: "in" }, signed]), "opened"],
  ["in", handed([{ ...signed, box: "in" }]), "open"],
  ["late", handed([{ ...signed, box: "in" }, { ...signed, box: "late" }]), "closed"],
  ["refused", handed([sealed], { refused: "other-channel" }), "open"],
  ["uncounted", handed([sealed], { refused: "round-guard" }), "open"],
  ["other", { ...handed([sealed]), manifest: "older" }, "open"],
  ["counted", handed([{ ...signed, box: "in", found: "counted" }], { board }), "published"],
  ["partly", handed([{ ...signed, found: "counted" }, { ...signed, found: "missing" }], { board }), "opened"],
  ["uncounted", handed([{ ...signed, found: "missing" }], { board }), "opened"],
  ["late", handed([{ ...signed, box: "late", found: "late" }], { board }), "opened"],
  ["amiss", handed([{ ...signed, box: "in", found: "missing" }], { board }), "opened"],
  ["late", handed([{ ...signed, box: "late", found: "late" }, { ...signed, box: "late", found: "missing" }], { board }), "reconciled"],
  ["amiss", handed([{ ...signed, box: "in", found: "counted" }], { board: { ...board, whole: false } }), "opened"],
])("stands at %s", (stand, held, state) => {
  expect(standOf(held, state, "h")).toBe(stand);
});

const slips = fc.record(
  { slip: fc.constant("x"), box: fc.constantFrom("in" as const, "late" as const), found: fc.constantFrom("counted" as const, "late" as const, "altered" as const, "missing" as const) },
  { requiredKeys: [] },
);
const helds = fc
  .record({ slips: fc.array(slips, { minLength: 1, maxLength: 4 }), refused: fc.option(fc.constantFrom("round-guard", "sheet-rows"), { nil: undefined }), opened: fc.boolean(), whole: fc.boolean() })
  .map(({ slips: all, refused, opened, whole }) => handed(all, { ...(refused && { refused }), ...(opened && { board: { ...board, whole } }) }));

it("L17_green is a box that has every slip in time, or a whole board with every slip as it was given", () => {
  fc.assert(
    fc.property(helds, fc.constantFrom(...STATES), (held, state) => {
      if (toneOf(standOf(held, state, "h")) !== "arrived") return;
      const inTime = held.slips?.every(({ box }) => box === "in");
      const found = held.board?.whole && held.slips?.every((one) => one.found === "counted");
      expect(held.board ? found : inTime).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

it("L17_when the box was opened nothing unsigned is still called under way", () => {
  fc.assert(
    fc.property(helds, fc.constantFrom(...OPENED), (held, state) => {
      const unsigned = held.slips?.every(({ slip, box }) => !slip && !box); // a sheet is signed whole, and posted only then
      if (held.board || unsigned) expect(isUnderWay(standOf(held, state, "h"))).toBe(false);
    }),
    { numRuns: 2000 },
  );
});

it("has words for every stand, in both languages", () => {
  for (const { ballot } of [zh, en] as { ballot: Record<string, string> }[]) {
    for (const stand of STANDS) for (const place of ["stand", "head", "what"]) expect(ballot[`${place}-${stand}`], `${place}-${stand}`).toBeTruthy();
  }
});
