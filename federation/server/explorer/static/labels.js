// GraphiQL speaks English only: its labels get Chinese before the English, as all of this page has.
"use strict";

const HubLabels = (function () {
  const CHINESE = {
    "Add favorite": "收藏",
    "Add tab": "新标签页",
    "Close Tab": "关闭标签页",
    "Close dialog": "关闭",
    "Copy query": "复制查询",
    "Delete from history": "从历史删除",
    "Documentation Explorer": "文档",
    Docs: "文档",
    "Edit label": "改名",
    "Editor Commands": "编辑器命令",
    "Execute query": "运行",
    Headers: "请求头",
    "Hide Documentation Explorer": "收起文档",
    "Hide History": "收起历史",
    "Hide editor tools": "收起变量和请求头",
    History: "历史",
    "Merge fragments into query": "展开片段",
    "Open settings dialog": "设置",
    "Open short keys dialog": "快捷键",
    "Prettify query": "整理格式",
    "Query Editor": "查询编辑器",
    "Re-fetch GraphQL schema": "重新读取模式",
    "Remove favorite": "取消收藏",
    "Result Window": "结果",
    "Select active operation": "选择操作",
    "Set active": "选用",
    Settings: "设置",
    "Short Keys": "快捷键",
    "Show Documentation Explorer": "打开文档",
    "Show History": "打开历史",
    "Show editor tools": "打开变量和请求头",
    "Stop query": "停止",
    Theme: "主题",
    Variables: "变量",
  };
  // "Execute query (Ctrl-Enter)"
  const KEYS = /^(.*?)( \([A-Z][A-Za-z-]+\))?$/;
  // What the reader wrote, what the server answered, and the schema's own names.
  const NOT_OURS = ".CodeMirror, .graphiql-doc-explorer-content, .graphiql-history-item-label";

  // Returns the label in both languages; null for one that is not known, or has both already.
  function both(text) {
    const [, words] = KEYS.exec(text) || [null, ""];
    return Object.hasOwn(CHINESE, words) ? `${CHINESE[words]} ${text}` : null;
  }

  // Labels all there is below `root`, and all that comes later.
  function watch(root) {
    label(root);
    new MutationObserver((changes) => {
      for (const change of changes) {
        if (change.type === "attributes") labelElement(change.target);
        else for (const node of change.addedNodes) label(node);
      }
    }).observe(root, { childList: true, subtree: true, attributeFilter: ["aria-label"] });
  }

  function label(node) {
    if (node.nodeType === Node.TEXT_NODE) {
      if (!node.parentElement || !node.parentElement.closest(NOT_OURS)) labelText(node);
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE || node.closest(NOT_OURS)) return;
    labelElement(node);
    for (const child of node.childNodes) label(child);
  }

  function labelElement(element) {
    const made = both(element.getAttribute("aria-label") || "");
    if (made) element.setAttribute("aria-label", made);
  }

  function labelText(node) {
    const made = both(node.data.trim());
    if (made) node.data = made;
  }

  return { both, watch };
})();

if (typeof module !== "undefined") module.exports = HubLabels;
