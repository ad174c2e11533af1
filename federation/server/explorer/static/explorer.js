// Mounts GraphiQL on this server's own GraphQL endpoint. Settings and journeys come from the server;
// nothing is asked of any other host.
"use strict";

// Headers of our own, so that a page of another origin could not send this (CSRF prevention).
const PLAN = "apollo-expose-query-plan";
const TRACE = "hub-expose-trace";
const IDENTITY = "hub.explorer.authorization";

(async function () {
  const settings = await (await fetch("explorer/settings.json")).json();
  const endpoint = new URL(settings.endpoint, window.location.href).href;
  document.title = settings.title;
  document.getElementById("title").textContent = settings.title;

  const present = { query: "", variables: "", headers: "", operationName: undefined };
  const identity = setUpIdentity();
  if (settings.plan) HubPanel.setUp(() => dryRun(endpoint, present, identity));
  HubPanel.showTrace(null);

  const ask = GraphiQL.createFetcher({
    url: endpoint,
    subscriptionUrl: endpoint.replace(/^http/, "ws"),
    fetch: (url, options) => observed(url, options, settings),
  });
  // Over a WebSocket these headers are the payload of `connection_init`.
  const fetcher = (parameters, options) =>
    ask(parameters, { ...options, headers: { ...identity(), ...(options || {}).headers } });

  function Explorer() {
    const [query, setQuery] = React.useState(undefined);
    React.useEffect(() => showJourneys(settings.journeys, setQuery), []);
    return React.createElement(GraphiQL, {
      fetcher,
      query,
      defaultQuery: settings.journeys.length > 0 ? settings.journeys[0].query : undefined,
      defaultEditorToolsVisibility: true,
      shouldPersistHeaders: false,
      onEditQuery: (text) => (present.query = text),
      onEditVariables: (text) => (present.variables = text),
      onEditHeaders: (text) => (present.headers = text),
      onEditOperationName: (name) => (present.operationName = name),
    });
  }

  // Dialogs and tooltips are put at the end of the page, not inside.
  HubLabels.watch(document.body);
  ReactDOM.createRoot(document.getElementById("graphiql")).render(
    React.createElement(Explorer),
  );
})();

// Sends one request; what the answer says of plan and trace goes to the panel.
async function observed(url, options, settings) {
  const request = JSON.parse(options.body);
  if (!settings.plan || !HubPanel.isOpen() || request.operationName === "IntrospectionQuery") {
    return fetch(url, options);
  }
  const headers = { ...options.headers, [PLAN]: "true" };
  if (settings.trace) headers[TRACE] = "true";
  const response = await fetch(url, { ...options, headers });
  const type = response.headers.get("content-type") || "";
  if (!/json/.test(type)) {
    // Parts (@defer) go on as they come, with the plan in the extensions of the first.
    HubPanel.clear("分批回答，计划在 extensions 里 In parts; the plan is in the extensions");
    return response;
  }
  const { plan, text, trace, rest } = HubPlan.takeApart(await response.json());
  if (plan) HubPanel.showPlan(plan, text);
  else HubPanel.clear("");
  HubPanel.showTrace(trace);
  HubPanel.say(plan ? "已运行 Run" : "没有计划 No plan");
  const { status, statusText } = response;
  return new Response(JSON.stringify(rest), { status, statusText, headers: { "content-type": type } });
}

// Asks for the plan of what is written in the editor, without running it.
async function dryRun(endpoint, present, identity) {
  HubPanel.clear("…");
  try {
    const body = { query: editor(present), operationName: present.operationName };
    const variables = parsed(present.variables);
    if (variables) body.variables = variables;
    const headers = {
      ...identity(),
      ...parsed(present.headers),
      "content-type": "application/json",
      [PLAN]: "dry-run",
    };
    const response = await fetch(endpoint, { method: "POST", headers, body: JSON.stringify(body) });
    const answer = await response.json();
    const { plan, text } = HubPlan.takeApart(answer);
    if (plan) {
      HubPanel.showPlan(plan, text);
      HubPanel.say("未运行，只有计划 Not run, only planned");
    } else {
      HubPanel.say(HubPlan.whyNoPlan(answer));
    }
  } catch (error) {
    HubPanel.say(String(error.message || error));
  }
}

function parsed(text) {
  return (text || "").trim() ? JSON.parse(text) : undefined;
}

// GraphiQL tells of edits only; before the first one its editor is asked.
function editor(present) {
  if (present.query) return present.query;
  const found = document.querySelector(".graphiql-query-editor .CodeMirror");
  return found ? found.CodeMirror.getValue() : "";
}

// Returns what gives the headers that say who asks. Kept until the tab is closed, nowhere else.
function setUpIdentity() {
  const field = document.getElementById("authorization");
  field.value = sessionStorage.getItem(IDENTITY) || "";
  field.addEventListener("input", () => {
    const value = field.value.trim();
    if (value) sessionStorage.setItem(IDENTITY, value);
    else sessionStorage.removeItem(IDENTITY);
  });
  return () => (field.value.trim() ? { authorization: field.value.trim() } : {});
}

function showJourneys(journeys, choose) {
  if (journeys.length === 0) return;
  const select = document.getElementById("journeys");
  const about = document.getElementById("about");
  select.replaceChildren(
    ...HubPlan.grouped(journeys).map(({ group, journeys: members }) => {
      const list = document.createElement("optgroup");
      list.label = group;
      list.append(
        ...members.map((one) => new Option(one.title, String(journeys.indexOf(one)))),
      );
      return list;
    }),
  );
  const tell = () => (about.textContent = journeys[Number(select.value)].about);
  select.addEventListener("change", () => {
    tell();
    choose(journeys[Number(select.value)].query);
  });
  tell();
  document.getElementById("journeys-label").hidden = false;
}
