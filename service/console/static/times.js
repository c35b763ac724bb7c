// Times in the reader's own zone; on hover they are UTC, as the page was sent. Without this script they are UTC.
"use strict";

(() => {
  const two = (number) => String(number).padStart(2, "0");

  // A moment in the words of the page; a clock with seconds is that of a claim, which ends within minutes.
  function local(moment, isClock) {
    const time = `${two(moment.getHours())}:${two(moment.getMinutes())}`;
    if (isClock) return `${time}:${two(moment.getSeconds())}`;
    const month = WORDS.months[moment.getMonth()];
    return words("moment", { day: moment.getDate(), month, year: moment.getFullYear(), time });
  }

  // Ages have their UTC on hover from the start, and days are days of UTC.
  function translate(root) {
    for (const place of root.querySelectorAll("time[datetime]:not([title])")) {
      const utc = place.textContent.trim(), moment = new Date(place.dateTime);
      if (!/\d\d:\d\d/.test(utc) || Number.isNaN(moment.getTime())) continue;
      place.title = utc;
      place.textContent = local(moment, /\d\d:\d\d:\d\d/.test(utc));
    }
  }

  translate(document);
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const node of addedNodes) if (node.parentElement) translate(node.parentElement);
  }).observe(document.body, { childList: true, subtree: true });
})();
