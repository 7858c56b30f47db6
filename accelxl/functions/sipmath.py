"""Declarations: SIPmath 3.0: draws and quantiles that other SIPmath tools repeat."""

from accelxl.functions.registry import function
from accelxl.scenario import metalog, sipmath

function(
    "ACCEL_HDR",
    "Accel - Risk",
    sipmath.hdr,
    "Uniform draw of the SIPmath generator HDR 2.0: a fixed function of trial number and seeds, the same in every SIPmath tool",
    help={
        "trial": "number of the trial, from 1",
        "variable": "seed of the variable (varId)",
        "entity": "seed of the organisation",
        "seed3": "third seed",
        "seed4": "fourth seed",
    },
    undefined="a seed is not a whole number from 0",
    examples=[("=ACCEL_HDR({1;2},1)", ...)],
)
function(
    "ACCEL_METALOG",
    "Accel - Risk",
    metalog.metalog,
    "Quantile of a metalog distribution from its SIPmath coefficients; with ACCEL_HDR for p, a trial of a SIPmath library",
    help={
        "p": "probability",
        "coefficients": "aCoefficients of the variable, 2 to 16",
        "low": "lower bound; blank: none",
        "high": "upper bound; blank: none",
    },
    undefined="p is 0 or 1 and there is no bound there",
    examples=[("=ACCEL_METALOG(0.5,{10,2})", 10.0), ("=ACCEL_METALOG(0.5,{0,1},0,4)", 2.0)],
)
