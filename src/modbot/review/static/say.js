// Says what happened: in the notice at the foot of the page, or in the row that it is about.
import { go } from "./list.js";

// As long as a decision can be taken back before anybody hears of it.
const STAYS_MS = 10_000;

export function refuse(row, done) {
  row.removeAttribute("aria-busy");
  row.classList.remove("row--leaving");
  row.querySelector(".row__problem")?.remove();
  row.append(problem(done));
  go(row);
}

export function problem({ problem, href }) {
  const box = document.createElement("p");
  box.className = "notice notice--problem row__problem";
  box.setAttribute("role", "alert");
  box.append(`${problem} `);
  if (href) box.append(Object.assign(document.createElement("a"), { href, textContent: "Look at it" }));
  return box;
}

const box = () => document.querySelector("[data-toast]");
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
  const said = Object.assign(document.createElement("p"), { className: "notice", textContent: "Nothing more to undo." });
  said.setAttribute("role", "status");
  toast(said);
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-close]")) return;
  event.preventDefault();
  box().replaceChildren();
});
