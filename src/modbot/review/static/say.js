// Says what happened: in the notice at the foot of the page, or in the row that it is about.
import { go } from "./list.js";

// As long as a decision can be taken back before anybody hears of it.
const STAYS_MS = 10_000;
// Where notices stand; the page puts its words there, in the language of its reader.
export const box = () => document.querySelector("[data-toast]");

export function refuse(row, done) {
  row.removeAttribute("aria-busy");
  row.classList.remove("row--leaving");
  row.querySelector(".row__problem")?.remove();
  row.append(problem(done));
  go(row);
}

export function problem({ problem, href }) {
  const told = document.createElement("p");
  told.className = "notice notice--problem row__problem";
  told.setAttribute("role", "alert");
  told.append(`${problem} `);
  if (href) told.append(Object.assign(document.createElement("a"), { href, textContent: box().dataset.look }));
  return told;
}

let leaving;

export function toast(...content) {
  box().replaceChildren(...content);
  leave();
}

// A notice goes by itself, but never from under a pointer or a focus.
export function leave() {
  clearTimeout(leaving);
  leaving = setTimeout(() => (box().matches(":hover, :focus-within") ? leave() : box().replaceChildren()), STAYS_MS);
}

export function sayNothingLeft() {
  const said = Object.assign(document.createElement("p"), { className: "notice", textContent: box().dataset.nothingLeft });
  said.setAttribute("role", "status");
  toast(said);
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-close]")) return;
  event.preventDefault();
  box().replaceChildren();
});
