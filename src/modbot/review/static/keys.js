// One key per act. Silent while somebody types, holds a modifier, has a sheet open, or has switched keys off.
import { undo } from "./decide.js";
import { current, move } from "./list.js";

const TYPING = "input, textarea, select, [contenteditable]";
const WAYS = { j: 1, k: -1 };

export function listenForKeys() {
  if (document.documentElement.dataset.keys === "off") return;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest?.(TYPING) || document.querySelector("dialog[open]")) return;
    if (act(event.key, event)) event.preventDefault();
  });
}

// Returns whether the key meant something here.
function act(key, event) {
  if (key === "?") return show("help");
  if (key === "/") return focus("[data-search]");
  if (key === "u") return undo();
  if (key in WAYS && document.querySelector("[data-rows]")) return move(WAYS[key]);
  if (key === "k") return back();
  if (key === "Enter" && !event.target.matches("[data-case]")) return false;
  if (key === "o" || key === "Enter") return press(current()?.querySelector("[data-open]"));
  if (!/^[prj]$/.test(key) || event.repeat) return false;
  const scope = current() ?? document.querySelector(".decision");
  return press(scope?.querySelector(`[data-key=${key}]`));
}

function press(element) {
  element?.click();
  return Boolean(element);
}

function focus(selector) {
  const field = document.querySelector(selector);
  field?.focus();
  field?.select();
  return Boolean(field);
}

function show(id) {
  document.getElementById(id).showModal();
  return true;
}

// On a case's page the previous comment is where the person came from.
function back() {
  const link = document.querySelector("[data-back]");
  if (link && document.referrer.startsWith(location.origin) && history.length > 1) history.back();
  else link?.click();
  return Boolean(link);
}
