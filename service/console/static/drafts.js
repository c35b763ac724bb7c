// What was typed with a decision or as a note is there again after a session that ended, for the same person in the same tab.
"use strict";

(() => {
  const KEPT = "gatehouse-draft", FORMS = 'form.actions, form[action$="/notes"]';
  const who = document.querySelector(".account .email")?.textContent ?? "";
  const fieldsOf = (form) => [...form.querySelectorAll("textarea, select, input[type=radio]")];

  function read() {
    try { return JSON.parse(sessionStorage.getItem(KEPT)); } catch { return null; }
  }

  function keep(form) {
    const typed = fieldsOf(form).filter((field) => field.value && (field.type !== "radio" || field.checked));
    if (!typed.some((field) => field.type !== "radio")) return forget();
    const values = Object.fromEntries(typed.map((field) => [field.name, field.value]));
    try { sessionStorage.setItem(KEPT, JSON.stringify({ who, action: form.getAttribute("action"), values })); } catch { /* then it is typed again */ }
  }

  function forget() {
    try { sessionStorage.removeItem(KEPT); } catch { /* there is none, then */ }
  }

  function restore() {
    const draft = read();
    if (!draft) return;
    if (draft.who !== who) return forget(); // somebody else is at this tab now
    const form = [...document.querySelectorAll(FORMS)].find((each) => each.getAttribute("action") === draft.action);
    if (!form) return;
    forget();
    // Where the form led back to the page that it was on, it was not too late.
    const from = URL.canParse(document.referrer) ? new URL(document.referrer).pathname : "";
    if (from === location.pathname) return;
    for (const field of fieldsOf(form)) {
      const value = draft.values[field.name];
      if (field.type === "radio") field.checked = value ? field.value === value : field.checked;
      else if (value && !field.value) field.value = value;
      const folded = value && field.closest("details");
      if (folded) folded.open = true;
    }
  }

  document.addEventListener("submit", (event) => {
    if (event.target.matches(FORMS)) keep(event.target);
    else if (event.target.matches('[action="/console/logout"]')) forget();
  }, true);
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.matches?.(FORMS) && event.detail.xhr.status !== 401) forget();
  });
  restore();
})();
