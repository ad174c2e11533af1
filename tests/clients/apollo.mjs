// Drives a hub with @apollo/client over HTTP. Prints one JSON line per check.
// Usage: node apollo.mjs http://127.0.0.1:PORT/graphql   (CLIENT_PACKAGES: where the packages are)
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const load = createRequire(pathToFileURL(process.env.CLIENT_PACKAGES + "/"));
const { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } = load("@apollo/client");
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
process.exit(0);
