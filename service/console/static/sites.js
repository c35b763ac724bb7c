// The menu of sites: it closes as menus do, and a long one is narrowed down by typing. Without this script it is a list of links.
"use strict";

(() => {
  const sites = document.querySelector("details.sites");
  if (!sites) return;
  const links = [...sites.querySelectorAll("nav a")];
  const box = sites.querySelector(".sites-filter"), none = sites.querySelector(".none");
  const input = box?.querySelector("input");

  // "cafe" finds "Café", in whatever script the names are.
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  function narrow() {
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    for (const link of links) {
      const name = plain(link.firstElementChild.textContent);
      link.hidden = !words.every((word) => name.includes(word));
    }
    none.hidden = links.some((link) => !link.hidden);
  }

  function close() {
    sites.open = false;
    sites.querySelector("summary").focus();
  }

  // From the field and from link to link with the arrows.
  function step(from, by) {
    const shown = links.filter((link) => !link.hidden);
    const next = shown[shown.indexOf(from) + by] ?? (by < 0 ? input : null);
    next?.focus();
  }

  if (input) {
    box.hidden = false;
    input.addEventListener("input", narrow);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") links.find((link) => !link.hidden && link !== links[0])?.click();
    });
  }
  document.addEventListener("click", (event) => {
    if (!sites.contains(event.target)) sites.open = false;
  });
  sites.addEventListener("keydown", (event) => {
    if (!sites.open) return;
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") step(event.target, 1);
    else if (event.key === "ArrowUp") step(event.target, -1);
    else return;
    event.preventDefault();
  });
  sites.addEventListener("toggle", () => {
    if (!sites.open) return;
    sites.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    input?.focus();
  });
})();
