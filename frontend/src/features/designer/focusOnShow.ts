/** A ref that takes the focus when its element appears: for what opens by the person's own action. */
export function focusOnShow(element: { focus: () => void } | null): void {
  element?.focus();
}
