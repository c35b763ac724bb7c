// Requests to the Gatehouse that this module came from, and to nothing else; never with cookies.
const HOME = new URL(import.meta.url).origin;
const TIMEOUT = 20_000; // ms

class Refusal extends Error {
  // status: HTTP, 0 where there was no answer. wait: seconds, 0 unknown.
  constructor(status, problem = {}, wait = 0) {
    super(problem.code ?? "away");
    Object.assign(this, { status, problem, wait });
  }
}

async function ask(path, { method = "GET", token = "", body, key = "", within = TIMEOUT } = {}) {
  const headers = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  let answer;
  try {
    answer = await fetch(HOME + path, {
      method, headers, body: body && JSON.stringify(body), credentials: "omit",
      cache: token || body ? "no-store" : "no-cache", // the browser sends If-None-Match by itself
      redirect: "error", signal: AbortSignal.timeout(within),
    });
    if (answer.status === 204) return {};
    const result = await answer.json();
    if (answer.ok) return result;
    throw new Refusal(answer.status, result, Number(answer.headers.get("Retry-After")) || 0);
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(answer?.status ?? 0);
  }
}

// The answer to a challenge (ALTCHA): numbers are tried in pieces, and the page stays alive meanwhile.
async function prove(site) {
  const { maxnumber, ...asked } = await ask(`/api/v1/challenges?site_id=${encodeURIComponent(site)}`);
  const encoder = new TextEncoder();
  const fits = async (number) => {
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(asked.salt + number)));
    return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("") === asked.challenge;
  };
  for (let from = 0; from <= maxnumber; from += 256) {
    const found = (await Promise.all(Array.from({ length: 256 }, (_, step) => fits(from + step)))).indexOf(true);
    if (found >= 0) return btoa(JSON.stringify({ ...asked, number: from + found }));
  }
  throw new Refusal(0);
}

// A sentence for readers.
function sentence(words, refusal) {
  const { status, wait, problem } = refusal;
  if (status === 429) return words.wait(wait || 30);
  if (problem.code === "page_closed") return words.closed();
  if (problem.code === "not_editable") return words.tooLate;
  if (status === 422) return problem.errors?.[0]?.detail ?? problem.detail ?? words.later;
  return status === 401 || status === 403 ? words.refused : words.later;
}
