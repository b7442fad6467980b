/** Whose leave and delegations are looked at. */
export type Whose = { id: string; username: string; name: string };
