// The panel beside the answer: the plan as a tree and as text, and the trace of the last run.
"use strict";

const HubPanel = (function () {
  const TABS = ["tree", "text", "trace"];

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  function byId(id) {
    return document.getElementById(id);
  }

  function setUp(dryRun) {
    const panel = byId("plan");
    const toggle = byId("plan-toggle");
    toggle.hidden = false;
    const show = (open) => {
      panel.hidden = !open;
      toggle.setAttribute("aria-expanded", String(open));
    };
    toggle.addEventListener("click", () => show(panel.hidden));
    byId("plan-run").addEventListener("click", dryRun);
    for (const name of TABS) byId(`tab-${name}`).addEventListener("click", () => choose(name));
    byId("tabs").addEventListener("keydown", move);
    choose("tree");
    show(true);
  }

  function isOpen() {
    return !byId("plan").hidden;
  }

  function choose(name) {
    for (const one of TABS) {
      const chosen = one === name;
      byId(`tab-${one}`).setAttribute("aria-selected", String(chosen));
      byId(`tab-${one}`).tabIndex = chosen ? 0 : -1;
      byId(`view-${one}`).hidden = !chosen;
    }
  }

  // As tabs are moved in everywhere: arrows, and both ends.
  function move(event) {
    const at = TABS.findIndex((name) => byId(`tab-${name}`) === document.activeElement);
    const last = TABS.length - 1;
    const steps = {
      ArrowRight: at === last ? 0 : at + 1,
      ArrowLeft: at === 0 ? last : at - 1,
      Home: 0,
      End: last,
    };
    const next = steps[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    choose(TABS[next]);
    byId(`tab-${TABS[next]}`).focus();
  }

  function say(text) {
    byId("plan-status").textContent = text;
  }

  function showPlan(plan, text) {
    byId("view-tree").replaceChildren(tree(HubPlan.planRows(plan)));
    byId("view-text").replaceChildren(element("pre", {}, text || ""));
  }

  // What was shown is not of the present operation any more.
  function clear(text) {
    byId("view-tree").replaceChildren();
    byId("view-text").replaceChildren();
    showTrace(null);
    say(text);
  }

  function tree(rows) {
    const list = element("ol", { class: "plan-rows" });
    for (const row of rows) {
      const item = element("li", { class: `plan-row plan-${row.kind.toLowerCase()}` });
      item.style.paddingInlineStart = `${row.depth * 1.1}rem`;
      if (row.id === null) {
        item.append(row.text);
      } else {
        item.append(fetch(row));
      }
      list.append(item);
    }
    return list;
  }

  function fetch(row) {
    const head = element("summary", {}, element("b", {}, `#${row.id} ${row.subgraph}`));
    if (row.detail) head.append(" ", element("span", { class: "detail" }, row.detail));
    const waits = row.waits.length
      ? `等 waits for ${row.waits.map((id) => `#${id}`).join(", ")}`
      : "立即 at once";
    head.append(" ", element("span", { class: "waits" }, waits));
    return element("details", {}, head, element("pre", {}, row.operation || ""));
  }

  function showTrace(trace) {
    const view = byId("view-trace");
    if (!trace) {
      view.replaceChildren(element("p", {}, "运行后可见。Shown after a run."));
      return;
    }
    const { total, bars } = HubPlan.traceBars(trace);
    const list = element("ol", { class: "bars" });
    for (const bar of bars) list.append(line(bar));
    const about = `共 ${total.toFixed(1)} ms，${trace.fetches.length} 次调用 fetches`;
    const more = trace.truncated ? "（未全列 not all of them）" : "";
    view.replaceChildren(element("p", {}, about + more), list);
  }

  function line(bar) {
    const fill = element("span", { class: `fill ${bar.state}` });
    fill.style.marginInlineStart = `${bar.left}%`;
    fill.style.width = `${Math.max(bar.width, 0.3)}%`;
    const name = bar.subgraph && bar.label !== bar.subgraph ? `${bar.subgraph} · ` : "";
    return element(
      "li",
      {},
      element("span", { class: "bar-label" }, `${name}${bar.label}`),
      element("span", { class: "bar-text" }, bar.text),
      element("span", { class: "bar", "aria-hidden": "true" }, fill),
    );
  }

  return { setUp, isOpen, say, clear, showPlan, showTrace };
})();
