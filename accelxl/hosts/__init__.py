"""Hosts: the spreadsheet programs that show the registry's functions. A host adds no function and no arithmetic."""
