// What colleagues do meanwhile: what they decided leaves the list, who looks at what is said, new comments are announced.
// Nothing moves under the focus: a row that is being read stays, marked, until the person goes on.
import { current } from "./list.js";

const EVERY_MS = 5_000;
const list = () => document.querySelector("[data-rows=waiting]");
const said = () => document.querySelector("[data-live]");
const by = (id) => document.getElementById(`case-${id}`);
let etag = "";
let news = [];

export function startLive() {
  if (!list()) return;
  setInterval(() => document.hidden || ask(), EVERY_MS);
  document.addEventListener("visibilitychange", () => document.hidden || ask());
  document.addEventListener("focusin", sweep);
}

async function ask() {
  const rows = [...list().querySelectorAll("[data-case]:not([aria-busy], .row--gone)")];
  const asked = new URL("/queue/changes", location);
  asked.search = location.search;
  asked.searchParams.delete("case");
  for (const row of rows) asked.searchParams.append("case", `${row.dataset.case}:${row.dataset.revision}`);
  asked.searchParams.set("since", list().dataset.since);
  let answer;
  try {
    answer = await fetch(asked, { cache: "no-store", headers: { "If-None-Match": etag } });
  } catch {
    return;
  }
  if (!answer.ok || new URL(answer.url).pathname !== asked.pathname) return;
  etag = answer.headers.get("ETag");
  show(new DOMParser().parseFromString(await answer.text(), "text/html"), rows);
}

function show(page, rows) {
  const part = (name) => page.querySelector(`[data-part=${name}]`);
  for (const count of document.querySelectorAll("[data-waiting]")) count.textContent = part("waiting").textContent;
  const names = new Map([...part("claims").children].map((one) => [one.dataset.id, one.textContent]));
  for (const row of rows) claimed(row, names.get(row.dataset.case) ?? "");
  // A row that somebody decided here in the meantime is no news.
  const left = [...part("gone").children].filter((one) => rows.includes(by(one.dataset.id)) && by(one.dataset.id).isConnected);
  for (const one of left) leave(by(one.dataset.id), one.textContent);
  if (left.length) news = left.map((one) => one.textContent);
  tell(part("fresh"));
}

function claimed(row, words) {
  const box = row.querySelector("[data-claim]");
  box.hidden = !words;
  box.querySelector("span").textContent = words;
}

function leave(row, words) {
  if (row.getAttribute("aria-busy")) return;
  if (row !== current()) return row.parentElement.remove();
  claimed(row, words);
  row.classList.add("row--gone");
}

// What was left standing goes once the person is elsewhere.
function sweep() {
  for (const row of document.querySelectorAll(".row--gone:not([aria-busy])")) if (!row.contains(document.activeElement)) row.parentElement.remove();
}

function tell(fresh) {
  const words = [...news, fresh.firstChild?.textContent].filter(Boolean).join(" · ");
  const link = fresh.querySelector("a");
  if (said().dataset.words === words) return;
  said().dataset.words = words;
  said().replaceChildren(...(words ? [words] : []), ...(link ? [link] : []));
}
