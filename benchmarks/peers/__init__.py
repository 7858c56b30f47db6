"""The same work in other tools, as their best users write it; tests/test_peers.py compares every figure."""
