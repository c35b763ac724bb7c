// The console's keys, and where the focus goes after a decision. The pages work without this file.
"use strict";

const say = document.getElementById("say");
const trouble = document.getElementById("trouble");
const help = document.getElementById("help");
const onSwitch = document.getElementById("keys-on");
const opener = document.getElementById("help-open");
const STORED = "gatehouse-keys";

// ---- the off switch (WCAG 2.1.4); remembered in this browser ------------------------------------

function stored() {
  try { return localStorage.getItem(STORED) !== "off"; } catch { return true; }
}

function turn(on) {
  onSwitch.checked = on;
  document.documentElement.classList.toggle("with-keys", on);
  try { localStorage.setItem(STORED, on ? "on" : "off"); } catch { /* for this page only, then */ }
}

turn(stored());
onSwitch.addEventListener("change", () => turn(onSwitch.checked));
opener.hidden = false;
opener.addEventListener("click", () => help.showModal());

// ---- keys ------------------------------------------------------------------------------------------

const cards = () => [...document.querySelectorAll(".card")];
const current = () => document.activeElement.closest(".card");

function go(step) {
  const all = cards();
  const at = all.indexOf(current());
  const next = at < 0 ? all[0] : all[at + step];
  if (next) show(next);
}

function show(card) {
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

function press(outcome) {
  const card = current() || cards().find((one) => !one.classList.contains("stub"));
  card?.querySelector(`.actions button[value="${outcome}"]`)?.click();
}

// The last decision made here; else the one the page was loaded with.
let latest = document.querySelector(".notice .undo button");

function undo() {
  const own = current()?.querySelector(".undo button");
  const button = own || (latest?.isConnected ? latest : null);
  button?.click();
}

const KEYS = {
  j: () => go(1),
  k: () => go(-1),
  a: () => press("approve"),
  f: () => press("approve"), // Coral's key for it
  d: () => press("reject"),
  s: () => press("spam"),
  z: undo,
  "?": () => help.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.isComposing || help.open || !onSwitch.checked) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// ---- after a decision ------------------------------------------------------------------------------

document.body.addEventListener("htmx:beforeRequest", (event) => {
  trouble.hidden = true;
  event.target.setAttribute("aria-busy", "true");
});
document.body.addEventListener("htmx:afterRequest", (event) => event.target.removeAttribute("aria-busy"));

// Fired for whatever was swapped in: a result, or a fresh card.
document.body.addEventListener("htmx:load", (event) => {
  const card = event.detail.elt;
  if (!card.matches?.(".card")) return;
  if (!card.matches(".stub")) {
    say.textContent = card.dataset.say || "Undone.";
    show(card);
    return;
  }
  say.textContent = card.dataset.say;
  latest = card.querySelector(".undo button");
  let next = card.nextElementSibling;
  while (next?.matches(".stub")) next = next.nextElementSibling;
  show(next || card);
});

function fail(text) {
  say.textContent = "";
  trouble.textContent = text;
  trouble.hidden = false;
}

document.body.addEventListener("htmx:sendError", () => fail("The gatehouse cannot be reached; nothing was changed. Try again in a moment."));
document.body.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 401) location.reload(); // the log-in page, and back here afterwards
  else if (status === 404) fail("This comment is no longer here. Reload the page.");
  else if (status === 503 || status === 429) fail("Too busy just now; nothing was changed. Try again in a moment.");
  else fail("That did not work; nothing was changed. Reload the page.");
});
