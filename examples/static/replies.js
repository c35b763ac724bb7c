// Shows the approved comments, and hands a reply in without leaving the page.
// Without this script the form works as it is: Gatehouse takes it, and sends the reader back.

const form = document.querySelector("form[data-key]");
const list = document.getElementById("thread");
const said = document.getElementById("said");
const gatehouse = new URL(form.action).origin;
const page = { url: form.elements.page_url.value, title: form.elements.page_title.value };
const fields = { "/text": "comment", "/author/name": "author", "/author/email": "email" };
const AWAY = "Comments cannot be taken just now. Please try again shortly.";

// --- the thread ---------------------------------------------------------------------------------

async function comments() {
  const found = [];
  let next = `/api/v1/threads?page_url=${encodeURIComponent(page.url)}`;
  while (next) {
    const answer = await fetch(gatehouse + next);
    if (!answer.ok) throw new Error(`the thread: ${answer.status}`);
    const piece = await answer.json();
    found.push(...piece.comments);
    next = piece.next;
  }
  return found;
}

// What readers wrote goes in as text, never as markup.
function element(name, properties, ...inside) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...inside);
  return made;
}

function item(one) {
  const at = new Date(one.created_at);
  const when = at.toLocaleString([], { dateStyle: "long", timeStyle: "short" });
  return element("li", { id: one.id },
    element("p", { className: "who" },
      element("bdi", {}, one.author.name), " ",
      element("time", { dateTime: one.created_at }, when)),
    element("div", { className: "said", dir: "auto" }, one.text));
}

async function show() {
  const found = await comments();
  list.replaceChildren(...found.map(item));
  const count = found.length || "No";
  document.getElementById("replies").textContent = `${count} ${count === 1 ? "reply" : "replies"}`;
  return found.map((one) => one.id);
}

// --- the form -----------------------------------------------------------------------------------

// The same words sent twice by an impatient finger are one comment.
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
  let answer, told;
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
    told = await answer.json();
  } catch {
    return refuse(AWAY);
  }
  if (answer.status === 202) {
    form.elements.comment.value = key = "";
    say("Your comment is awaiting moderation.");
    look(told.id);
  } else if (answer.status === 422 || answer.status === 429 || told.code === "page_closed") {
    for (const one of told.errors ?? []) flaw(fields[one.pointer], one.detail);
    refuse(told.errors ? "" : told.detail);
  } else {
    console.error("Gatehouse refused:", told.detail);  // the page's mistake, not the reader's
    refuse(AWAY);
  }
}

// Most comments are decided within a second; for one that waits for a moderator we do not.
async function look(id) {
  for (const seconds of [0.5, 1, 2, 5, 10]) {
    await new Promise((wake) => setTimeout(wake, seconds * 1000));
    const shown = await show().catch(() => []);
    if (shown.includes(id)) return say("Your comment is published.");
  }
}

function say(text, bad = false) {
  said.textContent = text;
  said.classList.remove("received");
  said.classList.toggle("bad", bad);
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
  for (const one of form.querySelectorAll(".flaw")) one.remove();
  for (const one of form.querySelectorAll("[aria-invalid]")) {
    one.removeAttribute("aria-invalid");
    one.removeAttribute("aria-describedby");
  }
}

show().catch(() => list.replaceChildren(element("li", {}, "They cannot be shown just now.")));
