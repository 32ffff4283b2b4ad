// Makes what already works without scripts quicker: keys, decisions within the list, menus, selects.
import { listenForKeys } from "./keys.js";
import { startList } from "./list.js";
import { startDeciding } from "./decide.js";
import { startNotes } from "./note.js";
import { startPicking } from "./pick.js";
import { leave } from "./say.js";
import { startClaiming } from "./claim.js";
import { startLive } from "./live.js";
import "./veil.js";
import { startWhy } from "./why.js";

startList();
startDeciding();
startNotes();
startPicking();
listenForKeys();
startWhy();
startLive();
startClaiming();
leave();
// What only scripts can do is shown only to those who have them.
document.documentElement.classList.add("scripted");

// Keys need the focus in the list or the comment; a page that was asked for a place in it keeps that.
const main = document.querySelector("main:has(.case, [data-empty])");
if (document.activeElement === document.body && !location.hash) main?.focus({ preventScroll: true });

// A choice in a filter needs no extra click.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

// One menu at a time; a click elsewhere or Escape closes it.
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
};
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelector("details.menu[open] > summary")?.focus();
  closeMenus();
});

const help = document.getElementById("help");
for (const button of document.querySelectorAll("[data-help]")) {
  button.hidden = document.documentElement.dataset.keys === "off";
  button.addEventListener("click", () => help.showModal());
}
