// The next comment is there before it is asked for: a decision is not waited for, and the next page is fetched in time.
// Nothing is called decided before the answer has come; what was not decided is told by name, and the focus stays.
"use strict";

const ahead = (() => {
  const PATIENCE = 4_000; // ms for the next page; keys wait for it
  const NEAR = 6; // open comments: fewer after this one, and the next page is fetched
  const left = new Set(); // ids of cards that somebody went on from, while their decision is on its way
  const failed = new Map(); // what came instead of a decision, by such a card's id
  let fetching = null, afterwards = null, lastFrom = "", pending = ""; // ids of the cards that was gone on from last, and from which it waits

  const isLeft = (card) => left.has(card.id);
  const isOpen = (card) => !card.matches(".stub") && !isLeft(card) && !openComments.isOthers(card);

  // The next card to decide about that is nobody else's.
  function following(card) {
    let next = card?.nextElementSibling;
    while (next && !isOpen(next)) next = next.nextElementSibling;
    return next;
  }

  // Whether comments come after a card that were others' when it was asked last: they may be free by now.
  function othersAfter(card) {
    let next = card?.nextElementSibling;
    while (next && !next.matches("[data-others]:not(.stub, [data-gone])")) next = next.nextElementSibling;
    return Boolean(next);
  }

  // Goes on from a comment whose decision was just sent. Where cards stand below each other the next one is seen anyway.
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const card = event.target.closest?.(".panes .card:not(.campaign)");
    if (!card || !event.target.matches("form.actions, form.confirming")) return;
    failed.delete(card.id);
    tell();
    near(card);
    if (!isWide.matches || !(following(card) || near(card) || othersAfter(card))) return;
    left.add(card.id);
    rowOf(card)?.setAttribute("aria-busy", "true");
    goOn(card.id);
  });

  // Shows what comes after a card: at once, unless the next page is still on its way, or somebody is faster than the answers that
  // say what nobody else has. Keys that are pressed meanwhile wait.
  function goOn(id, wasFetched = false, wasAsked = false) {
    const card = document.getElementById(id), next = following(card), coming = !next && !wasFetched && near(card);
    lastFrom = id;
    const later = (...known) => () => { pending = ""; if (lastFrom === id) goOn(id, ...known); };
    if (coming) { pending = id; return openComments.wait(coming, later(true, wasAsked)); }
    if (!wasAsked && (next ? !openComments.isSure(next) : othersAfter(card))) {
      const { isNew, coming } = openComments.answer();
      pending = id;
      return openComments.wait(coming, later(wasFetched, isNew));
    }
    if (opened() && opened().id !== id) return; // somebody went elsewhere meanwhile
    show(next || card);
  }

  // The answer about a card has come; whether somebody is at another one by now. sentence: what came instead of a decision.
  function came(card, sentence = "") {
    if (!left.delete(card.id)) return false;
    rowOf(card)?.removeAttribute("aria-busy");
    const isHere = lastFrom === card.id && pending !== card.id && (!opened() || opened() === card); // nothing came next
    if (sentence && !isHere) failed.set(card.id, sentence);
    tell();
    if (afterwards && !left.size) setTimeout(afterwards);
    if (!left.size) afterwards = null;
    return !isHere;
  }

  // Does something once all answers are there; false where none is awaited.
  function whenAnswered(act) {
    if (left.size) afterwards = act;
    return left.size > 0;
  }

  // Each comment that was not decided, with a way to it.
  function tell() {
    for (const item of document.querySelectorAll(".item.failed")) item.classList.remove("failed");
    for (const id of failed.keys()) if (!document.getElementById(id)) failed.delete(id);
    trouble.hidden = !failed.size;
    trouble.replaceChildren(...[...failed].map(([id, sentence]) => {
      const card = document.getElementById(id), line = document.createElement("p"), name = document.createElement("bdi");
      const button = document.createElement("button");
      rowOf(card)?.closest(".item").classList.add("failed");
      name.textContent = card.querySelector("h2 .name").textContent;
      button.type = "button";
      button.textContent = words("show_it");
      button.addEventListener("click", () => { failed.delete(id); tell(); show(card); });
      line.append(name, `: ${sentence} `, button);
      return line;
    }));
  }

  // Fetches the next page of the list once few comments are left, and puts it below; null where nothing is on its way.
  function near(card) {
    const link = document.querySelector(".pages a[rel=next]"), rows = document.querySelector(".panes .rows");
    let count = 0;
    for (let next = card; next && count <= NEAR; next = following(next)) count += 1;
    if (link && rows && count <= NEAR) fetching ??= fetchPage(link, rows).finally(() => { fetching = null; });
    return fetching;
  }

  async function fetchPage(link, rows) {
    try {
      const answer = await fetch(link.href, { signal: AbortSignal.timeout(PATIENCE) });
      if (answer.ok) add(new DOMParser().parseFromString(await answer.text(), "text/html"), link, rows);
    } catch { /* away: the link is still there, and the next decision tries again */ }
  }

  function add(page, link, rows) {
    const was = current(), places = [[".panes .rows > .item", rows], [".panes > .cards > .card", document.querySelector(".panes > .cards")]];
    const added = places.map(([found, place]) => [...page.querySelectorAll(found)]
      .filter((part) => !document.getElementById(part.id))
      .map((part) => place.appendChild(document.importNode(part, true))));
    for (const card of added[1]) card.removeAttribute("data-open");
    for (const row of added[0]) row.querySelector("[aria-current]")?.removeAttribute("aria-current");
    for (const part of added.flat()) {
      htmx.process(part);
      keyMap.label(part);
    }
    const next = page.querySelector(".pages a[rel=next]");
    if (next) link.href = next.getAttribute("href");
    else link.remove();
    if (was?.matches(".stub") && added[1].length && following(was) === added[1][0]) show(added[1][0]);
  }

  const leaving = () => [...left].map((id) => document.getElementById(id)).filter(Boolean);
  return { came, near, whenAnswered, following, goOn, isLeft, leaving };
})();
