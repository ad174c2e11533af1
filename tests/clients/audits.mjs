// Runs the audits of npm's graphql-http against a hub. Prints one JSON line per audit.
// Usage: node audits.mjs http://127.0.0.1:PORT/graphql   (CLIENT_PACKAGES: where the packages are)
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const load = createRequire(pathToFileURL(process.env.CLIENT_PACKAGES + "/"));
const { serverAudits } = load("graphql-http");

// The audits of GET send no header that a page of another origin could not send as well.
const guarded = (url, init) =>
  fetch(url, { ...init, headers: { ...init?.headers, "apollo-require-preflight": "1" } });
for (const audit of serverAudits({ url: process.argv[2], fetchFn: guarded })) {
  const result = await audit.fn();
  const value = result.status === "ok" ? "ok" : `${result.status}: ${result.reason}`;
  console.log(JSON.stringify({ name: `${audit.id} ${audit.name}`, value }));
}
