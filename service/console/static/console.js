// The console's keys, and where the focus goes after a decision. The pages work without this script.
"use strict";

const announcement = document.getElementById("announcement");
const trouble = document.getElementById("trouble");
const help = document.getElementById("help");
const keysSwitch = document.getElementById("keys-on");
const helpButton = document.getElementById("help-open");
const STORAGE_KEY = "gatehouse-keys";

// ---- the off switch (WCAG 2.1.4); remembered in this browser ------------------------------------

function keysAreOn() {
  try { return localStorage.getItem(STORAGE_KEY) !== "off"; } catch { return true; }
}

function turnKeys(on) {
  keysSwitch.checked = on;
  document.documentElement.classList.toggle("with-keys", on);
  try { localStorage.setItem(STORAGE_KEY, on ? "on" : "off"); } catch { /* for this page only, then */ }
}

turnKeys(keysAreOn());
keysSwitch.addEventListener("change", () => turnKeys(keysSwitch.checked));
helpButton.hidden = false;
helpButton.addEventListener("click", () => help.showModal());

// ---- what is chosen is in sight, where tabs and chips are a strip wider than the screen --------------

for (const chosen of document.querySelectorAll(".tabs [aria-current], .filter [aria-current]")) {
  const strip = chosen.parentElement, shown = strip.getBoundingClientRect(), place = chosen.getBoundingClientRect();
  strip.scrollLeft += place.left + place.width / 2 - shown.left - shown.width / 2;
}

// ---- keys ------------------------------------------------------------------------------------------

const cards = () => [...document.querySelectorAll(".card")];
const current = () => document.activeElement.closest(".card");

// The list beside the open comment is there where there is room for it.
const isWide = matchMedia("(min-width: 1100px)");
const rowOf = (card) => document.querySelector(`.item a[data-card="${card.id}"]`);
const opened = () => document.querySelector(".panes .card[data-open]");

// Where a key has said that what is left is with others: the same key again goes there.
let toldAt = "";
function move(step, isAsked = false) {
  const all = cards();
  const index = all.indexOf(current() || (document.activeElement.closest(".item") && opened()));
  let place = index + step;
  while (index >= 0 && all[place] && openComments.isOthers(all[place])) place += step; // a click opens it all the same
  const beside = index >= 0 && !all[place] && all[index + step], told = beside && `${all[index].id} ${step}`;
  const next = index < 0 ? (isWide.matches && opened()) || all[0] : all[place];
  if (next && step > 0 && !isAsked && !openComments.isSure(next)) return openComments.wait(openComments.answer().coming, () => move(step, true));
  if (next) show(next);
  else if (beside && (told === toldAt || openComments.isOthers(all[index]))) {
    show(beside);
    const who = beside.querySelector("[data-claim] p");
    if (who) say(who.textContent);
  } else if (beside) {
    say(words("with_others"));
    toldAt = told;
  }
}

// Scrolls so far that a few rows after this one are seen.
function inSight(row) {
  let last = row;
  for (let n = 0; n < 3 && last?.nextElementSibling; n += 1) last = last.nextElementSibling;
  last?.scrollIntoView({ block: "nearest" });
}

// isComing: by a key or after a decision; a click leaves the list where it is.
function show(card, isComing = true) {
  toldAt = "";
  open(card);
  card.focus({ preventScroll: true });
  const place = isWide.matches && rowOf(card);
  if (isComing) inSight(place?.closest?.(".item"));
  (place || card).scrollIntoView({ block: "nearest" });
  openComments.opens(card);
}

