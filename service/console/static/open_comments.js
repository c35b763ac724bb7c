// Which comments are open here, and which at others': said to the server while somebody is at the page. Keys pass over what others
// have or have decided about. Without this script, or without an answer, a decision about what is somebody else's is refused, and told.
"use strict";

const openComments = (() => {
  const EVERY = 5_000; // ms; a third of OPEN_MS in moderation/review/claims.py
  const IDLE = 120_000; // ms without a key, a click, a scroll or a move of the pointer: nobody is there
  const ENOUGH = 3; // comments ahead that are ours: fewer, and more are asked for
  const AFTER = 20, SHOWN = 100; // comments that are asked about: next ones, others
  const PATIENCE = 4_000; // ms for an answer
  const FRESH = 1_000; // ms: keys that waited longer were pressed because nothing happened, not about what comes then
  const token = document.querySelector('[action="/console/logout"] [name=csrf]')?.value;
  const isWatching = Boolean(document.querySelector("main.watching"));

  let mine = new Set(); // ids of cards
  let asking = null, asksAgain = null, keys = null, awaited = 0, lastId = "", isAnswered = false, seenAt = Date.now();

  // Of several windows in this browser the one that somebody is at says what is open; other browsers of this person say theirs.
  const windows = new BroadcastChannel("gatehouse-open-comments");
  let isInOther = false;
  windows.addEventListener("message", () => { isInOther = true; mine = new Set(); });

  const waits = (card) => card.matches("[data-waits]:not(.stub)");
  const isOthers = (card) => card.matches("[data-others], [data-gone]");
  const idOf = (card) => card.id.slice(2);

  // The comment that somebody is at, or was last: between an answer and what comes next nothing has the focus.
  const at = () => current() || (isWide.matches && opened()) || document.getElementById(lastId) || (cards().length === 1 ? cards()[0] : null);

  // Whether a comment can be gone on to without a question: it is ours, or there are no answers.
  const isSure = (card) => !waits(card) || mine.has(card.id) || !isAnswered;

  // One question at a time: whoever asks meanwhile is answered by the next.
  async function ask() {
    if (asking) return (asksAgain ??= asking.catch(() => {}).then(() => { asksAgain = null; return ask(); }));
    asking = question();
    try { await asking; } finally { asking = null; }
  }

  async function question() {
    const here = at(), waiting = cards().filter((card) => waits(card) && !ahead.isLeft(card));
    const isAfter = (card) => card === here || Boolean(here?.compareDocumentPosition(card) & Node.DOCUMENT_POSITION_FOLLOWING);
    const next = here ? waiting.filter(isAfter).slice(0, AFTER) : [];
    const shown = waiting.filter((card) => !next.includes(card)).slice(0, SHOWN);
    if (isInOther || isWatching || !token || !(waiting.length || mine.size)) return;
    windows.postMessage("");
    const asked = { comments: next, deciding: ahead.leaving().slice(-SHOWN), shown };
    const body = new URLSearchParams({ csrf: token });
    for (const [name, some] of Object.entries(asked)) body.set(name, some.map(idOf).join(" "));
    let answer = null;
    try {
      answer = await fetch("/console/claims", { method: "POST", body, signal: AbortSignal.timeout(PATIENCE) });
      if (answer.ok) take(await answer.json(), [...next, ...shown]);
    } catch { /* away: asked again later; the server refuses what is another's */ }
    isAnswered = Boolean(answer?.ok);
  }

  function take(answer, asked) {
    mine = new Set(isInOther ? [] : answer.mine.map((id) => `c-${id}`));
    for (const { id } of asked) {
      const card = document.getElementById(id);
      if (!card || card.matches(".stub") || ahead.isLeft(card)) continue;
      mark(card, answer.others[idOf(card)]);
      markGone(card, answer.gone.includes(idOf(card)));
    }
    // What is in the second pane because the page was loaded so, and nobody is at yet, gives way.
    const shown = isWide.matches && opened();
    const free = shown && isOthers(shown) && !current() && ahead.following(shown);
    if (free && !document.activeElement.closest(".item")) open(free);
  }

  // Says on a card and its row who has it open or has claimed it; other undefined: nobody else.
  function mark(card, other) {
    const row = rowOf(card), was = card.dataset.others, who = other?.who;
    if (was === who) return;
    for (const place of [card, row]) for (const old of place?.querySelectorAll("[data-claim]") ?? []) old.remove();
    const button = card.querySelector(".claim button");
    if (button?.value !== "release") {
      if (button) button.value = who === undefined ? "claim" : "take";
      if (button) button.textContent = words(who === undefined ? "claim" : "take_over");
    }
    if (who === undefined) return card.removeAttribute("data-others");
    card.dataset.others = who;
    card.prepend(named("div", "stale", other.while_open ? "has_open" : "is_deciding", who));
    row?.querySelector(".small")?.prepend(named("span", "state", other.while_open ? "with" : "claimed_by", who), " ");
    if (card === current()) say(words(other.while_open ? "has_open" : "is_deciding", { who }));
  }

  // Says on a row that its comment no longer waits; its card, if it is opened and decided about, tells what happened.
  function markGone(card, isGone) {
    if (card.hasAttribute("data-gone") === isGone) return;
    card.toggleAttribute("data-gone", isGone);
    const place = rowOf(card)?.querySelector(".small");
    place?.querySelector("[data-gone]")?.remove();
    if (isGone) place?.prepend(Object.assign(document.createElement("span"), { className: "state", textContent: words("not_waiting") }), " ");
    if (isGone) place?.firstChild.setAttribute("data-gone", "");
  }

  function named(tag, style, key, who) {
    const made = document.createElement(tag), name = document.createElement("bdi"), [before, after] = WORDS[key].split("{who}");
    const line = tag === "div" ? made.appendChild(document.createElement("p")) : made;
    made.className = style;
    made.dataset.claim = "";
    name.textContent = who;
    line.append(before, name, after);
    return made;
  }

  // A comment was opened: it is said, unless it is ours already and so is what comes next.
  function opens(card) {
    seenAt = Date.now();
    lastId = card.id;
    let count = 0;
    for (let next = ahead.following(card); next && mine.has(next.id) && count < ENOUGH; next = ahead.following(next)) count += 1;
    if (!mine.has(card.id) || count < ENOUGH) ask();
  }

  // The question that is being answered, else a new one with `isNew`.
  const answer = () => ({ isNew: !asking, coming: asking ?? ask() });

  // Does something once an answer is there. Keys wait for the last such answer, and follow in their order.
  async function wait(coming, act) {
    keys ??= [];
    awaited += 1;
    try {
      await coming;
      if (help.open) await new Promise((done) => help.addEventListener("close", done, { once: true }));
    } finally {
      const search = document.activeElement?.closest("#search");
      awaited -= 1;
      try { act(); } finally { if (!awaited) follow(); }
      search?.focus(); // somebody has begun to type there
    }
  }

  // Does what the keys that waited say; after a long wait only those that decide nothing do it.
  function follow() {
    const pressed = keys ?? [], isLate = pressed.some((key) => !key.isMove && Date.now() - key.at > FRESH);
    keys = null;
    for (const key of pressed) {
      if (isLate && !key.isMove) continue;
      if (keys) keys.push(key);
      else key.run();
    }
    if (isLate) say(words("key_unused"));
  }

  // Whether a key waits. isMove: it decides nothing.
  function holds(run, isMove) {
    keys?.push({ run, isMove, at: Date.now() });
    return keys !== null;
  }

  function isThere() {
    const wasAway = isInOther || Date.now() - seenAt > IDLE;
    seenAt = Date.now();
    isInOther = false;
    if (wasAway) ask();
  }

  for (const type of ["keydown", "pointerdown", "pointermove", "wheel", "scroll"]) {
    document.addEventListener(type, isThere, { capture: true, passive: true });
  }
  for (const type of ["DOMContentLoaded", "visibilitychange"]) {
    document.addEventListener(type, () => {
      if (document.hidden) return;
      isInOther = false;
      ask();
    });
  }
  setInterval(() => document.hidden || isInOther || Date.now() - seenAt > IDLE || ask(), EVERY);

  return { isOthers, isSure, answer, opens, wait, holds };
})();
