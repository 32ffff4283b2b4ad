// One key per act, as this person chose them. Silent while somebody types, holds a modifier, has a sheet open, or has
// switched keys off; what decides needs the focus in the list, the comment or the decision bar (WCAG 2.1.4).
import { undo } from "./decide.js";
import { current, move } from "./list.js";
import { write } from "./note.js";
import { pick } from "./pick.js";

const TYPING = "input:not([type=checkbox]), textarea, select, [contenteditable]";
const WAYS = { next: 1, previous: -1 };
const ANYWHERE = new Set(["help", "search", "next", "previous"]);
const root = document.documentElement;
const acts = Object.fromEntries(Object.entries(JSON.parse(root.dataset.keymap ?? "{}")).map(([act, key]) => [key, act]));

export function listenForKeys() {
  if (root.dataset.keys === "off") return;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest?.(TYPING) || document.querySelector("dialog[open]")) return;
    if (act(event.key, event)) event.preventDefault();
  });
}

// Returns whether the key meant something here.
function act(key, event) {
  const name = acts[key] ?? (key === "Enter" ? "open" : "");
  const menu = scope()?.querySelector("[data-reasons][open]");
  if (menu && /^[1-9]$/.test(key)) return press(menu.querySelectorAll("button")[key - 1]);
  if (!name || (!ANYWHERE.has(name) && !hasFocus())) return false;
  if (name === "help") return show("help");
  if (name === "search") return focus("[data-search]");
  if (name === "undo") return undo();
  if (name in WAYS && document.querySelector("[data-rows]")) return move(WAYS[name]);
  if (name === "previous") return back();
  if (key === "Enter" && !event.target.matches("[data-case]")) return false;
  if (name === "open") return press(current()?.querySelector("[data-open]"));
  if (event.repeat) return false;
  if (name === "abuse") return chooseReason();
  if (name === "select") return pick(current());
  if (name === "note" || name === "ask") return write(current(), name === "ask");
  return press((scope() ?? document).querySelector(`[data-key=${name}]`) ?? document.querySelector(`.case [data-key=${name}]`));
}

const scope = () => current() ?? document.querySelector(".decision");

// A click beside everything puts the focus on the page's main part: that is still the list or the comment.
function hasFocus() {
  const here = document.activeElement;
  return Boolean(here?.matches("main") || here?.closest("[data-rows], .decision, .case, [data-toast]"));
}

function chooseReason() {
  const menu = scope()?.querySelector("[data-reasons]");
  if (menu) menu.open = true;
  menu?.querySelector("button")?.focus();
  return Boolean(menu);
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
