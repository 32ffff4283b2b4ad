// Decides within the list: the next row has the focus at once, the answer follows.
import { current, go, mark, neighbour } from "./list.js";
import { problem, refuse, toast } from "./say.js";

const FEW = 8;
const gone = new Map();
const list = () => document.querySelector("[data-rows]");

export function startDeciding() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!list() || !form.matches("[data-decide], [data-undo]")) return;
    event.preventDefault();
    if (form.matches("[data-undo]")) takeBack(form);
    else decide(form, event.submitter ?? form.querySelector("[data-act]"));
  });
}

async function decide(form, button) {
  const row = form.closest("[data-case]");
  if (row.getAttribute("aria-busy")) return;
  const next = neighbour(row);
  row.setAttribute("aria-busy", "true");
  row.classList.add("row--leaving");
  if (next) go(next);
  const done = await send(button.getAttribute("formaction"), form, button, `${row.dataset.case}/outcome`);
  if (done.problem) return refuse(row, done);
  const item = row.parentElement;
  gone.set(row.dataset.case, item.nextElementSibling);
  if (list().dataset.rows === "waiting") item.remove();
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
  if (!item.isConnected) list().insertBefore(item, place?.isConnected ? place : null);
  document.querySelector("[data-empty]").hidden = true;
  list().hidden = false;
  go(item.querySelector("[data-case]"));
}

// Sends a form and reads the fragment that comes back; a refusal comes back as a page that says why.
async function send(url, form, button, outcome) {
  const body = new URLSearchParams(new FormData(form, button));
  body.set("back", `/cases/${outcome}`);
  let answer;
  try {
    answer = await fetch(url, { method: "POST", body });
  } catch {
    return { problem: "No connection. Nothing was decided; try again." };
  }
  if (new URL(answer.url).pathname === "/login") return location.assign("/login"), new Promise(() => {});
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const part = (name) => page.querySelector(`[data-part=${name}]`);
  if (!answer.ok || !part("row")) {
    const said = page.querySelector("[data-message] p")?.textContent;
    return { problem: said ?? "That did not work. Nothing was decided.", href: `/cases/${outcome.split("/")[0]}` };
  }
  toast(...part("notice").children);
  for (const count of document.querySelectorAll("[data-waiting]")) count.textContent = part("waiting").textContent;
  return { row: part("row") };
}

// Fetches the next stretch before the list runs dry.
let filling = false;
async function refill() {
  const left = list().querySelectorAll("[data-case]").length;
  const more = document.querySelector(".pager [rel=next]");
  if (left < FEW && more && !filling) {
    filling = true;
    const page = new DOMParser().parseFromString(await (await fetch(more.href)).text(), "text/html");
    const known = (item) => document.getElementById(item.querySelector("[data-case]").id);
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
}
