"""What is wrong with a screen as it stands: too wide, too small to touch, without a name, in the wrong language."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

LEAST_TOUCH = 48
ENGLISH_ALLOWED = set(
    [
        "PIN",
        "A4",
        "GPS",
        "CSV",
        "XLSX",
        "csv",
        "xlsx",
        "WPS",
        "Excel",
        "Word",
        "Wi",
        "Fi",
        "QR",
        "MB",
        "GB",
        "KB",
        "HTTPS",
        "https",
        "http",
        "English",
        "Language",
    ]
)
"""Names of things, and the switch that a reader of English has to find."""

LOOK = """
(least) => {
  const wrong = [];
  const name = (element) => `${element.tagName.toLowerCase()}${element.dataset.testid ? "[" + element.dataset.testid + "]" : "." + element.className} ${(element.innerText || element.value || "").slice(0, 20)}`;
  const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.getBoundingClientRect().width > 0;
  const root = document.scrollingElement;
  if (root.scrollWidth > innerWidth + 1) {
    const wide = [...document.body.querySelectorAll("*")].filter((one) => shown(one) && one.getBoundingClientRect().right > innerWidth + 1);
    wrong.push(`wider than the screen by ${root.scrollWidth - innerWidth}: ${wide.slice(0, 4).map(name)}`);
  }
  for (const element of document.querySelectorAll("a[href], button, input, textarea, select, [role=button], [role=tab], [role=checkbox], [role=radio], [tabindex]")) {
    if (!shown(element) || element.closest("[aria-hidden=true]") || element.disabled) continue;
    const box = element.getBoundingClientRect();
    const label = element.labels?.length ? [...element.labels].map((one) => one.innerText).join("") : "";
    const named = element.getAttribute("aria-label") || (element.getAttribute("aria-labelledby") && document.getElementById(element.getAttribute("aria-labelledby"))?.innerText) || label || element.innerText || element.title || element.querySelector("img[alt]:not([alt=''])");
    if (!named) wrong.push(`has no name for a screen reader: ${name(element)}`);
    const target = ["checkbox", "radio", "file"].includes(element.type) && element.labels?.[0] ? element.labels[0].getBoundingClientRect() : box;
    if (least && (target.height < least - 0.5 || target.width < least - 0.5)) wrong.push(`${Math.round(target.width)}×${Math.round(target.height)} is too small to touch: ${name(element)}`);
  }
  for (const image of document.images) if (!image.hasAttribute("alt")) wrong.push(`picture without alt: ${image.src}`);
  for (const clipped of document.querySelectorAll("button, h1, h2, a")) {
    if (shown(clipped) && clipped.scrollWidth > clipped.clientWidth + 2 && getComputedStyle(clipped).overflow === "hidden" && getComputedStyle(clipped).textOverflow !== "ellipsis") wrong.push(`its words are cut: ${name(clipped)}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  for (const id of new Set(ids.filter((one, at) => ids.indexOf(one) !== at))) wrong.push(`two elements have the id ${id}`);
  if (!document.documentElement.lang) wrong.push("the page has no language");
  if (!document.title) wrong.push("the page has no title");
  if (!document.querySelector("main, [role=main], form")) wrong.push("the page has no main part");
  return wrong;
}
"""
ENGLISH = """
() => {
  const words = [];
  const take = (text) => words.push(...(text.replace(/https?:\\S+/g, "").match(/[A-Za-z]{2,}/g) ?? []));
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const holder = walker.currentNode.parentElement;
    if (!["SCRIPT", "STYLE", "NOSCRIPT"].includes(holder.tagName) && holder.checkVisibility() && !holder.closest("[data-verbatim]")) take(walker.currentNode.data);
  }
  for (const element of document.querySelectorAll("[aria-label], [placeholder], [title], img[alt]"))
    for (const name of ["aria-label", "placeholder", "title", "alt"]) take(element.getAttribute(name) ?? "");
  return words;
}
"""
CONTRAST = """
() => {
  const parse = (text) => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return { r, g, b, a }; };
  const light = ({ r, g, b }) => { const [x, y, z] = [r, g, b].map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * x + 0.7152 * y + 0.0722 * z; };
  const over = (top, under) => ({ r: top.r * top.a + under.r * (1 - top.a), g: top.g * top.a + under.g * (1 - top.a), b: top.b * top.a + under.b * (1 - top.a), a: 1 });
  const ground = (element) => { const chain = []; for (let at = element; at; at = at.parentElement) chain.push(parse(getComputedStyle(at).backgroundColor)); return chain.reverse().reduce((under, top) => over(top, under), { r: 255, g: 255, b: 255, a: 1 }); };
  const wrong = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest("[disabled], .van-button--loading")) continue;
    const style = getComputedStyle(element);
    const back = ground(element);
    const ink = over(parse(style.color), back);
    const [a, b] = [light(ink), light(back)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const big = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 600);
    if (ratio < (big ? 3 : 4.5)) wrong.add(`contrast ${ratio.toFixed(2)}: ${walker.currentNode.data.trim().slice(0, 16)}`);
  }
  return [...wrong];
}
"""


def faults(page: Page, least_touch: int = LEAST_TOUCH) -> list[str]:
    """What a person with a narrow screen, thick fingers or a screen reader would stumble over."""
    found: list[str] = page.evaluate(LOOK, least_touch)
    return found


def pale(page: Page) -> list[str]:
    """Texts whose contrast is below AA."""
    found: list[str] = page.evaluate(CONTRAST)
    return found


def english(page: Page, also_allowed: set[str] | None = None) -> list[str]:
    """English words on a Chinese screen."""
    words: list[Any] = page.evaluate(ENGLISH)
    allowed = ENGLISH_ALLOWED | (also_allowed or set())
    return sorted({word for word in words if word not in allowed})


def chinese(page: Page) -> list[str]:
    """Texts of the app in Chinese on an English screen; content of records is marked `data-verbatim` or passed over by the caller."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("button, label, h1, h2, nav, [role=status]")]
        .filter((one) => one.checkVisibility()).map((one) => one.innerText).filter((text) => /[\\u4e00-\\u9fff]/.test(text))"""
    )
    return found
