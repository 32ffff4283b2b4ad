// Tells colleagues what this person looks at, once they have looked for a moment, and lets go when they go on.
import { current } from "./list.js";

const DWELL_MS = 1_500;
// Half the time after which a claim ends by itself. Who does nothing for as long is not at it any more.
const RENEW_MS = 90_000;
let held = "";
let touched = 0;
let waiting;

export function startClaiming() {
  const page = document.querySelector("[data-claims]");
  if (page) held = page.dataset.claims;
  if (!page && !document.querySelector("[data-rows=waiting]")) return;
  document.addEventListener("focusin", look);
  for (const sign of ["keydown", "pointerdown", "wheel"]) addEventListener(sign, () => (touched = Date.now()), { passive: true });
  setInterval(() => held && !document.hidden && Date.now() - touched < RENEW_MS && send(held), RENEW_MS);
  addEventListener("pagehide", letGo);
  // The page before let go of what it showed, perhaps of this very comment.
  if (page) setTimeout(() => held && send(held), DWELL_MS);
  else look();
}

function look() {
  const row = current();
  if (!row || row.dataset.case === held) return;
  clearTimeout(waiting);
  letGo();
  waiting = setTimeout(() => {
    if (current() !== row || row.getAttribute("aria-busy") || !row.querySelector("[data-decide]")) return;
    held = row.dataset.case;
    send(held);
  }, DWELL_MS);
}

function letGo() {
  if (held) send(`${held}`, "/release");
  held = "";
}

// A beacon also arrives when the page is left.
function send(id, then = "") {
  const token = document.querySelector("[name=csrf_token]")?.value;
  if (token) navigator.sendBeacon(`/cases/${id}/claim${then}`, new URLSearchParams({ csrf_token: token }));
}
