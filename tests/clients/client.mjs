// What the clients have in common: where Gatehouse is, its key, and one JSON object as the answer.
export const BASE = process.env.GATEHOUSE_URL;
export const KEY = process.env.GATEHOUSE_KEY;

export function tell(facts) {
  process.stdout.write(JSON.stringify(facts));
}
