// Says what happened: in the notice at the foot of the page, or in the row that it is about.
import { go } from "./list.js";

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

export const toast = (...content) => document.querySelector("[data-toast]").replaceChildren(...content);
