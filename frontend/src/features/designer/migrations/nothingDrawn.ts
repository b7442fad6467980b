import type { GraphDocument } from "@/api/documents";

/** In place of a drawing that is still being read: its steps are named by their ids. */
export const NOTHING_DRAWN: GraphDocument = { format: 1, variables: [], nodes: [], edges: [] };
