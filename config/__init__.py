"""The roof: settings, routes, processes and checks. It may import every room; no room imports it."""
