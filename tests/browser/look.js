(least) => {
  const wrong = [];
  const name = (element) =>
    `${element.tagName.toLowerCase()}${element.dataset.testid ? "[" + element.dataset.testid + "]" : "." + element.className} ${(element.innerText || element.value || "").slice(0, 20)}`;
  const shown = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    element.getBoundingClientRect().width > 0;
  const root = document.scrollingElement;
  if (root.scrollWidth > root.clientWidth + 1) {
    const wide = [...document.body.querySelectorAll("*")].filter(
      (one) => shown(one) && one.getBoundingClientRect().right > root.clientWidth + 1,
    );
    wrong.push(`wider than the screen by ${root.scrollWidth - root.clientWidth}: ${wide.slice(0, 4).map(name)}`);
  }
  for (const box of document.querySelectorAll("main *, form.sheet *"))
    if (shown(box) && box.scrollWidth > box.clientWidth + 1 && ["auto", "scroll"].includes(getComputedStyle(box).overflowX))
      wrong.push(`scrolls sideways by ${box.scrollWidth - box.clientWidth}: ${name(box)}`);
  for (const element of document.querySelectorAll(
    "a[href], button, input, textarea, select, [role=button], [role=tab], [role=checkbox], [role=radio], [tabindex]",
  )) {
    if (!shown(element) || element.closest("[aria-hidden=true]") || element.disabled) continue;
    const box = element.getBoundingClientRect();
    const label = element.labels?.length ? [...element.labels].map((one) => one.innerText).join("") : "";
    const named =
      element.getAttribute("aria-label") ||
      (element.getAttribute("aria-labelledby") &&
        document.getElementById(element.getAttribute("aria-labelledby"))?.innerText) ||
      label ||
      element.innerText ||
      element.title ||
      element.querySelector("img[alt]:not([alt=''])");
    if (!named) wrong.push(`has no name for a screen reader: ${name(element)}`);
    const target =
      ["checkbox", "radio", "file"].includes(element.type) && element.labels?.[0]
        ? element.labels[0].getBoundingClientRect()
        : box;
    if (least && (target.height < least - 0.5 || target.width < least - 0.5))
      wrong.push(`${Math.round(target.width)}×${Math.round(target.height)} is too small to touch: ${name(element)}`);
  }
  for (const image of document.images) if (!image.hasAttribute("alt")) wrong.push(`picture without alt: ${image.src}`);
  for (const clipped of document.querySelectorAll("button, h1, h2, a")) {
    if (
      shown(clipped) &&
      clipped.scrollWidth > clipped.clientWidth + 2 &&
      getComputedStyle(clipped).overflow === "hidden" &&
      getComputedStyle(clipped).textOverflow !== "ellipsis"
    )
      wrong.push(`its words are cut: ${name(clipped)}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  for (const id of new Set(ids.filter((one, at) => ids.indexOf(one) !== at)))
    wrong.push(`two elements have the id ${id}`);
  if (!document.documentElement.lang) wrong.push("the page has no language");
  if (!document.title) wrong.push("the page has no title");
  if (!document.querySelector("main, [role=main], form")) wrong.push("the page has no main part");
  return wrong;
};
