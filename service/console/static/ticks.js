// With Shift, a click on a tick does the same to all between it and the one clicked before.
"use strict";

(() => {
  let before = null; // the one clicked last

  document.addEventListener("click", (event) => {
    const box = event.target.closest?.(".pick input");
    if (!box) return;
    const boxes = [...document.querySelectorAll(".pick input")].filter((each) => each.checkVisibility());
    const from = boxes.indexOf(before), to = boxes.indexOf(box);
    before = box;
    if (!event.shiftKey || from < 0) return;
    for (const each of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) each.checked = box.checked;
    const n = boxes.filter((each) => each.checked).length;
    say(n ? words("ticked", { n }) : words("ticked_none"));
  });
})();
