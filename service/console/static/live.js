// The counts on the tabs as they change, and a word of new comments, which appear when somebody asks for them. Without
// this script, or without an answer, the page stays as it was loaded.
"use strict";

(() => {
  const EVERY = 20_000; // ms between two questions where there is no stream
  const AGAIN = 60_000; // ms until a stream that was refused is asked for again
  const TELL = 5_000; // ms between two words of new comments: a listener is not interrupted more often
  const MANY = 100; // no more are told of
  const fresh = document.getElementById("fresh");
  const tab = document.querySelector(".tabs a:has([id^=count-])"); // other pages have tabs of something else
  if (!tab) return;
  const asked = new URLSearchParams({ site: new URL(tab.href).searchParams.get("site"), queue: fresh?.dataset.queue ?? "" });
  let source = null, polling = 0, notBefore = 0, telling = 0, toldAt = 0, known = null, floor = null, arrived = 0;

  function show({ counts, newest }) {
    for (const [id, count] of Object.entries(counts)) {
      const place = document.getElementById(`count-${id}`);
      const text = (count ?? 0).toLocaleString(document.documentElement.lang);
      if (!place) continue;
      if (place.textContent !== text) place.textContent = text;
    }
    if (!fresh) return;
    // What was there when the page was made is not new; nor is what is listed only because others have gone.
    known ??= new Set(newest.filter((id) => id <= `cmt_${fresh.dataset.newest}`));
    floor ??= newest.length < MANY ? "" : newest.at(-1);
    arrived = newest.filter((id) => id > floor && !known.has(id)).length;
    if (!telling) telling = setTimeout(tell, Math.max(0, toldAt + TELL - Date.now()));
  }

  function tell() {
    telling = 0;
    toldAt = Date.now();
    const { one, several, many, url } = fresh.dataset;
    if (!arrived) return fresh.replaceChildren();
    const words = arrived === 1 ? one : arrived < MANY ? several.replace("…", arrived) : many;
    let link = fresh.querySelector("a");
    if (link?.firstChild.textContent.trim() === words) return;
    const hadFocus = link && link === document.activeElement;
    link = document.createElement("a");
    link.className = "button primary";
    link.href = url;
    link.append(`${words} `, Object.assign(document.createElement("kbd"), { textContent: "r" }));
    link.addEventListener("click", keepPlace);
    fresh.replaceChildren(link);
    keyMap.label(link);
    if (hadFocus) link.focus();
  }

  // The comment that is open stays open, where it is still on the page.
  function keepPlace() {
    const card = document.querySelector(".panes .card[data-open]");
    if (card?.id.startsWith("c-")) this.href = `${fresh.dataset.url}&open=${card.id.slice(2)}#${card.id}`;
  }

  function listen() {
    if (source || document.hidden) return;
    if (Date.now() < notBefore) return poll();
    const opened = source = new EventSource(`/console/events?${asked}`);
    opened.addEventListener("queues", (event) => show(JSON.parse(event.data)));
    opened.addEventListener("error", () => {
      if (opened.readyState !== EventSource.CLOSED || opened !== source) return; // else the browser comes back by itself
      source = null;
      notBefore = Date.now() + AGAIN;
      poll();
    });
  }

  async function poll() {
    clearTimeout(polling);
    let answer = null;
    try {
      answer = await fetch(`/console/counts?${asked}`);
      if (answer.ok) show(await answer.json());
    } catch { /* away: asked again later */ }
    if (answer && [401, 403, 404].includes(answer.status)) return; // the session or the role has ended
    polling = setTimeout(listen, EVERY);
  }

  function stop() {
    clearTimeout(polling);
    source?.close();
    source = null;
  }

  // A page that nobody looks at holds no connection: browsers have six for a server.
  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : listen()));
  listen();
})();
