"""Pure functions, one module a subject; siblings do not import each other."""
