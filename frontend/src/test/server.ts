/** The stand-in for the server at the level of HTTP; a test adds what it needs with `server.use`. */
import { setupServer } from "msw/node";

export const server = setupServer();
