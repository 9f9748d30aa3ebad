() => {
  const words = [];
  const take = (text) => words.push(...(text.replace(/https?:\S+/g, "").match(/[A-Za-z]{2,}/g) ?? []));
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const holder = walker.currentNode.parentElement;
    if (
      !["SCRIPT", "STYLE", "NOSCRIPT"].includes(holder.tagName) &&
      holder.checkVisibility() &&
      !holder.closest("[data-verbatim]")
    )
      take(walker.currentNode.data);
  }
  for (const element of document.querySelectorAll("[aria-label], [placeholder], [title], img[alt]"))
    for (const name of ["aria-label", "placeholder", "title", "alt"]) take(element.getAttribute(name) ?? "");
  return words;
};
