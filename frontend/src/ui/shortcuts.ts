/** Keyboard shortcuts: guarded against input methods, typing and dialogs; listed in the shortcut sheet. */
import { useLayoutEffect, useRef } from "react";
import { create } from "zustand";
import { usePreferences } from "./preferences";

export type Shortcut = {
  /** `j`, `Enter`, `?`, `ArrowDown`, `mod+k` (Ctrl or ⌘), `alt+ArrowUp`, `shift+F6`; a sequence is `g i`. */
  keys: string[];
  /** The words in the sheet, already translated; without it the shortcut is not listed. */
  label?: string;
  run: (event: KeyboardEvent) => void;
  enabled?: boolean;
  /** Asked when a key is pressed: where else the focus may be, the key is somebody else's. */
  where?: () => boolean;
  /** Works while a text field has the focus (for `mod+…` and function keys). */
  whileTyping?: boolean;
  /** Works while a dialog is open. */
  insideDialog?: boolean;
};

type Listed = { id: number; group: string; shortcuts: Shortcut[] };

export const useShortcutList = create<{ groups: Listed[] }>(() => ({ groups: [] }));

const SEQUENCE_MS = 1_000;
let nextId = 1;
let pending: { key: string; until: number } | null = null;

/** True while an input method composes: keys then belong to it. */
export function isComposing(event: { isComposing?: boolean; keyCode?: number }): boolean {
  return event.isComposing === true || event.keyCode === 229;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select"))
  );
}

function inDialog(): boolean {
  return document.querySelector('[role="dialog"][aria-modal="true"]') !== null;
}

function nameOf(event: KeyboardEvent): string {
  const parts: string[] = [];
  if (event.ctrlKey || event.metaKey) parts.push("mod");
  if (event.altKey) parts.push("alt");
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const printable = event.key.length === 1 && event.key !== " ";
  const letter = /^[a-z]$/.test(key);
  if (event.shiftKey && (!printable || letter)) parts.push("shift");
  return [...parts, key].join("+");
}

/** Keys that do something by themselves where the focus is: Enter on a button must press the button. */
function belongsToTarget(event: KeyboardEvent): boolean {
  if (event.key !== "Enter" && event.key !== " ") return false;
  const target = event.target;
  return (
    target instanceof HTMLElement &&
    target.closest("button, a, summary, [role=menuitem], [role=option], [role=tab]") !== null
  );
}

function matches(shortcut: Shortcut, name: string): boolean {
  return shortcut.keys.some((keys) => {
    if (!keys.includes(" ")) return keys === name;
    const [first, second] = keys.split(" ");
    return pending !== null && pending.key === first && Date.now() < pending.until && second === name;
  });
}

function mayRun(shortcut: Shortcut, event: KeyboardEvent, name: string): boolean {
  if (shortcut.enabled === false || shortcut.where?.() === false) return false;
  if (isTyping(event.target) && !shortcut.whileTyping) return false;
  if (inDialog() && !shortcut.insideDialog) return false;
  const single = !name.includes("mod+") && !name.includes("alt+") && /(^|\+).$/.test(name);
  return !(single && !usePreferences.getState().singleKeys);
}

/** What the key means where the focus is; of several meanings the latest registered. */
function meaningOf(event: KeyboardEvent, name: string, all: Shortcut[]): Shortcut | undefined {
  const candidates = all.filter((shortcut) => matches(shortcut, name)).reverse();
  return candidates.find((shortcut) => mayRun(shortcut, event, name));
}

const listed = (): Shortcut[] => useShortcutList.getState().groups.flatMap((group) => group.shortcuts);

/** Ctrl with Enter comes first: a select or a button would take the Enter for itself. */
function onCapture(event: KeyboardEvent): void {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || isComposing(event)) return;
  const found = meaningOf(event, nameOf(event), listed());
  if (!found) return;
  event.preventDefault();
  event.stopPropagation();
  found.run(event);
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || isComposing(event) || belongsToTarget(event)) return;
  const name = nameOf(event);
  const all = listed();
  const found = meaningOf(event, name, all);
  const startsSequence = all.some((shortcut) => shortcut.keys.some((keys) => keys.startsWith(`${name} `)));
  pending = startsSequence && !isTyping(event.target) ? { key: name, until: Date.now() + SEQUENCE_MS } : null;
  if (!found) return;
  event.preventDefault();
  found.run(event);
}

/** Registers shortcuts while the component is shown. Later registrations win over earlier ones. */
export function useShortcuts(group: string, shortcuts: Shortcut[]): void {
  const latest = useRef(shortcuts);
  // Before the screen is painted: what a person sees, they may already type for.
  useLayoutEffect(() => {
    latest.current = shortcuts;
  });
  const signature = shortcuts.map((one) => `${one.keys.join("/")}=${one.label ?? ""}`).join(";");
  useLayoutEffect(() => {
    const id = nextId++;
    // Each entry asks for the latest closure and state when it is used, so it need not be registered again.
    const live = latest.current.map((one, index): Shortcut => ({
      ...one,
      get enabled() {
        return latest.current[index]?.enabled ?? true;
      },
      run: (event) => latest.current[index]?.run(event),
    }));
    useShortcutList.setState((before) => ({ groups: [...before.groups, { id, group, shortcuts: live }] }));
    return () =>
      useShortcutList.setState((before) => ({ groups: before.groups.filter((one) => one.id !== id) }));
  }, [group, signature]);
}

/** Starts listening; returns the undo. */
export function listenForShortcuts(): () => void {
  window.addEventListener("keydown", onCapture, true);
  window.addEventListener("keydown", onKeyDown);
  return () => {
    window.removeEventListener("keydown", onCapture, true);
    window.removeEventListener("keydown", onKeyDown);
  };
}
