// From what the server says of an operation (its plan, the trace of a run) to what the page shows.
// Knows no page, so that it can be tried without one.
"use strict";

const HubPlan = (function () {
  const FETCHES = new Set(["Fetch", "BatchFetch"]);

  // Returns the plan as rows of a tree: { depth, kind, text, detail, subgraph, id, waits }.
  // `waits` are ids of the fetches that must have answered before.
  function planRows(plan) {
    const rows = [];
    if (plan && plan.node) addRows(rows, plan.node, 0);
    else rows.push(row(0, "Empty", "不需要调用子图 No subgraph is asked"));
    if (plan && plan.caution) {
      const ids = plan.caution.fetches.join(", ");
      rows.push(row(0, "Caution", `第 ${ids} 步失败时改用 If fetch ${ids} asks too much:`));
      addRows(rows, plan.caution.plan.node, 1);
    }
    return rows;
  }

  function row(depth, kind, text, more) {
    return { depth, kind, text, detail: "", subgraph: null, id: null, waits: [], ...more };
  }

  function addRows(rows, node, depth) {
    if (!node) return;
    if (FETCHES.has(node.kind)) {
      rows.push(fetchRow(node, depth));
      return;
    }
    switch (node.kind) {
      case "Flatten":
        addFlatten(rows, node, depth);
        return;
      case "Sequence":
        addGroup(rows, node.nodes, depth, "Sequence", "依次 In sequence");
        return;
      case "Parallel":
        addGroup(rows, node.nodes, depth, "Parallel", "同时 In parallel");
        return;
      case "Condition":
        addGroup(rows, [node.ifClause], depth, "Condition", `若 $${node.condition} If true`);
        if (node.elseClause)
          addGroup(rows, [node.elseClause], depth, "Condition", `否则 Else (not $${node.condition})`);
        return;
      case "Subscription":
        addGroup(rows, [node.primary], depth, "Subscription", "事件流 Event stream");
        if (node.rest) addGroup(rows, [node.rest], depth, "Subscription", "每个事件 For each event");
        return;
      case "Defer":
        addGroup(rows, [node.primary.node], depth, "Defer", "先答 Answered first");
        for (const part of node.deferred) {
          const label = part.label ? ` ${part.label}` : "";
          addGroup(rows, [part.node], depth, "Defer", `后答 Deferred${label}`);
        }
        return;
      default:
        rows.push(row(depth, node.kind, node.kind));
    }
  }

  function addGroup(rows, nodes, depth, kind, text) {
    const there = nodes.filter(Boolean);
    if (there.length === 0) return;
    rows.push(row(depth, kind, text));
    for (const node of there) addRows(rows, node, depth + 1);
  }

  // The path belongs to the fetch below it; a line of its own would say no more.
  function addFlatten(rows, node, depth) {
    const before = rows.length;
    addRows(rows, node.node, depth);
    const first = rows[before];
    if (first) first.detail = [node.path.join("."), first.detail].filter(Boolean).join(" · ");
  }

  function fetchRow(node, depth) {
    const entities = node.kind === "BatchFetch" ? node.entities.length : 0;
    const detail = [];
    if (node.requires) detail.push("实体 entities");
    if (entities) detail.push(`${entities} 组实体 groups of entities`);
    if (node.operationKind !== "query") detail.push(node.operationKind);
    return row(depth, node.kind, node.operationName || node.serviceName, {
      subgraph: node.serviceName,
      id: node.id,
      waits: node.dependsOn || [],
      detail: detail.join(" · "),
      operation: node.operation,
    });
  }

  // Returns the trace as bars: { label, subgraph, left, width, text, state }; `left` and `width`
  // are percent of the whole time. `state`: ok, shared, failed, running.
  function traceBars(trace) {
    const fetches = trace.fetches;
    const ends = fetches.map((one) => one.startedMs + (one.durationMs || 0));
    const total = Math.max(trace.preparationMs || 0, ...ends, 0.001);
    const percent = (part) => Math.round((part / total) * 10000) / 100;
    const bars = [];
    if (trace.preparationMs !== null && trace.preparationMs !== undefined) {
      bars.push({
        label: "准备 Preparation",
        subgraph: null,
        left: 0,
        width: percent(trace.preparationMs),
        text: milliseconds(trace.preparationMs),
        state: "ok",
      });
    }
    for (const one of fetches) bars.push(fetchBar(one, percent));
    return { total, bars };
  }

  function fetchBar(one, percent) {
    const running = one.durationMs === undefined;
    const failed = Boolean(one.code) || one.errors > 0;
    const words = [running ? "未结束 not over" : milliseconds(one.durationMs)];
    if (one.representations) words.push(`${one.representations} 个实体 entities`);
    if (one.code) words.push(one.code);
    if (one.errors) words.push(`${one.errors} 个错误 errors`);
    if (one.shared) words.push("共用 shared");
    return {
      label: one.operationName || one.subgraph,
      subgraph: one.subgraph,
      left: percent(one.startedMs),
      width: running ? 0 : percent(one.durationMs),
      text: words.join(" · "),
      state: running ? "running" : failed ? "failed" : one.shared ? "shared" : "ok",
    };
  }

  function milliseconds(value) {
    return `${value < 10 ? value.toFixed(2) : value.toFixed(1)} ms`;
  }

  // Takes what the page shows apart out of an answer: { plan, text, trace, rest }.
  function takeApart(answer) {
    const { apolloQueryPlan, trace, ...others } = answer.extensions || {};
    const rest = { ...answer };
    if (answer.extensions) {
      if (Object.keys(others).length > 0) rest.extensions = others;
      else delete rest.extensions;
    }
    return {
      plan: apolloQueryPlan ? apolloQueryPlan.object : null,
      text: apolloQueryPlan ? apolloQueryPlan.text : null,
      trace: trace || null,
      rest,
    };
  }

  // Returns why an answer to the question for a plan has none.
  function whyNoPlan(answer) {
    const first = (answer.errors || [])[0];
    if (!first) return "没有计划 No plan";
    const code = (first.extensions || {}).code;
    if (code === "SUBSCRIPTION_NOT_SUPPORTED")
      return "订阅的计划不能单独看 The plan of a subscription cannot be shown apart";
    return first.message;
  }

  // Returns the journeys by group, in the order they come: [{ group, journeys }].
  function grouped(journeys) {
    const groups = new Map();
    for (const one of journeys) {
      if (!groups.has(one.group)) groups.set(one.group, []);
      groups.get(one.group).push(one);
    }
    return [...groups].map(([group, members]) => ({ group, journeys: members }));
  }

  return { planRows, traceBars, takeApart, whyNoPlan, grouped };
})();

if (typeof module !== "undefined") module.exports = HubPlan;
