/** The places of the left rail: where they lead, by which keys, and who has a use for them. */
import {
  AuditOutlined,
  CalendarOutlined,
  InboxOutlined,
  MonitorOutlined,
  PartitionOutlined,
  ShoppingOutlined,
} from "@ant-design/icons";
import type { ComponentType } from "react";
import { hasRole } from "@/api/session";
import type { Role, SessionUser } from "@/api/types";

export type PlaceKey = "inbox" | "absence" | "flows" | "console" | "orders" | "audit";

export type Place = {
  key: PlaceKey;
  to: string;
  keys: string;
  icon: ComponentType<{ "aria-hidden"?: boolean }>;
  roles: Role[];
  /** About oneself: in the menu of one's name as well, where a phone has it alone. */
  personal?: true;
};

const PLACES: Place[] = [
  {
    key: "inbox",
    to: "/inbox",
    keys: "g i",
    icon: InboxOutlined,
    roles: ["approver", "requester", "supervisor", "designer"],
  },
  {
    key: "absence",
    to: "/absence",
    keys: "g c",
    icon: CalendarOutlined,
    roles: ["approver", "supervisor"],
    personal: true,
  },
  {
    key: "flows",
    to: "/flows",
    keys: "g f",
    icon: PartitionOutlined,
    roles: ["designer", "supervisor", "auditor"],
  },
  {
    key: "console",
    to: "/console",
    keys: "g s",
    icon: MonitorOutlined,
    roles: ["supervisor", "auditor"],
  },
  {
    key: "orders",
    to: "/orders",
    keys: "g o",
    icon: ShoppingOutlined,
    roles: ["requester", "approver", "supervisor", "auditor", "integration"],
  },
  { key: "audit", to: "/audit", keys: "g l", icon: AuditOutlined, roles: ["auditor", "supervisor"] },
];

export function placesFor(user: SessionUser): Place[] {
  return PLACES.filter((place) => hasRole(user, ...place.roles));
}

const HOMES: [Role, string][] = [
  ["designer", "/flows"],
  ["supervisor", "/console"],
  ["approver", "/inbox"],
  ["requester", "/orders"],
  ["auditor", "/audit"],
  ["integration", "/orders"],
];

/** Where a person starts: the first of their roles that has a home. */
export function homeOf(user: SessionUser): string {
  return HOMES.find(([role]) => user.roles.includes(role))?.[1] ?? (user.is_superuser ? "/flows" : "/inbox");
}
