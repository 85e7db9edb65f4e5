"""Between the network and the routes: access, limits and error answers."""
