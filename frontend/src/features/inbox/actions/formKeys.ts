import type { KeyboardEvent } from "react";
import { isComposing } from "@/ui/shortcuts";

/** Esc closes the form; Ctrl+Enter sends it from a text of several lines. Keys of an input method are left alone. */
export function formKeys(onCancel: () => void) {
  return (event: KeyboardEvent<HTMLFormElement>): void => {
    if (isComposing(event.nativeEvent)) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      onCancel();
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.currentTarget.requestSubmit();
    }
  };
}
