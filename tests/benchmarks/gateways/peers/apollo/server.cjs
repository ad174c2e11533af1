// Apollo Gateway on Apollo Server: node server.cjs MODULES SUPERGRAPH PORT [HEADER ...]
// MODULES: the folder that has node_modules; HEADER: passed on to every subgraph.
'use strict';

const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');

const [folder, supergraph, port, ...forwarded] = process.argv.slice(2);
const load = createRequire(path.join(folder, 'package.json'));
const { ApolloGateway, RemoteGraphQLDataSource } = load('@apollo/gateway');
const { ApolloServer } = load('@apollo/server');
const { startStandaloneServer } = load('@apollo/server/standalone');

class Forwarding extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    for (const name of forwarded) {
      const value = context.headers?.[name];
      if (value !== undefined) request.http.headers.set(name, value);
    }
  }
}

const settings = { supergraphSdl: readFileSync(supergraph, 'utf8') };
if (forwarded.length) settings.buildService = ({ url }) => new Forwarding({ url });

const serving = { listen: { host: '127.0.0.1', port: Number(port) } };
if (forwarded.length) serving.context = async ({ req }) => ({ headers: req.headers });

startStandaloneServer(new ApolloServer({ gateway: new ApolloGateway(settings) }), serving).catch(
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
