// Drives a hub with urql: plain fetch with streams, and subscriptions over WebSocket and SSE.
// Usage: node urql.mjs http://127.0.0.1:PORT/graphql   (CLIENT_PACKAGES: where the packages are)
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const load = createRequire(pathToFileURL(process.env.CLIENT_PACKAGES + "/"));
const { Client, fetchExchange, gql, subscriptionExchange } = load("@urql/core");
const { persistedExchange } = load("@urql/exchange-persisted");
const { createHash } = load("node:crypto");
const { createClient: createSocketClient } = load("graphql-ws");
const { createClient: createEventClient } = load("graphql-sse");
const WebSocket = load("ws");

const url = process.argv[2];
const say = (name, value) => console.log(JSON.stringify({ name, value }));
const heads = [];
const listening = async (input, init) => {
  const response = await fetch(input, init);
  heads.push(response.headers.get("content-type"));
  return response;
};
const socket = createSocketClient({ url: url.replace("http", "ws"), webSocketImpl: WebSocket, retryAttempts: 0 });
const events = createEventClient({ url, retryAttempts: 0 });
const forward = (client) =>
  subscriptionExchange({
    forwardSubscription: (body) => ({
      subscribe: (sink) => ({ unsubscribe: client.subscribe({ ...body, query: body.query ?? "" }, sink) }),
    }),
  });
const make = (exchanges, more = {}) =>
  new Client({ url, fetch: listening, preferGetMethod: false, requestPolicy: "network-only", exchanges, ...more });
const plain = make([fetchExchange], { fetchSubscriptions: true });
const kinds = { fetch: plain, ws: make([forward(socket), fetchExchange]), sse: make([forward(events), fetchExchange]) };

const codes = (error) => error?.graphQLErrors.map((one) => one.extensions.code);
const shown = (result) => ({
  ...(result.data && { data: JSON.parse(JSON.stringify(result.data)) }),
  ...(result.error && { error: codes(result.error) ?? String(result.error) }),
  ...(result.hasNext && { hasNext: true }),
});

function all(source, limit = Infinity) {
  return new Promise((resolve) => {
    const got = [];
    const { unsubscribe } = source.subscribe((result) => {
      got.push(shown(result));
      if (!result.hasNext || got.length >= limit) {
        setTimeout(() => unsubscribe());
        resolve(got);
      }
    });
  });
}

say("query", shown(await plain.query(gql`{ items { id } }`, {}).toPromise()));
say("mutation", shown(await plain.mutation(gql`mutation { reprice(id: "1") }`, {}).toPromise()));
say("invalid", shown(await plain.query(gql`{ nothing }`, {}).toPromise()));
heads.length = 0;
say("defer", await all(plain.query(gql`{ items { id ... @defer(label: "late") { name price } } }`, {})));
say("defer of one subgraph", await all(plain.query(gql`{ items { id ... @defer { name } } }`, {})));
say("content types", heads);
// Equal operations of one client are one to urql, so each check has a name of its own.
const ticks = (name) => gql(`subscription ${name} { priceChanged { price name } }`);
for (const [kind, client] of Object.entries(kinds)) {
  say(kind + " subscription", await all(client.subscription(ticks("All"), {}), 3));
  say(kind + " left", await all(client.subscription(ticks("Left"), {}), 2));
  say(kind + " invalid", (await all(client.subscription(gql`subscription { nothing }`, {}), 1))[0].error);
}
// Automatic persisted queries, by POST.
const sent = [];
const posted = async (input, init) => {
  sent.push(JSON.parse(init.body).query ? "query" : "hash");
  return fetch(input, init);
};
const generateHash = async (text) => createHash("sha256").update(text).digest("hex");
const hashing = make([persistedExchange({ preferGetForPersistedQueries: false, generateHash }), fetchExchange], { fetch: posted });
const named = gql`query Hashed { items { id } }`;
say("persisted", [shown(await hashing.query(named, {}).toPromise()), shown(await hashing.query(named, {}).toPromise())]);
say("persisted invalid", shown(await hashing.query(gql`query Wrong { nothing }`, {}).toPromise()));
say("persisted sent", sent);
await socket.dispose();
events.dispose();
process.exit(0);
