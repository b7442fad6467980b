/** F6 walks over the regions of the page: everything marked with `data-region`, in document order. */

const FOCUSABLE = 'a[href], button:not([disabled]), input:not([disabled]), [tabindex="0"]';

function enter(region: HTMLElement): void {
  const target = region.tabIndex === -1 && region.hasAttribute("tabindex") ? region : null;
  (target ?? region.querySelector<HTMLElement>(FOCUSABLE) ?? region).focus();
}

export function cycleRegion(step: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>("[data-region]")].filter(
    (region) => region.getClientRects().length > 0,
  );
  if (regions.length === 0) return;
  // The innermost region that holds the focus is where we are.
  const here = regions.reduce(
    (found, region, index) => (region.contains(document.activeElement) ? index : found),
    -1,
  );
  const next = regions[(here + step + regions.length) % regions.length];
  if (next) enter(next);
}
