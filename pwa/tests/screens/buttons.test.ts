/** A button that is at work keeps words. */
import { expect, test } from "vitest";
import "../../src/parts/buttons.ts";
import { Button } from "vant";

test("a button that is at work has words for eye and ear", () => {
  const { loadingText } = Button.props as unknown as { loadingText: { default: () => string } };
  expect(loadingText.default()).toBe("请稍候……");
});
