// Sends the token after the # of the page's link, which stays out of every log, and out of the history.
const form = document.querySelector("#ask");
const token = decodeURIComponent(location.hash.slice(1));
if (form && /^gha_[0-9a-f]+$/.test(token)) {
  history.replaceState(null, "", location.pathname);
  form.elements.token.value = token;
  form.requestSubmit();
}
