// What sticks out of the window to the right, of the first hundred changes and all around them.
(() => {
  const items = [...document.querySelectorAll(".changes > ul > li")].slice(0, 100);
  const around = [...document.querySelectorAll("body *")].filter((one) => !one.closest(".changes li, .skip, .stacked thead"));
  const all = [...around, ...items.flatMap((item) => [item, ...item.querySelectorAll("*")])];
  const over = all.filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 0.5);
  return over.slice(0, 3).map((one) => one.outerHTML.slice(0, 200));
})()
