// A note or a question about the current row, without leaving the list; on a case's page the form is there already.
import { go } from "./list.js";
import { problem, refuse, toast } from "./say.js";
import { inTurn, send } from "./send.js";

const sheet = () => document.getElementById("note");

// Opens the sheet, or goes to the form of the page. A question is kept as one by Ctrl+Enter too.
export function write(row, asks) {
  const form = document.querySelector("[data-note-form]");
  if (!form) return false;
  form.dataset.asks = asks ? "1" : "";
  if (sheet() && !row) return false;
  if (sheet()) {
    form.action = `/cases/${row.dataset.case}/notes`;
    form.reset();
    sheet().showModal();
  }
  form.elements.body.focus();
  return true;
}

export function startNotes() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches("[name=body]")) return;
    const form = event.target.form;
    form.requestSubmit(form.querySelector(form.dataset.asks ? "[name=asks]" : "button:not([name])"));
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-note-form]") || !sheet()?.open) return;
    event.preventDefault();
    const { target: form, submitter } = event;
    sheet().close();
    inTurn(() => keep(form, submitter));
  });
}

async function keep(form, button) {
  const id = new URL(form.action).pathname.split("/")[2];
  const done = await send(form.action, form, button, `${id}/outcome?done=${button?.name ? "ask" : "note"}`);
  const row = document.getElementById(`case-${id}`);
  if (done.problem) return row ? refuse(row, done) : toast(problem(done));
  if (!row) return;
  const item = row.parentElement;
  item.replaceChildren(...done.row.children);
  go(item.querySelector("[data-case]"));
}
