// npm akismet-api: told another host, as its README says. It asks at KEY.HOST, which a name server would know.
import dns from "node:dns";
import { BASE, KEY, tell } from "./client.mjs";

const lookup = dns.lookup;
dns.lookup = (host, ...rest) =>
  lookup(host.endsWith("gatehouse.test") ? "127.0.0.1" : host, ...rest);
const { AkismetClient } = (await import("akismet-api")).default;

const options = { host: `gatehouse.test:${new URL(BASE).port}`, protocol: "http" };
const blog = "https://herald.test";
const client = new AkismetClient({ ...options, key: KEY, blog });
const about = { ip: "192.0.2.7", useragent: "Firefox", name: "Carol", email: "carol@private.test" };
const [kind, spam] = JSON.parse(process.env.TEXTS);
const facts = { valid: await client.verifyKey() };
facts.kind = await client.checkSpam({ ...about, content: kind });
facts.spam = await client.checkSpam({ ...about, content: spam });
facts.trapped = await client.checkSpam({ ...about, content: "Test.", name: "viagra-test-123", honeypot: "x" });
facts.submitted = (await client.submitSpam({ ...about, content: kind })).text;
facts.taken_back = (await client.submitHam({ ...about, content: spam })).text;
const stranger = new AkismetClient({ ...options, key: "0123456789ab", blog });
facts.stranger = await stranger.verifyKey();
facts.refused = await stranger.checkSpam({ ...about, content: kind }).catch((error) => error.message);
tell(facts);
