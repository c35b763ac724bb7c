// npm @cedx/akismet: told another base URL, as its documentation says.
import { Author, Blog, Client, Comment } from "@cedx/akismet";
import { BASE, KEY, tell } from "./client.mjs";

const blog = new Blog({ url: "https://herald.test", charset: "UTF-8", languages: ["en"] });
const options = { baseUrl: BASE };
const client = new Client(KEY, blog, options);
const author = new Author({ ipAddress: "192.0.2.7", name: "Carol", email: "carol@private.test", userAgent: "Firefox" });
const said = (content, more = {}) =>
  new Comment({ author, content, context: ["harbour", "ferry"], date: new Date(), type: "comment", ...more });
const [kind, spam] = JSON.parse(process.env.TEXTS);
const facts = { valid: await client.verifyKey() };
facts.kind = await client.checkComment(said(kind));
facts.spam = await client.checkComment(said(spam));
await client.submitSpam(said(kind));
await client.submitHam(said(spam));
const trial = new Client(KEY, blog, { ...options, isTest: true });
const staff = new Author({ ipAddress: "192.0.2.7", name: "viagra-test-123", role: "administrator" });
facts.staff = await trial.checkComment(said("Test.", { author: staff }));
const stranger = new Client("0123456789ab", blog, options);
facts.stranger = await stranger.verifyKey();
facts.refused = await stranger.checkComment(said(kind)).catch((error) => error.message);
tell(facts);
