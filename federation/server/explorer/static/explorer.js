// Mounts GraphiQL on this server's own GraphQL endpoint. Settings and example queries come from
// the server; nothing is asked of any other host.
"use strict";

(async function () {
  const settings = await (await fetch("explorer/settings.json")).json();
  const endpoint = new URL(settings.endpoint, window.location.href).href;
  document.title = settings.title;
  document.getElementById("title").textContent = settings.title;

  const fetcher = GraphiQL.createFetcher({ url: endpoint });
  const first = settings.examples.length > 0 ? settings.examples[0].query : undefined;

  function Explorer() {
    const [query, setQuery] = React.useState(undefined);
    React.useEffect(() => showExamples(settings.examples, setQuery), []);
    return React.createElement(GraphiQL, {
      fetcher,
      query,
      defaultQuery: first,
      defaultEditorToolsVisibility: true,
      shouldPersistHeaders: false,
    });
  }

  ReactDOM.createRoot(document.getElementById("graphiql")).render(
    React.createElement(Explorer),
  );
})();

function showExamples(examples, choose) {
  if (examples.length === 0) return;
  const select = document.getElementById("examples");
  select.replaceChildren(
    ...examples.map((example, index) => {
      const option = document.createElement("option");
      option.value = String(index);
      option.textContent = example.title;
      return option;
    }),
  );
  select.addEventListener("change", () => choose(examples[Number(select.value)].query));
  document.getElementById("examples-label").hidden = false;
}
