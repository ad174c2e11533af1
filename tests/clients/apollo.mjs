// Drives a hub with @apollo/client over HTTP. Prints one JSON line per check.
// Usage: node apollo.mjs http://127.0.0.1:PORT/graphql   (CLIENT_PACKAGES: where the packages are)
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const load = createRequire(pathToFileURL(process.env.CLIENT_PACKAGES + "/"));
const { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } = load("@apollo/client");
const { createHash } = load("node:crypto");
const { PersistedQueryLink } = load("@apollo/client/link/persisted-queries");
const { Defer20220824Handler } = load("@apollo/client/incremental");

const say = (name, value) => console.log(JSON.stringify({ name, value }));
const heads = [];
const listening = async (url, init) => {
  const response = await fetch(url, init);
  heads.push(response.headers.get("content-type"));
  return response;
};
const client = new ApolloClient({
  link: new HttpLink({ uri: process.argv[2], fetch: listening }),
  cache: new InMemoryCache({ addTypename: false }),
  incrementalHandler: new Defer20220824Handler(),
  defaultOptions: { watchQuery: { fetchPolicy: "no-cache" }, query: { fetchPolicy: "no-cache" } },
});

const codes = (error) =>
  error && CombinedGraphQLErrors.is(error) ? error.errors.map((one) => one.extensions.code) : String(error);

/** Everything that a query shows until it is complete. */
function watch(query) {
  return new Promise((resolve) => {
    const seen = [];
    const subscription = client.watchQuery({ query, errorPolicy: "all" }).subscribe((result) => {
      if (result.data !== undefined) seen.push({ data: result.data, state: result.dataState, ...(result.error && { error: codes(result.error) }) });
      if (!result.loading && result.dataState !== "streaming") {
        resolve(seen);
        setTimeout(() => subscription.unsubscribe());
      }
    });
  });
}

/** The events of a subscription, at most `limit`; then it is left. */
function listen(query, limit = Infinity) {
  return new Promise((resolve) => {
    const got = [];
    let subscription;
    subscription = client.subscribe({ query, errorPolicy: "all" }).subscribe({
      next(result) {
        got.push(result.error ? { error: codes(result.error) } : { data: result.data });
        if (got.length >= limit) {
          subscription.unsubscribe();
          resolve({ got });
        }
      },
      error: (error) => resolve({ got, error: codes(error) }),
      complete: () => resolve({ got, complete: true }),
    });
  });
}

say("query", (await client.query({ query: gql`{ items { id } }` })).data);
say("mutation", (await client.mutate({ mutation: gql`mutation { reprice(id: "1") }` })).data);
say("invalid", await client.query({ query: gql`{ nothing }` }).then(() => null, codes));
heads.length = 0;
say("defer", await watch(gql`{ items { id ... @defer(label: "late") { name price } } }`));
say("defer of one subgraph", await watch(gql`{ items { id ... @defer { name } } }`));
say("defer off", await watch(gql`{ items { id ... @defer(if: false) { name } } }`));
say("content types", heads);
heads.length = 0;
const ticks = gql`subscription { priceChanged { price name } }`;
say("subscription", await listen(ticks));
say("left", await listen(ticks, 2));
say("subscription that is invalid", await listen(gql`subscription { nothing }`));
say("many", (await Promise.all([1, 2, 3].map(() => listen(ticks)))).map((one) => one.got.length));
say("stream types", [...new Set(heads)]);
client.stop();

// Automatic persisted queries: by hash alone, then with the query, then by hash again.
const sent = [];
const posted = async (address, init) => {
  const search = new URL(address).searchParams;
  const body = init.body ? JSON.parse(init.body) : { query: search.get("query"), extensions: JSON.parse(search.get("extensions")) };
  sent.push([init.method, body.query ? "query" : "hash"]);
  return fetch(address, init);
};
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const persisted = (useGETForHashedQueries) =>
  new ApolloClient({
    link: ApolloLink.from([
      new PersistedQueryLink({ sha256, useGETForHashedQueries }),
      new HttpLink({ uri: process.argv[2], fetch: posted, headers: { "apollo-require-preflight": "1" } }),
    ]),
    cache: new InMemoryCache(),
    defaultOptions: { query: { fetchPolicy: "no-cache" } },
  });
const byPost = persisted(false);
const byGet = persisted(true);
const asked = gql`query Persisted { items { id } }`;
const got = [];
for (const one of [byPost, byPost, byGet]) got.push((await one.query({ query: asked })).data.items.length);
got.push(await byPost.query({ query: gql`query Wrong { nothing }` }).then(() => null, codes));
got.push(await byPost.mutate({ mutation: gql`mutation Change { reprice(id: "1") }` }).then((one) => one.data.reprice));
say("persisted", got);
say("persisted sent", sent);
process.exit(0);
