"""The whole interface of the compiled core."""

import numpy as np

def cpu_level() -> int: ...
def pack_width() -> int: ...

exp: np.ufunc
expm1: np.ufunc
log: np.ufunc
log1p: np.ufunc
pow: np.ufunc
