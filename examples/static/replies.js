// Shows the approved comments, and submits a reply without leaving the page.
// Without this script the form still works: Gatehouse accepts it, and sends the reader back.

const form = document.querySelector("form[data-key]");
const list = document.getElementById("thread");
const notice = document.getElementById("said");
const gatehouse = new URL(form.action).origin;
const page = { url: form.elements.page_url.value, title: form.elements.page_title.value };
const fields = { "/text": "comment", "/author/name": "author", "/author/email": "email" };
const AWAY = "Comments cannot be accepted at the moment. Please try again shortly.";

// --- the thread ---------------------------------------------------------------------------------

async function load() {
  const comments = [];
  let state = "open";
  let next = `/api/v1/threads?page_url=${encodeURIComponent(page.url)}`;
  while (next) {
    const answer = await fetch(gatehouse + next);
    if (!answer.ok) throw new Error(`the thread: ${answer.status}`);
    const batch = await answer.json();
    // What was removed is in the list only for what answers it, which this page does not show below it.
    comments.push(...batch.comments.filter((comment) => comment.status === "approved"));
    state = batch.state;
    next = batch.next;
  }
  tell(state);
  return comments;
}

// A closed page needs no form, unless something is typed there already: that is not taken away.
function tell(state) {
  form.hidden = state === "closed" && !form.elements.comment.value;
  document.getElementById("state").textContent = {
    closed: "Comments are closed.",
    premoderated: "A moderator looks at every comment before it appears.",
  }[state] ?? "";
}

// Comments are inserted as text, never as markup.
function element(name, properties, ...inside) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...inside);
  return made;
}

function item(comment) {
  const created = new Date(comment.created_at);
  const when = created.toLocaleString([], { dateStyle: "long", timeStyle: "short" });
  return element("li", { id: comment.id },
    element("p", { className: "who" },
      element("bdi", {}, comment.author.name), " ",
      element("time", { dateTime: comment.created_at }, when)),
    element("div", { className: "said", dir: "auto" }, comment.text));
}

async function show() {
  const comments = await load();
  list.replaceChildren(...comments.map(item));
  const count = comments.length || "No";
  document.getElementById("replies").textContent = `${count} ${count === 1 ? "reply" : "replies"}`;
  return comments.map((comment) => comment.id);
}

// --- the form -----------------------------------------------------------------------------------

// The same text submitted twice is one comment.
let key = "";
form.addEventListener("input", () => { key = ""; });

let sending = false;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (sending) return;
  sending = true;
  await handIn().finally(() => { sending = false; });
});

async function handIn() {
  key ||= Array.from(crypto.getRandomValues(new Uint32Array(4)), String).join("-");
  const typed = Object.fromEntries(new FormData(form));
  clear();
  let answer, result;
  try {
    answer = await fetch(`${gatehouse}/api/v1/comments`, {
      method: "POST",
      headers: {
        "Authorization": `Bearer ${form.dataset.key}`,
        "Content-Type": "application/json",
        "Idempotency-Key": key,
      },
      body: JSON.stringify({
        page,
        author: { name: typed.author, email: typed.email },
        text: typed.comment,
      }),
    });
    result = await answer.json();
  } catch {
    return refuse(AWAY);
  }
  if (answer.status === 202) {
    form.elements.comment.value = key = "";
    say("Your comment is awaiting moderation.");
    look(result.id);
  } else if (answer.status === 422 || answer.status === 429 || result.code === "page_closed") {
    for (const error of result.errors ?? []) flaw(fields[error.pointer], error.detail);
    refuse(result.errors ? "" : result.detail);
  } else {
    console.error("Gatehouse refused:", result.detail);  // the page's mistake, not the reader's
    refuse(AWAY);
  }
}

// Most comments are decided within a second; we do not wait for a moderator.
async function look(id) {
  for (const seconds of [0.5, 1, 2, 5, 10]) {
    await new Promise((wake) => setTimeout(wake, seconds * 1000));
    const shown = await show().catch(() => []);
    if (shown.includes(id)) return say("Your comment is published.");
  }
}

function say(text, bad = false) {
  notice.textContent = text;
  notice.classList.remove("received");
  notice.classList.toggle("bad", bad);
}

function refuse(why) {
  say(`Your comment was not sent. ${why}`, true);
}

function flaw(name, why) {
  const field = form.elements[name];
  if (!field) return;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", `${name}-flaw`);
  field.after(element("span", { className: "flaw", id: `${name}-flaw` }, why));
}

function clear() {
  for (const message of form.querySelectorAll(".flaw")) message.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
}

show().catch(() => list.replaceChildren(element("li", {}, "They cannot be shown just now.")));
