"""What stands between the network and the routes: who may come in, how much, and how it is answered."""
