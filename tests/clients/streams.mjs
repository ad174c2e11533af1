// Drives a hub with the npm clients graphql-ws and graphql-sse. Prints one JSON line per check.
// Usage: node streams.mjs http://127.0.0.1:PORT/graphql   (NODE_PATH: where the packages are)
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(process.env.CLIENT_PACKAGES + "/"));
const { createClient: createSocketClient } = require("graphql-ws");
const { createClient: createEventClient } = require("graphql-sse");
const WebSocket = require("ws");

const url = process.argv[2];
const say = (name, value) => console.log(JSON.stringify({ name, value }));

function collect(client, payload, limit = Infinity) {
  return new Promise((resolve) => {
    const got = [];
    const stop = client.subscribe(payload, {
      next(value) {
        got.push(value);
        if (got.length >= limit) stop();
      },
      error(error) {
        resolve({ got, error: Array.isArray(error) ? error : String(error.message ?? error) });
      },
      complete() {
        resolve({ got });
      },
    });
  });
}

const ticks = "subscription { priceChanged { price name } }";
const socket = createSocketClient({ url: url.replace("http", "ws"), webSocketImpl: WebSocket, retryAttempts: 0 });
const events = createEventClient({ url, retryAttempts: 0 });
const single = createEventClient({ url, singleConnection: true, retryAttempts: 0 });
for (const [kind, client] of [["ws", socket], ["sse", events], ["single", single]]) {
  say(kind + " subscription", await collect(client, { query: ticks }));
  say(kind + " left", await collect(client, { query: ticks }, 2));
  say(kind + " query", await collect(client, { query: "{ items { id } }" }));
  say(kind + " mutation", await collect(client, { query: 'mutation { reprice(id: "1") }' }));
  say(kind + " invalid", await collect(client, { query: "{ nothing }" }));
  say(kind + " many", (await Promise.all([1, 2, 3, 4, 5].map(() => collect(client, { query: ticks })))).map((r) => r.got.length));
}
await socket.dispose();
events.dispose();
single.dispose();
