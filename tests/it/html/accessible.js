// What is wrong with a page for people who cannot see it well, or at all: a list of sentences.
(() => {
  const faults = [];
  const visible = (element) => element.checkVisibility({ visibilityProperty: true });
  const told = (element) => element.outerHTML.slice(0, 120);
  const name = (element) =>
    element.getAttribute("aria-label") ||
    (element.getAttribute("aria-labelledby") || "").split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? "").join(" ").trim() ||
    [...(element.labels ?? [])].map((label) => label.textContent).join(" ").trim() ||
    (element.matches("a, button, summary") ? element.textContent.trim() : "");

  if (!document.documentElement.lang) faults.push("the page names no language");
  if (!document.title) faults.push("the page has no title");
  for (const [landmark, count] of [["main", 1], ["body > header", 1], ["body > footer", 1], ["h1", 1]]) {
    if (document.querySelectorAll(landmark).length !== count) faults.push(`not one ${landmark}`);
  }
  let level = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    const now = Number(heading.tagName[1]);
    if (now > level + 1) faults.push(`h${now} after h${level}: ${told(heading)}`);
    level = now;
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  if (new Set(ids).size !== ids.length) faults.push("an id stands there twice");
  for (const element of document.querySelectorAll("[aria-labelledby], [aria-describedby], a[href^='#'], label[for]")) {
    const named = ["aria-labelledby", "aria-describedby", "for"].map((attribute) => element.getAttribute(attribute) ?? "");
    const all = [...named.join(" ").split(/\s+/), (element.getAttribute("href") ?? "").slice(1)].filter((id) => id);
    for (const id of all) if (!document.getElementById(id)) faults.push(`nothing is called ${id}: ${told(element)}`);
  }
  for (const element of document.querySelectorAll("a, button, input, select, summary, section, form, [tabindex='0']")) {
    if (visible(element) && !name(element)) faults.push(`no name: ${told(element)}`);
  }
  for (const table of document.querySelectorAll("table")) {
    if (!table.querySelector("thead th[scope=col]")) faults.push(`no heads of columns: ${told(table)}`);
    for (const row of table.querySelectorAll("tbody tr")) {
      if (!row.querySelector("th[scope=row]")) faults.push(`no head of a row: ${told(row)}`);
    }
  }
  for (const image of document.querySelectorAll("svg, img")) {
    if (image.getAttribute("aria-hidden") !== "true" && !name(image)) faults.push(`no name: ${told(image)}`);
  }
  for (const element of document.querySelectorAll("[tabindex]")) {
    if (element.tabIndex > 0) faults.push(`out of order: ${told(element)}`);
  }

  // WCAG 2.2, 1.4.3: 4.5 to 1.
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const back = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
      if (color[3] > 0) faults.push(`see-through: ${told(at)}`);
    }
    return [255, 255, 255, 255];
  };
  const seen = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest("script, style, .sep") || !visible(element)) continue;
    const pair = [getComputedStyle(element).color, back(element).join()].join(" on ");
    if (seen.has(pair)) continue;
    seen.add(pair);
    const [one, other] = [light(rgba(getComputedStyle(element).color)), light(back(element))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < 4.5) faults.push(`contrast ${ratio.toFixed(2)}, ${pair}: ${told(element)}`);
  }
  return faults;
})()
