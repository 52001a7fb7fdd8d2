"use strict";
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const search = document.getElementById("search");
  const status = document.getElementById("shown");
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const sections = boxes.map((box) => {
    const section = document.getElementById(box.value);
    const items = [...section.querySelectorAll(":scope > ul > li")];
    return { box, section, items, texts: null };
  });
  const total = sections.reduce((sum, { items }) => sum + items.length, 0);
  const plain = (text) => text.normalize("NFKC").toLowerCase();

  const filter = () => {
    const words = plain(search.value).split(/\s+/).filter((word) => word);
    let shown = 0;
    for (const part of sections) {
      let here = 0;
      if (words.length) part.texts ??= part.items.map((item) => plain(item.textContent));
      part.items.forEach((item, place) => {
        const fits = part.box.checked && words.every((word) => part.texts[place].includes(word));
        if (item.hidden === fits) item.hidden = !fits;
        here += fits;
      });
      part.section.hidden = here === 0;
      shown += here;
    }
    const all = shown === total;
    status.textContent = all ? `All ${total} changes are shown.` : `${shown} of ${total} changes are shown.`;
    document.body.classList.toggle("filtered", !all);
  };

  let waiting;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 100);
  });
  form.addEventListener("change", filter);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    filter();
  });
  form.hidden = false;
  filter();
})();
