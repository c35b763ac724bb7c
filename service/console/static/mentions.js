// Completes @names of colleagues in notes. Without this script, or without an answer, a name is typed in full.
"use strict";

(() => {
  const SHOWN = 6; // names at once
  const BEFORE = /(?:^|[^\p{L}\p{N}_.+@-])@([\p{L}\p{N}_.+@-]*)$/u;
  const known = new Map(); // URL -> the names there, once they were asked for
  let list = null, field = null;

  function namesFor(url) {
    if (!known.has(url)) {
      known.set(url, fetch(url).then((answer) => (answer.ok ? answer.json() : { names: [] })).then(({ names }) => names)
        .catch(() => { known.delete(url); return []; }));
    }
    return known.get(url);
  }

  function close() {
    list?.remove();
    list = field = null;
  }

  function choose(name) {
    const end = field.selectionStart, begun = field.value.slice(0, end).match(BEFORE)[1];
    field.setRangeText(`${name} `, end - begun.length, end, "end");
    field.focus();
    close();
  }

  async function offer(typed) {
    const begun = typed.value.slice(0, typed.selectionStart).match(BEFORE)?.[1].toLowerCase();
    if (begun === undefined) return close();
    const names = await namesFor(typed.dataset.colleagues);
    if (document.activeElement !== typed) return;
    const fitting = names.filter((name) => name.toLowerCase().startsWith(begun)).slice(0, SHOWN);
    close();
    if (!fitting.length || fitting[0].toLowerCase() === begun) return;
    field = typed;
    list = document.createElement("ul");
    list.className = "names";
    list.setAttribute("translate", "no");
    for (const name of fitting) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "quiet";
      button.textContent = `@${name}`;
      button.addEventListener("click", () => choose(name));
      list.appendChild(document.createElement("li")).append(button);
    }
    typed.after(list);
    document.getElementById("announcement").textContent = words("names", { n: fitting.length });
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea[data-colleagues]")) offer(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (!list) return;
    const buttons = [...list.querySelectorAll("button")], at = buttons.indexOf(document.activeElement);
    if (event.key === "Escape") {
      field.focus();
      close();
    } else if (event.key === "ArrowDown") buttons[Math.min(at + 1, buttons.length - 1)].focus();
    else if (event.key === "ArrowUp") (buttons[at - 1] ?? field).focus();
    else if (event.key === "Tab" && !event.shiftKey && at < 0) choose(buttons[0].textContent.slice(1));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener("focusout", (event) => {
    if (list && event.relatedTarget !== field && !list.contains(event.relatedTarget)) close();
  });
})();
