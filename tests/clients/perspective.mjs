// npm perspective-api-client: its URL is a constant, so axios, which it calls, is told another host.
import axios from "axios";
import Perspective from "perspective-api-client";
import { BASE, KEY, tell } from "./client.mjs";

axios.interceptors.request.use((config) => ({
  ...config,
  url: config.url.replace("https://commentanalyzer.googleapis.com", BASE),
}));
const client = new Perspective({ apiKey: KEY });
const facts = {};
facts.rude = await client.analyze("<b>You are a stupid idiot</b> and everybody hates you.");
facts.many = await client.analyze(
  {
    comment: { text: "Thank you 👍 for this article." },
    languages: ["en"],
    spanAnnotations: true,
    clientToken: "t",
  },
  { attributes: ["toxicity", "insult", "SPAM"] },
);
try {
  await client.analyze("Something", { attributes: ["NICENESS"] });
} catch (error) {
  facts.refused = { message: error.message, body: error.response.data, name: error.name };
}
try {
  await new Perspective({ apiKey: "nobody" }).analyze("Something");
} catch (error) {
  facts.unknown = { message: error.message, status: error.response.status };
}
tell(facts);
