// Keeps the demo's look at hidden comments fresh, for the moderator who is signed in.
const peek = document.getElementById("peek");
let shown = "";

async function look() {
  if (document.hidden || peek.contains(document.activeElement)) return;
  const answer = await fetch(peek.dataset.from).catch(() => null);
  if (!answer?.ok) return;
  const text = await answer.text();
  if (text === shown) return;
  shown = text;
  peek.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
}

setInterval(look, 3_000);
