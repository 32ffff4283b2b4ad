// Decides within the list: the next row has the focus at once, the answer follows.
import { current, go, mark, neighbour } from "./list.js";
import { problem, refuse, sayNothingLeft, toast } from "./say.js";
import { inTurn, renew, send } from "./send.js";

const FEW = 8;
const gone = new Map();
const list = () => document.querySelector("[data-rows]");

export function startDeciding() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!list() || !form.matches("[data-decide], [data-undo]")) return;
    event.preventDefault();
    if (form.matches("[data-undo]")) inTurn(() => takeBack(form));
    else decide(form, event.submitter ?? form.querySelector("[data-act]"));
  });
}

// Takes back the last decision, of this page or an earlier one; the next time the one before.
export function undo() {
  const last = () => document.querySelector("[data-last] form");
  // In turn, because the decision to take back may still be on its way.
  // A bulk act is taken back by a page of its own: its rows are not here.
  const takeLast = () => (last().matches("[data-undo]") ? takeBack(last()) : last().requestSubmit());
  if (list()) inTurn(() => (last() ? takeLast() : sayNothingLeft()));
  else if (last()) last().requestSubmit();
  else sayNothingLeft();
  return true;
}

function decide(form, button) {
  const row = form.closest("[data-case]");
  if (row.getAttribute("aria-busy")) return;
  const next = neighbour(row);
  row.setAttribute("aria-busy", "true");
  row.classList.add("row--leaving");
  if (next) go(next);
  else document.querySelector("main").focus({ preventScroll: true });
  inTurn(() => record(row, form, button));
}

async function record(row, form, button) {
  const skips = button.dataset.act === "skip";
  const outcome = `${row.dataset.case}/outcome${skips ? "?done=skip" : ""}`;
  const done = await send(button.getAttribute("formaction") ?? form.getAttribute("action"), form, button, outcome);
  if (done.problem) return refuse(done.stale ? await renew(row, outcome) : row, done);
  const item = row.parentElement;
  gone.set(row.dataset.case, item.nextElementSibling);
  if (skips) list().append(item), item.replaceChildren(...done.row.children);
  else if (list().dataset.rows === "waiting") item.remove();
  else item.replaceChildren(...done.row.children);
  if (!current()) mark(list().querySelector("[data-case]"));
  await refill();
}

async function takeBack(form) {
  const id = form.dataset.undo;
  const done = await send(form.getAttribute("action"), form, undefined, `${id}/outcome?done=undo`);
  if (done.problem) return toast(problem(done));
  const item = document.getElementById(`case-${id}`)?.closest("li") ?? document.createElement("li");
  item.replaceChildren(...done.row.children);
  const place = gone.get(id);
  if (!item.isConnected) list().insertBefore(item, place?.isConnected ? place : gone.has(id) ? null : list().firstChild);
  document.querySelector("[data-empty]").hidden = true;
  list().hidden = false;
  go(item.querySelector("[data-case]"));
}

// Fetches the next stretch before the list runs dry.
let filling = false;
async function refill() {
  const left = list().querySelectorAll("[data-case]").length;
  const more = document.querySelector(".pager [rel=next]");
  if (left < FEW && more && !filling) {
    filling = true;
    const page = new DOMParser().parseFromString(await (await fetch(more.href)).text(), "text/html");
    const known = (item) => {
      const { id, dataset } = item.querySelector("[data-case]");
      return document.getElementById(id) ?? (dataset.campaign && list().querySelector(`[data-campaign="${dataset.campaign}"]`));
    };
    for (const item of page.querySelectorAll("[data-rows] > li")) if (!known(item)) list().append(item);
    const next = page.querySelector(".pager [rel=next]");
    if (next) more.replaceWith(next);
    else more.remove();
    filling = false;
    if (!current()) mark(list().querySelector("[data-case]"));
  }
  const empty = !list().querySelector("[data-case]");
  list().hidden = empty;
  document.querySelector("[data-empty]").hidden = !empty;
  const clear = document.querySelector("[data-waiting]")?.textContent === "0";
  for (const words of document.querySelectorAll("[data-clear]")) words.hidden = !clear;
  for (const words of document.querySelectorAll("[data-more]")) words.hidden = clear;
}
