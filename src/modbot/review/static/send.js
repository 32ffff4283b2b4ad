// Talks to the server while the list stays: sends a form, takes over what comes back.
import { box, toast } from "./say.js";

// One request after the other: each answer brings a session that knows of the ones before.
let turn = Promise.resolve();
export function inTurn(work) {
  turn = turn.then(work, work);
  return turn;
}

// Sends a form and reads the fragment that comes back; a refusal comes back as a page that says why.
export async function send(url, form, button, outcome) {
  const body = new URLSearchParams(new FormData(form, button));
  body.set("back", `/cases/${outcome}`);
  let answer;
  try {
    answer = await fetch(url, { method: "POST", body });
  } catch {
    return { problem: box().dataset.offline };
  }
  if (new URL(answer.url).pathname === "/login") return location.assign("/login"), new Promise(() => {});
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const part = (name) => page.querySelector(`[data-part=${name}]`);
  if (!answer.ok || !part("row")) {
    const said = page.querySelector("[data-message] p")?.textContent;
    const href = `/cases/${outcome.split("/")[0]}`;
    return { problem: said ?? box().dataset.failed, href, stale: answer.status === 409 };
  }
  toast(...part("notice").children);
  return { row: take(part) };
}

// Takes over what the answer says besides: how many wait, what can be taken back, the row as it is now.
function take(part) {
  for (const count of document.querySelectorAll("[data-waiting]")) count.textContent = part("waiting").textContent;
  document.querySelector("[data-last]").replaceChildren(...part("last").children);
  return part("row");
}

// Somebody was faster: shows the row as they left it.
export async function renew(row, outcome) {
  const item = row.parentElement;
  const answer = await fetch(`/cases/${outcome}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!answer.ok || !page.querySelector("[data-part=row]")) return row;
  item.replaceChildren(...take((name) => page.querySelector(`[data-part=${name}]`)).children);
  return item.querySelector("[data-case]");
}
