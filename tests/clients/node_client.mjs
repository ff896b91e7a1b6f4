// Makes calls with the client for Node.js: reads them from stdin, prints how they ended.

import { readFileSync } from "node:fs";

import { PingClient } from "@cronbeats/cronbeats-node";

const { jobKey, options, calls } = JSON.parse(readFileSync(0, "utf8"));
const client = new PingClient(jobKey, options);
const outcomes = [];
for (const [name, ...args] of calls) {
  try {
    outcomes.push(await client[name](...args));
  } catch (error) {
    const { code, httpStatus, retryable, message } = error;
    outcomes.push({ ok: false, code, httpStatus, retryable, message });
  }
}
console.log(JSON.stringify(outcomes));
