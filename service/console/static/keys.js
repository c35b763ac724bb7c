// Which key does what: the usual ones, and those chosen instead in this browser. console.js knows the usual ones alone.
"use strict";

// What the scripts say, in the language of the page (templates/script_words.html); {name} is filled in.
const WORDS = JSON.parse(document.getElementById("words").textContent);
const words = (key, values = {}) => WORDS[key].replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);

const keyMap = (() => {
  const CHOSEN = "gatehouse-key-map", ASKS = "gatehouse-ask-why";
  const inputs = [...document.querySelectorAll("#help input[data-key]")];
  const usual = inputs.map((input) => input.dataset.key);
  const asks = document.getElementById("ask-why");
  const told = document.getElementById("keys-told");

  function read(name) {
    try { return JSON.parse(localStorage.getItem(name)); } catch { return null; }
  }

  function write(name, value) {
    try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* for this page only, then */ }
  }

  // usual key -> chosen key, for those that differ
  let chosen = {};
  const stored = read(CHOSEN);
  for (const key of usual) {
    const other = stored?.[key];
    if (typeof other === "string" && mayBe(other) && !holder(other, key)) chosen[key] = other;
  }

  function mayBe(key) {
    return [...key].length === 1 && key.trim() !== "" && key !== "?" && !/[0-9]/.test(key);
  }

  // The usual key of the act that a key stands for, other than that of `key`.
  function holder(pressed, key) {
    return usual.find((each) => each !== key && (chosen[each] ?? each) === pressed);
  }

  // The usual key for what was pressed; "" where that does nothing.
  function meaning(pressed) {
    return holder(pressed, "") ?? (usual.includes(pressed) ? "" : pressed);
  }

  // Shows the keys as they are on every hint below an element.
  function label(root) {
    for (const hint of root.querySelectorAll("kbd")) {
      hint.dataset.key ??= hint.textContent;
      hint.textContent = chosen[hint.dataset.key] ?? hint.dataset.key;
    }
  }

  function show() {
    for (const input of inputs) input.value = chosen[input.dataset.key] ?? input.dataset.key;
    label(document);
  }

  for (const input of inputs) {
    input.addEventListener("change", () => {
      const key = input.dataset.key, other = input.value;
      const taken = holder(other, key);
      if (!mayBe(other) || taken) {
        const act = taken && inputs.find((each) => each.dataset.key === taken).closest("label").firstElementChild.textContent;
        told.textContent = taken ? words("key_taken", { key: other, act }) : words("key_bad");
      } else {
        if (other === key) delete chosen[key];
        else chosen[key] = other;
        write(CHOSEN, chosen);
        told.textContent = words("key_saved");
      }
      show();
    });
  }
  document.getElementById("keys-usual").addEventListener("click", () => {
    chosen = {};
    write(CHOSEN, chosen);
    told.textContent = words("keys_usual");
    show();
  });
  asks.checked = read(ASKS) === true;
  asks.addEventListener("change", () => write(ASKS, asks.checked));
  show();
  document.body.addEventListener("htmx:load", (event) => label(event.detail.elt));
  return { meaning, label, asksWhy: () => asks.checked };
})();
