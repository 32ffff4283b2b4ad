// Which row of the list is the current one, and moving through them.
const rows = () => [...document.querySelectorAll("[data-rows] [data-case]:not([aria-busy])")];

export const current = () => document.querySelector("[data-rows] .row--current");

export function startList() {
  if (!document.querySelector("[data-rows]")) return;
  const asked = location.hash ? document.getElementById(location.hash.slice(1)) : null;
  if (asked?.matches("[data-case]")) go(asked);
  // The list has the focus from the start, so that the first key counts; not while somebody is somewhere else already.
  else if (document.activeElement === document.body) go(rows()[0]);
  else mark(rows()[0]);
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-rows] [data-case]");
    if (row) mark(row);
  });
}

export function mark(row) {
  current()?.classList.remove("row--current");
  row?.classList.add("row--current");
}

export function go(row) {
  mark(row);
  row?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
}

// The first step puts the focus on the marked row, so that nothing is skipped.
export function move(step) {
  const all = rows();
  const here = all.indexOf(current());
  const started = document.activeElement?.closest("[data-case]");
  const next = started ? all[Math.min(Math.max(here + step, 0), all.length - 1)] : (all[here] ?? all[0]);
  if (next) go(next);
  return all.length > 0;
}

// The row to go to when this one leaves: the next, at the end the one before.
export function neighbour(row) {
  const all = rows();
  const here = all.indexOf(row);
  return all[here + 1] ?? all[here - 1] ?? null;
}
