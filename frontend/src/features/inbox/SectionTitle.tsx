import type { ReactNode } from "react";
import { usePhone } from "@/ui/useMediaQuery";

/** On a phone the task is the page, so its sections stand one level higher. */
export function SectionTitle({ id, children }: { id: string; children: ReactNode }) {
  const Heading = usePhone() ? "h2" : "h3";
  return (
    <Heading id={id} tabIndex={-1}>
      {children}
    </Heading>
  );
}