// Shows a card in the second pane, and asks for what stands around it once it is looked at.
let askAround = 0;
function open(card) {
  if (!card.closest(".panes")) return;
  for (const other of cards()) other.toggleAttribute("data-open", other === card);
  for (const link of document.querySelectorAll(".item a[data-card]")) {
    if (link.dataset.card === card.id) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  card.closest(".cards").scrollTop = 0;
  clearTimeout(askAround);
  askAround = setTimeout(() => {
    ahead.near(card);
    for (const each of isWide.matches ? [card, card.nextElementSibling] : []) {
      const around = each?.querySelector(".context[hx-get]");
      if (around) htmx.trigger(around, "opened");
    }
  }, 150);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest(".item a[data-card]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const card = document.getElementById(link.dataset.card);
  if (!card) return;
  event.preventDefault();
  show(card, false);
});
document.addEventListener("DOMContentLoaded", () => opened() && open(opened()));

// What a key is about. With nothing selected it selects, and does nothing else.
function selected() {
  const card = current();
  if (card) return card;
  const first = cards().find((other) => !other.classList.contains("stub"));
  if (first) {
    show(first);
    say(words("selected_first"));
  }
  return null;
}

// A key decides about what is selected; a whole campaign wants Enter as well.
function press(outcome) {
  const card = selected();
  if (!card) return;
  if (outcome === "reject" && keyMap.asksWhy() && askedWhy !== card && card.querySelector(".why")) {
    askedWhy = card;
    card.querySelector(".why").open = true;
    say(words("why"));
    return;
  }
  askedWhy = null;
  const button = card.querySelector(`.actions button[value="${outcome}"]`);
  if (card.matches(".stub") || button?.form.matches("[aria-busy]")) return say(words("key_unused"));
  if (button && card.classList.contains("campaign")) ask(card, button);
  else button?.click();
}

// The card that a key is about to reject, and has asked why.
let askedWhy = null;

// Chooses the reason with this number; the next key decides, or this one if it was asked for.
function giveReason(number) {
  const card = selected();
  const reasons = card?.querySelector(".why select");
  if (!reasons?.options[number]) return;
  reasons.selectedIndex = number;
  reasons.closest("details").open = true;
  if (askedWhy === card) press("reject");
  else say(words("reason_given", { reason: reasons.options[number].textContent.trim() }));
}

// Opens what is folded away in the selected card, and goes to a field or button in it.
function unfold(folded, target) {
  const details = selected()?.querySelector(folded);
  if (!details) return;
  details.open = true;
  details.querySelector(target).focus();
}

function hold() {
  const card = selected();
  if (!card) return;
  if (card.querySelector('.actions > button[value="hold"]')) press("hold");
  else unfold(".why", "textarea[name=note]");
}

function goTo(anchor) {
  const link = selected()?.querySelector(".when a");
  if (link) location.assign(link.href + anchor);
}

// Opens who can be held from now on, in the second pane; else goes to the comment's page. What stands around a comment that was
// opened just now is on its way.
let wantsAuthor = null;
function fromNowOn() {
  const card = selected();
  if (!card) return;
  if (!isWide.matches || !card.closest(".panes")) return goTo("#author");
  if (card.querySelector(".context[hx-get]")) wantsAuthor = card;
  else showAuthor(card);
}

function showAuthor(card) {
  const folded = card.querySelector(".from-now-on");
  if (!folded) return say(words("author_unknown"));
  folded.open = true;
  (folded.querySelector("select, button, a") || folded.querySelector("summary")).focus();
}

function up() {
  const places = [".tabs a[aria-current]", ".crumbs a", ".brand"];
  location.assign(places.map((place) => document.querySelector(place)).find(Boolean).href);
}

function tickAll() {
  const boxes = [...document.querySelectorAll(".pick input")].filter((box) => box.checkVisibility());
  const isAll = boxes.every((box) => box.checked);
  for (const box of boxes) if (box.checked === isAll) box.click();
  say(isAll ? words("ticked_none") : words("ticked", { n: boxes.length }));
}

function ask(card, button) {
  button.focus();
  button.classList.add("asked");
  button.addEventListener("blur", () => button.classList.remove("asked"), { once: true });
  say(words("enter", { size: card.dataset.size }));
}

// Tells what a key did not do, to the eye as well, until the next key.
function say(text) {
  announcement.textContent = text;
  announcement.className = "told";
}

// The ids of the cards decided about on this page, in the order of the decisions: answers come in any order.
let decidedIds = [];
const decidedNow = (id) => { decidedIds = [...decidedIds.filter((each) => each !== id), id]; };

function undo() {
  if (ahead.whenAnswered(undo)) return; // the last decision is the one to take back
  const button = undoOf(current()) || lastUndo();
  const last = document.querySelector(".undo-last:not([aria-busy]) button");
  if (button) button.click();
  else if (last && !document.querySelector(".undo[aria-busy]")) last.click();
  else if (!document.querySelector(".undo[aria-busy]")) say(words("undo_none"));
}

// The undo of a card's decision, unless it is being undone.
function undoOf(card) {
  return card?.querySelector(".undo:not([aria-busy]) button");
}

// The undo of the last decision on this page that still stands, or of the one that led to it.
function lastUndo() {
  for (const id of [...decidedIds].reverse()) {
    const button = undoOf(document.getElementById(id));
    if (button) return button;
  }
  return document.querySelector(".notice .undo button");
}

function tick() {
  const card = selected();
  const place = isWide.matches && card ? rowOf(card)?.closest(".item") : card;
  place?.querySelector(".pick input")?.click();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  a: () => press("approve"),
  f: () => press("approve"), // Coral's key for it
  d: () => press("reject"),
  s: () => press("spam"),
  x: tick,
  X: tickAll,
  c: () => selected()?.querySelector(".confirming button")?.click(),
  h: hold,
  t: () => selected()?.querySelector(".claim button")?.click(),
  e: () => unfold(".wrong details", "button"),
  n: () => unfold(".why", "textarea[name=note]"),
  o: () => goTo(""),
  p: fromNowOn,
  u: up,
  z: undo,
  r: () => document.querySelector("#fresh a")?.click(),
  "/": () => document.getElementById("search")?.select(),
  "?": () => help.showModal(),
};

// What is about no comment, and never waits; what decides nothing.
const AT_ONCE = ["/", "?"], MOVES = ["j", "k"];

// From a field back to the comment that it belongs to, or that is open: what was typed stays.
function leaveField(event) {
  const card = event.target.closest(".card") ?? (event.target.matches("#search") ? opened() : null);
  if (!card) return;
  event.preventDefault();
  card.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.isComposing || help.open || !keysSwitch.checked) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return event.key === "Escape" ? leaveField(event) : undefined;
  const isDigit = /^[1-9]$/.test(event.key), meaning = isDigit ? "" : keyMap.meaning(event.key);
  const act = isDigit ? () => giveReason(Number(event.key)) : KEYS[meaning];
  if (!act) return;
  event.preventDefault();
  const run = () => { announcement.className = "unseen"; act(); };
  if (AT_ONCE.includes(meaning) || !openComments.holds(run, MOVES.includes(meaning))) run();
});

