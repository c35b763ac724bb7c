// npm openai: told another base URL, as its documentation says.
import OpenAI from "openai";
import { BASE, KEY, tell } from "./client.mjs";

const client = new OpenAI({ apiKey: KEY, baseURL: `${BASE}/v1`, maxRetries: 0 });
const facts = {};
facts.one = await client.moderations.create({ input: "You are a stupid idiot." });
facts.many = await client.moderations.create({
  model: "text-moderation-latest",
  input: ["You are a stupid idiot.", "Thank you for this article."],
});
facts.parts = await client.moderations.create({
  model: "omni-moderation-latest",
  input: [{ type: "text", text: "You are a stupid idiot." }],
});
const picture = { type: "image_url", image_url: { url: "https://herald.test/x.png" } };
const wrong = new OpenAI({ apiKey: "sk-nobody", baseURL: `${BASE}/v1`, maxRetries: 0 });
for (const [name, call] of Object.entries({
  image: () => client.moderations.create({ input: [picture] }),
  unknown: () => wrong.moderations.create({ input: "x" }),
})) {
  try {
    await call();
  } catch (error) {
    facts[name] = { kind: error.constructor.name, status: error.status, code: error.code };
  }
}
tell(facts);
