"""olevba, whose own imports warn."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from oletools.olevba import VBA_Parser, decompress_stream

__all__ = ["VBA_Parser", "decompress_stream", "sources"]


def sources(name, data):
    """The modules of a file by their names, as olevba reads them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parser = VBA_Parser(name, data=data)
        found = {
            label.rpartition(".")[0]: (label.rpartition(".")[2], code) for _, _, label, code in parser.extract_macros()
        }
        parser.close()
    return found
