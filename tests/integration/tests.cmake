# Tests of real processes on real sockets, and checks of the tree itself.