// ---- a slider and its number are one ----------------------------------------------------------------

document.addEventListener("input", (event) => {
  const twin = event.target.dataset?.twin;
  if (!twin) return;
  event.target.form.elements[twin].value = event.target.value;
  // While it is dragged; `change` comes when it is let go.
  if (event.target.type === "range") event.target.dispatchEvent(new Event("slid", { bubbles: true }));
});

// ---- after a decision ------------------------------------------------------------------------------

// What stands around a comment is fetched in passing: it neither takes words away nor has any of its own.
const isInPassing = (event) => event.target.matches?.(".context");

document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (isInPassing(event)) return;
  if (!trouble.querySelector("button")) trouble.hidden = true;
  announcement.className = "unseen";
  event.target.setAttribute("aria-busy", "true");
  const card = event.target.closest?.(".card");
  if (card && event.target.matches("form.actions, form.confirming")) decidedNow(card.id);
});
document.body.addEventListener("htmx:afterRequest", (event) => event.target.removeAttribute("aria-busy"));

// Fired for what htmx swapped in: the line of a decided card, or a fresh card.
document.body.addEventListener("htmx:load", (event) => {
  const card = event.detail.elt;
  if (card.matches?.("#undone > .notice")) announcement.textContent = card.dataset.announcement;
  if (card.matches?.(".author-marks[data-announcement]")) {
    announcement.textContent = card.dataset.announcement;
    card.focus();
  }
  if (card.matches?.(".context") && wantsAuthor?.contains(card)) {
    if (wantsAuthor === current()) showAuthor(wantsAuthor);
    wantsAuthor = null;
  }
  if (!card.matches?.(".card")) return;
  noteCampaign(card);
  if (!card.matches(".stub")) {
    const said = card.dataset.announcement || words("up_to_date");
    if (ahead.came(card, said)) return; // somebody is at another comment, where the next key belongs
    announcement.textContent = said;
    show(card);
    card.querySelector("[aria-invalid]")?.focus();
    return;
  }
  if (announcement.className !== "told") announcement.textContent = card.dataset.announcement;
  if (!decidedIds.includes(card.id)) decidedNow(card.id);
  if (ahead.came(card)) return;
  ahead.goOn(card.id);
});

// The row of a campaign says what was decided about it; that of a comment comes from the server.
function noteCampaign(card) {
  const note = card.id.startsWith("k-") && rowOf(card)?.querySelector(".small");
  if (!note) return;
  note.dataset.was ??= note.textContent;
  note.textContent = card.matches(".stub") ? card.dataset.announcement : note.dataset.was;
}

function fail(event, text) {
  const card = event.target.closest?.(".card");
  if (card && ahead.came(card, text)) return;
  announcement.textContent = "";
  trouble.textContent = text;
  trouble.hidden = false;
}

document.body.addEventListener("htmx:sendError", (event) => isInPassing(event) || fail(event, words(navigator.onLine ? "unanswered" : "unreachable")));
document.body.addEventListener("htmx:responseError", (event) => {
  if (isInPassing(event)) return;
  const status = event.detail.xhr.status;
  if (status === 401) location.reload(); // the log-in page, and back here afterwards
  else if (status === 404) fail(event, words("gone"));
  else if (status === 503 || status === 429) fail(event, words("busy"));
  else fail(event, words("failed"));
});
